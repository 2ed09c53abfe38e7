#include "http/body_reader.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace kit::http {
namespace {

std::unexpected<Error> bad_chunk(std::string_view what) {
    return fail(Code::invalid_argument, "the body's chunks are malformed: {}", what);
}

std::unexpected<Error> ends_early() {
    return fail(Code::io_error, "the client ended the connection in the middle of a body");
}

}  // namespace

BodyReader::BodyReader(Connection& connection, const RequestHead& head)
    : connection_(connection),
      chunked_(head.framing == Framing::chunked),
      state_(head.framing == Framing::none     ? State::done
             : head.framing == Framing::length ? State::data
                                               : State::chunk_line),
      left_(head.framing == Framing::length ? head.body_size_bytes : 0) {}

Result<size_t> BodyReader::read(std::span<uint8_t> out) {
    if (out.empty()) return 0;
    while (state_ != State::data && state_ != State::done) TRY(next_chunk());
    if (state_ == State::done) return 0;
    const size_t count = TRY(read_data(out));
    left_ -= count;
    if (left_ == 0) state_ = chunked_ ? State::chunk_end : State::done;
    // The last chunk is usually here already: seeing it now tells the handler that all has come.
    if (state_ == State::chunk_end && as_text(connection_.input().view()) == "\r\n0\r\n\r\n") {
        while (state_ != State::done) TRY(next_chunk());
    }
    return count;
}

Result<size_t> BodyReader::read_data(std::span<uint8_t> out) {
    InputBuffer& input = connection_.input();
    const auto wanted = static_cast<size_t>(std::min<uint64_t>(out.size(), left_));
    if (!input.empty()) {
        const size_t count = std::min(wanted, input.view().size());
        std::memcpy(out.data(), input.view().data(), count);
        input.consume(count);
        return count;
    }
    const std::span<uint8_t> room = input.room();
    const iovec pieces[] = {{.iov_base = out.data(), .iov_len = wanted},
                            {.iov_base = room.data(), .iov_len = room.size()}};
    const size_t count = TRY(connection_.read(pieces));
    if (count == 0) return ends_early();
    if (count > wanted) input.added(count - wanted);
    return std::min(count, wanted);
}

Result<std::string> BodyReader::read_line(uint64_t size_max) {
    InputBuffer& input = connection_.input();
    size_t end = as_text(input.view()).find("\r\n");
    while (end == std::string_view::npos) {
        if (input.view().size() > size_max) return bad_chunk("a line is too long");
        const std::span<uint8_t> room = input.room();
        const iovec piece = {.iov_base = room.data(), .iov_len = room.size()};
        const size_t count = TRY(connection_.read({&piece, 1}));
        if (count == 0) return ends_early();
        input.added(count);
        end = as_text(input.view()).find("\r\n");
    }
    if (end > size_max) return bad_chunk("a line is too long");
    std::string line(as_text(input.view()).substr(0, end));
    input.consume(end + 2);
    if (line.find('\r') != std::string::npos || line.find('\n') != std::string::npos) {
        return bad_chunk("a line break stands alone");
    }
    return line;
}

Result<void> BodyReader::next_chunk() {
    if (state_ == State::chunk_end) {
        const auto line = TRY(read_line(0));
        if (!line.empty()) return bad_chunk("a chunk is longer than it says");
        state_ = State::chunk_line;
        return {};
    }
    if (state_ == State::trailers) {
        uint64_t size_bytes = 0;
        for (;;) {
            const auto line = TRY(read_line(limits::trailer_size_bytes_max));
            if (line.empty()) break;
            size_bytes += line.size();
            if (size_bytes > limits::trailer_size_bytes_max) return bad_chunk("too many trailers");
        }
        state_ = State::done;
        return {};
    }
    const auto line = TRY(read_line(limits::chunk_line_size_bytes_max));
    std::string_view size = std::string_view(line).substr(0, line.find(';'));
    while (!size.empty() && (size.back() == ' ' || size.back() == '\t')) size.remove_suffix(1);
    const auto [rest, status] = std::from_chars(size.data(), size.data() + size.size(), left_, 16);
    if (size.empty() || rest != size.data() + size.size() || status != std::errc() ||
        left_ > INT64_MAX) {
        return bad_chunk("a chunk's size is no hexadecimal number");
    }
    state_ = left_ == 0 ? State::trailers : State::data;
    return {};
}

}  // namespace kit::http
