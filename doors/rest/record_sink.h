// A command's results as records {success, operation, correlation_id, result | error}: one for the
// whole call, or, for who accepts application/x-ndjson, one a line. A record that has been begun
// is always ended, and says whether all went well; bytes go out as they are, and an answer of bytes
// that fails is broken off, so that it never looks whole.
#pragma once

#include <string>

#include "commands/command.h"
#include "doors/rpc/access.h"
#include "http/exchange.h"

namespace kit::rest {

// Whose answer it is: what every record says.
struct Call {
    http::Exchange& exchange;
    const rpc::Access& access;
    std::string operation;  // "pin_add"; "" when no command was found.
    std::string correlation_id;
};

// The status for a failure before anything was answered.
int status_of(Code code);

// Whether the command gives several records with these options: then `result` is a list.
bool gives_several(const commands::Command& command, const commands::Request& request);
// Whether it depends on the options of the request at all.
bool may_give_several(const commands::Command& command);

// A whole answer that tells of a failure. `results`: what was given before it, a JSON text.
void answer_failure(const Call& call, int status, const Error& error,
                    std::string_view results = {});

// The handler's thread.
class RecordSink final : public commands::Sink {
public:
    // Everything given must outlive the sink.
    RecordSink(const Call& call, const commands::Command& command,
               const commands::Request& request);

    Result<void> record(const commands::Json& record) override;
    Result<void> bytes(ByteView bytes) override;
    void expect_bytes(uint64_t byte_count) override { expected_bytes_ = byte_count; }
    // Over the wire progress is records, which the command gives when it was asked to.
    void progress(uint64_t, uint64_t) override {}
    void note(std::string_view) override {}
    Result<void> flush() override;

    // What follows the last result, or the failure.
    void finish(const Result<void>& outcome);

private:
    enum class Form : uint8_t {
        record,   // One record, made at the end.
        records,  // One whose `result` is a list, sent as it grows.
        lines,    // One record a line.
        bytes
    };

    void begin(std::string_view content_type);
    void begin_bytes();
    Result<void> write_text();
    void end_record(const Result<void>& outcome);
    void end_line(const Result<void>& outcome);

    const Call& call_;
    const commands::Command& command_;
    Form form_;
    std::string text_;  // What is not sent yet.
    uint64_t record_count_ = 0;
    std::optional<uint64_t> expected_bytes_;
};

}  // namespace kit::rest
