#include "doors/cli/terminal_sink.h"

#include <nlohmann/json.hpp>

#include "node/go_json.h"

namespace kit::cli {
namespace {

constexpr size_t buffer_size_bytes_max = 256 * KiB;
// Pieces from here on go out by themselves: copying them would cost more than the call.
constexpr size_t direct_size_bytes_min = 64 * KiB;
constexpr int64_t flush_interval_ns = 100'000'000;

bool shows_progress(const commands::Request& request, const Output& err) {
    if (!err.is_terminal()) return false;
    if (request.given("progress")) return request.flag("progress");
    return !request.flag("quiet") && !request.flag("quieter") && !request.flag("silent");
}

}  // namespace

TerminalSink::TerminalSink(const commands::Command& command, const commands::Request& request,
                           Encoding encoding, Clock& clock, Output& out, Output& err)
    : command_(command),
      request_(request),
      encoding_(encoding),
      clock_(clock),
      out_(out),
      err_(err),
      bar_(clock, err, shows_progress(request, err)),
      last_flush_ns_(clock.monotonic_ns()) {}

TerminalSink::~TerminalSink() = default;

bool TerminalSink::wants_progress() const {
    return bar_.is_shown();
}

Result<void> TerminalSink::begin_text() {
    if (begun_) return {};
    begun_ = true;
    if (encoding_ == Encoding::text && command_.print_begin) {
        command_.print_begin(request_, buffer_);
    }
    return {};
}

Result<void> TerminalSink::record(const commands::Json& record) {
    TRY(begin_text());
    if (command_.error_of && encoding_ == Encoding::text) {
        const std::string error = command_.error_of(record);
        if (!error.empty()) {
            ++bad_record_count_;
            TRY(flush());
            note(error);
            return {};
        }
    }
    if (encoding_ == Encoding::text && command_.print) {
        command_.print(record, request_, buffer_);
    } else {
        node::append_go_json(buffer_, record);
        buffer_ += '\n';
    }
    return flush_when_due();
}

Result<void> TerminalSink::bytes(ByteView bytes) {
    written_bytes_ += bytes.size();
    if (!out_.is_terminal()) bar_.show(written_bytes_, expected_bytes_);
    if (bytes.size() >= direct_size_bytes_min) {
        TRY(flush());
        return out_.write(bytes);
    }
    buffer_.append(as_text(bytes));
    return flush_when_due();
}

Result<void> TerminalSink::pieces(std::span<const ByteView> pieces) {
    for (const ByteView piece : pieces) written_bytes_ += piece.size();
    if (!out_.is_terminal()) bar_.show(written_bytes_, expected_bytes_);
    TRY(flush());
    return out_.write_pieces(pieces);
}

void TerminalSink::expect_bytes(uint64_t byte_count) {
    expected_bytes_ = byte_count;
}

void TerminalSink::progress(uint64_t done_bytes, uint64_t all_bytes) {
    bar_.show(done_bytes, all_bytes);
}

void TerminalSink::note(std::string_view sentence) {
    bar_.clear();
    std::string line(sentence);
    line += '\n';
    (void)err_.write(as_bytes(line));  // Nobody is left to tell when standard error is gone.
}

Result<void> TerminalSink::flush() {
    if (buffer_.empty()) return {};
    if (out_.is_terminal()) bar_.clear();
    const auto written = out_.write(as_bytes(buffer_));
    buffer_.clear();
    last_flush_ns_ = clock_.monotonic_ns();
    return written;
}

Result<void> TerminalSink::flush_when_due() {
    if (buffer_.size() >= buffer_size_bytes_max || out_.is_terminal() || command_.is_live ||
        clock_.monotonic_ns() - last_flush_ns_ >= flush_interval_ns) {
        return flush();
    }
    return {};
}

Result<void> TerminalSink::finish() {
    TRY(begin_text());
    if (encoding_ == Encoding::text && command_.print_end) command_.print_end(request_, buffer_);
    bar_.clear();
    TRY(flush());
    if (bad_record_count_ != 0) {
        return fail(Code::invalid_argument, "errors while displaying some entries");
    }
    return {};
}

void TerminalSink::abandon() {
    bar_.clear();
    (void)flush();  // The command has failed already; its error is what is told.
}

}  // namespace kit::cli
