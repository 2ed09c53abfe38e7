// Round trips to one peer on request, as `ipfs ping` wants them. The host pings every connection by
// itself as well; that is what connections() tells.
// https://github.com/libp2p/specs/blob/master/ping/ping.md
#pragma once

#include <chrono>
#include <memory>

#include "base/env.h"
#include "p2p/shim_host.h"

namespace kit::p2p {

// One thread at a time. Stopping `stream()` from another ends a ping that waits.
class Pinger final {
public:
    // Connects when need be. `env` must outlive it. Fails as ShimHost::open_stream().
    static Result<std::unique_ptr<Pinger>> open(Env& env, ShimHost& host, const PeerAddress& peer,
                                                std::chrono::milliseconds timeout);

    // Fails with timeout; with corrupt when something else came back, and then the pinger is of no
    // more use.
    Result<std::chrono::nanoseconds> ping(std::chrono::milliseconds timeout);
    Stream& stream() { return *stream_; }

private:
    Pinger(Env& env, std::unique_ptr<Stream> stream) : env_(env), stream_(std::move(stream)) {}

    Env& env_;
    const std::unique_ptr<Stream> stream_;
};

}  // namespace kit::p2p
