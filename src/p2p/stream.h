// Raw streams to peers: bytes both ways, for protocols that are no frames. A thread may block in
// one; who has thousands of them waits at a port, or has them carried to a socket by no thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/descriptor.h"
#include "base/result.h"
#include "p2p/host.h"

namespace kit::p2p {

// A stream. One thread may read while another writes; reset() comes from any. What was not closed
// is reset by the destructor. It may outlive its host, whose end resets it.
class Stream {
public:
    virtual ~Stream() = default;

    virtual const PeerId& peer() const = 0;
    virtual const std::string& protocol() const = 0;

    // At least one byte, or 0 at the end. Fails with timeout (nothing was lost, read again),
    // io_error (reset), cancelled (the host has gone).
    virtual Result<size_t> read(std::span<uint8_t> out, std::chrono::milliseconds timeout) = 0;
    // All of it, waiting while the peer does not read. After a failure any part may have left.
    virtual Result<void> write(ByteView bytes, std::chrono::milliseconds timeout) = 0;
    // Tells the peer that nothing more comes; reading goes on.
    virtual Result<void> close_write(std::chrono::milliseconds timeout) = 0;
    // Ends both directions; who reads or writes fails.
    virtual void reset() = 0;
};

// Resets a stream when the token is stopped, as long as this lives.
class ResetOnStop final {
public:
    ResetOnStop(Stream& stream, std::stop_token stop) : callback_(std::move(stop), Reset{stream}) {}

private:
    struct Reset {
        Stream& stream;
        void operator()() const { stream.reset(); }
    };
    std::stop_callback<Reset> callback_;
};

// What comes to a port.
struct StreamNews {
    enum class Kind : uint8_t {
        accepted,  // A peer opened `stream`.
        opened,    // open() number `request` came to `stream` or to `error`.
        carried,   // carry() number `request` has ended, with `error` when it was cut off.
    };
    Kind kind;
    uint64_t request = 0;
    std::unique_ptr<Stream> stream = nullptr;
    std::optional<Error> error = std::nullopt;
    uint64_t received_bytes = 0;  // Of what was carried: from the peer and to it.
    uint64_t sent_bytes = 0;
};

// Streams without a thread for each: what was asked for and what peers open comes into one queue,
// whose descriptor epoll can watch. It works while somebody takes the host's events. Its host must
// outlive it. Every call is safe from any thread and returns at once; take() comes from one.
class StreamPort {
public:
    // Refuses what it accepted, drops what waits, and cuts off what it carries.
    virtual ~StreamPort() = default;

    // Readable while there is news.
    virtual int descriptor() const = 0;
    // Never waits.
    virtual std::optional<StreamNews> take() = 0;

    // From now on streams of this protocol come here. Above the bound of waiting ones they are
    // reset. Fails with already_exists.
    virtual Result<void> accept(const std::string& protocol) = 0;
    virtual Result<void> refuse(const std::string& protocol) = 0;
    // Connects when need be, and opens a stream of the first of `protocols` that the peer speaks.
    virtual Result<uint64_t> open(const PeerAddress& peer, std::vector<std::string> protocols,
                                  std::chrono::milliseconds timeout) = 0;
    // Carries bytes between the stream and a connected socket until both directions have ended.
    virtual Result<uint64_t> carry(std::unique_ptr<Stream> stream, Descriptor socket) = 0;
    // Ends what has this number; no news of it comes any more.
    virtual void cancel(uint64_t request) = 0;
};

}  // namespace kit::p2p
