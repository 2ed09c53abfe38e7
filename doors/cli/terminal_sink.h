// Results as text or JSON on standard output, notes and progress on standard error. Output is
// gathered into large writes, and reaches a terminal or a waiting pipe within a tenth of a second.
#pragma once

#include <string>

#include "base/env.h"
#include "commands/command.h"
#include "doors/cli/progress_bar.h"

namespace kit::cli {

// One of the process's own streams. Tests write to strings.
class Output {
public:
    virtual ~Output() = default;
    // All of it. Fails with cancelled when nobody reads any more.
    virtual Result<void> write_pieces(std::span<const ByteView> pieces) = 0;
    Result<void> write(ByteView bytes) { return write_pieces(std::span(&bytes, 1)); }
    virtual bool is_terminal() const = 0;
    // In columns.
    virtual size_t width() const = 0;
};

enum class Encoding : uint8_t { text, json };

// One thread.
class TerminalSink final : public commands::Sink {
public:
    // Everything given must outlive the sink.
    TerminalSink(const commands::Command& command, const commands::Request& request,
                 Encoding encoding, Clock& clock, Output& out, Output& err);
    ~TerminalSink() override;

    Result<void> record(const commands::Json& record) override;
    Result<void> bytes(ByteView bytes) override;
    Result<void> pieces(std::span<const ByteView> pieces) override;
    void expect_bytes(uint64_t byte_count) override;
    void progress(uint64_t done_bytes, uint64_t all_bytes) override;
    void note(std::string_view sentence) override;
    bool wants_progress() const override;
    Result<void> flush() override;

    // After the handler succeeded: what follows the last record, and everything out.
    Result<void> finish();
    // After it failed: what is there goes out, so that standard error comes after it.
    void abandon();

private:
    Result<void> begin_text();
    Result<void> flush_when_due();

    const commands::Command& command_;
    const commands::Request& request_;
    const Encoding encoding_;
    Clock& clock_;
    Output& out_;
    Output& err_;
    ProgressBar bar_;
    std::string buffer_;
    int64_t last_flush_ns_ = 0;
    uint64_t expected_bytes_ = 0;
    uint64_t written_bytes_ = 0;
    uint32_t bad_record_count_ = 0;
    bool begun_ = false;
};

}  // namespace kit::cli
