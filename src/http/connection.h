// One client's connection: reads heads, runs the handler for each, and is parked in between. Only
// the worker that it woke touches it; the server's clock thread looks at two atomic fields.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/env.h"
#include "http/exchange.h"
#include "http/limits.h"
#include "http/server.h"
#include "http/transport.h"

namespace kit::http {

// Raw bytes between the socket and whoever takes them. A worker owns one and lends it to the
// connection that it serves, so that a parked connection holds what is left over alone.
class InputBuffer final {
public:
    InputBuffer() : data_(std::make_unique_for_overwrite<uint8_t[]>(limits::input_size_bytes)) {}

    ByteView view() const { return {data_.get() + begin_, end_ - begin_}; }
    bool empty() const { return begin_ == end_; }
    void consume(size_t count) {
        begin_ += count;
        if (begin_ == end_) begin_ = end_ = 0;
    }
    // Where the next bytes go, after moving what there is to the front.
    std::span<uint8_t> room();
    void added(size_t count) { end_ += count; }
    void assign(ByteView bytes);

private:
    std::unique_ptr<uint8_t[]> data_;
    size_t begin_ = 0;
    size_t end_ = 0;
};

// What connections need of their server.
class ConnectionHost {
public:
    virtual ~ConnectionHost() = default;
    virtual Clock& clock() const = 0;
    virtual const ServerOptions& options() const = 0;
    virtual const Handler& handler(size_t listener) const = 0;
    virtual bool stopping() const = 0;
    // A worker is about to wait, or has done with it: another may be needed meanwhile.
    virtual void worker_blocks() = 0;
    virtual void worker_goes_on() = 0;
    virtual void count_request() = 0;
    virtual void count_bytes(uint64_t in, uint64_t out) = 0;
};

class Connection final {
public:
    Connection(ConnectionHost& host, std::unique_ptr<Transport> transport, size_t listener);

    // Serves every request that has come whole. Returns false when the connection is over.
    bool serve(InputBuffer& spare);
    // Called by the clock thread: 0 while a worker has it.
    std::atomic<int64_t> parked_since_ns;
    std::atomic<bool> inside_head = false;  // Parked in the middle of a head.
    std::atomic<bool> doomed = false;       // The server breaks it.

    Transport& transport() { return *transport_; }
    ConnectionHost& host() { return host_; }
    InputBuffer& input() { return *input_; }
    size_t listener() const { return listener_; }
    const std::string& peer() const { return peer_; }
    // Called by the exchange when its answer begins.
    void note_status(int status) { status_ = status; }

    // Waits for events of poll() until the client stalls; fails with timeout then, with cancelled
    // when the server breaks the connection.
    Result<int> wait(int16_t events);
    // Into the pieces, waiting for the first byte; 0 at the end of the stream.
    Result<size_t> read(std::span<const iovec> pieces);

private:
    enum class Outcome : uint8_t { again, park, close };
    Outcome serve_one();
    void refuse(const Error& error);
    void tell_served(const Exchange& exchange, std::string_view refusal = {});

    ConnectionHost& host_;
    const std::unique_ptr<Transport> transport_;
    const size_t listener_;
    const std::string peer_;
    std::string left_over_;
    uint64_t served_count_ = 0;
    int status_ = 0;  // Of the answer that is being given.
    bool has_stalled_ = false;
    int64_t request_began_ns_ = 0;
    int64_t head_began_ns_ = 0;     // When the first byte of an unfinished head came.
    InputBuffer* input_ = nullptr;  // Lent by the worker while it serves.
};

// The position behind a head's empty line, from `text`'s start; npos when it is not there yet.
size_t head_end(std::string_view text);

}  // namespace kit::http
