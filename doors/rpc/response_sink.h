// A command's results as an HTTP answer: NDJSON, text or bytes, with Kubo's header fields, errors
// before the first byte as a status and JSON, after it in the trailer X-Stream-Error.
#pragma once

#include <string>

#include "commands/command.h"
#include "doors/rpc/access.h"
#include "http/exchange.h"

namespace kit::rpc {

enum class Encoding : uint8_t { json, text };

// The handler's thread.
class ResponseSink final : public commands::Sink {
public:
    // Everything given must outlive the sink.
    ResponseSink(http::Exchange& exchange, const Access& access, const commands::Command& command,
                 const commands::Request& request, Encoding encoding);

    Result<void> record(const commands::Json& record) override;
    Result<void> bytes(ByteView bytes) override;
    void expect_bytes(uint64_t byte_count) override { expected_bytes_ = byte_count; }
    // Over the wire progress is records, which the command gives when it was asked to.
    void progress(uint64_t, uint64_t) override {}
    void note(std::string_view) override {}
    Result<void> flush() override;

    // What follows the last result, or the failure.
    void finish(const Result<void>& outcome);
    // In place of all of it: the request made no sense.
    void refuse(const Error& error) { fail_before_output(error, Blame::client); }

private:
    enum class Kind : uint8_t { stream, events, single };
    enum class Blame : uint8_t { server, client };
    void begin(Kind kind);
    void fail_before_output(const Error& error, Blame blame);
    Result<void> write_text();

    http::Exchange& exchange_;
    const Access& access_;
    const commands::Command& command_;
    const commands::Request& request_;
    const Encoding encoding_;
    std::optional<uint64_t> expected_bytes_;
    std::string buffer_;
};

// A page of net/http's Error(): a plain sentence with the header fields that go with it.
void answer_plainly(http::Exchange& exchange, int status, std::string_view text,
                    http::Headers headers = {});
// To OPTIONS that is no preflight: what a command may be asked with.
void answer_options(http::Exchange& exchange);

}  // namespace kit::rpc
