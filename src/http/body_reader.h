// A request's body without its framing (RFC 9112, 6 and 7). Bytes go from the socket straight to
// the caller; only chunk lines pass through the input buffer.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"
#include "http/connection.h"
#include "http/message.h"

namespace kit::http {

class BodyReader final {
public:
    BodyReader(Connection& connection, const RequestHead& head);

    // 0 at the end. Fails with invalid_argument on bad chunks, io_error when the stream ends early.
    Result<size_t> read(std::span<uint8_t> out);
    bool done() const { return state_ == State::done; }
    // What may still come in this length or chunk.
    uint64_t left_size_bytes() const { return left_; }

private:
    enum class State : uint8_t { data, chunk_end, chunk_line, trailers, done };

    Result<size_t> read_data(std::span<uint8_t> out);
    // One line without its CRLF; longer ones than `size_max` are refused.
    Result<std::string> read_line(uint64_t size_max);
    Result<void> next_chunk();

    Connection& connection_;
    const bool chunked_;
    State state_;
    uint64_t left_ = 0;
};

}  // namespace kit::http
