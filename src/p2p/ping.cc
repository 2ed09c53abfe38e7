#include "p2p/ping.h"

#include <array>

namespace kit::p2p {
namespace {

constexpr size_t payload_bytes = 32;

}  // namespace

Result<std::unique_ptr<Pinger>> Pinger::open(Env& env, ShimHost& host, const PeerAddress& peer,
                                             std::chrono::milliseconds timeout) {
    const std::vector<std::string> protocols{"/ipfs/ping/1.0.0"};
    auto stream = TRY(host.open_stream(peer, protocols, timeout));
    return std::unique_ptr<Pinger>(new Pinger(env, std::move(stream)));
}

Result<std::chrono::nanoseconds> Pinger::ping(std::chrono::milliseconds timeout) {
    std::array<uint8_t, payload_bytes> sent{};
    env_.random.fill(sent);
    const int64_t start_ns = env_.clock.monotonic_ns();
    TRY(stream_->write(sent, timeout));
    std::array<uint8_t, payload_bytes> received{};
    size_t size = 0;
    while (size < received.size()) {
        const size_t more = TRY(stream_->read(std::span(received).subspan(size), timeout));
        if (more == 0) return fail(Code::io_error, "the peer ended the pings");
        size += more;
    }
    const std::chrono::nanoseconds took(env_.clock.monotonic_ns() - start_ns);
    if (received != sent) return fail(Code::corrupt, "the peer sent back what was not sent to it");
    return took;
}

}  // namespace kit::p2p
