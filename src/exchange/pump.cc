#include "exchange/pump.h"

#include <utility>

#include "exchange/limits.h"

namespace kit::exchange {
namespace {

constexpr uint32_t failures_count_max = 3;    // Of a peer's streams, until it is connected anew.
constexpr uint32_t providers_count_max = 10;  // As boxo.
constexpr size_t searches_count_max = 64;

}  // namespace

Pump::Pump(bitswap::Engine& engine, p2p::Host& host, PumpCallbacks callbacks)
    : engine_(engine), host_(host), callbacks_(std::move(callbacks)) {}

Result<void> Pump::start() {
    const auto names = bitswap::protocols();
    return host_.serve_frames({names.begin(), names.end()}, limits::message_size_bytes_max);
}

bool Pump::handle(p2p::Event& event, int64_t now_ns) {
    if (auto* frame = std::get_if<p2p::FrameReceived>(&event)) return on_frame(*frame, now_ns);
    if (const auto* sent = std::get_if<p2p::FramesSent>(&event)) {
        // The event may be older than what was sent since; the host knows.
        engine_.on_unsent(sent->peer, host_.unsent_bytes(sent->peer), now_ns);
    } else if (const auto* known = std::get_if<p2p::PeerIdentified>(&event)) {
        const auto version = bitswap::best_version(known->protocols);
        if (!version) return false;
        speakers_.try_emplace(known->peer, Speaker{*version, 0});
        engine_.on_connected(known->peer, *version, now_ns);
        return false;
    } else if (const auto* gone = std::get_if<p2p::PeerDisconnected>(&event)) {
        speakers_.erase(gone->peer);
        engine_.on_disconnected(gone->peer);
        return false;
    } else if (const auto* failed = std::get_if<p2p::FramesFailed>(&event)) {
        on_failure(*failed, now_ns);
    } else if (const auto* found = std::get_if<p2p::ProvidersFound>(&event)) {
        return on_providers(*found);
    } else {
        return false;
    }
    return true;
}

bool Pump::on_frame(p2p::FrameReceived& frame, int64_t now_ns) {
    const auto version = bitswap::version_of(frame.protocol);
    if (!version) return false;
    // A message can come before the peer has said what it speaks.
    if (speakers_.try_emplace(frame.peer, Speaker{*version, 0}).second) {
        engine_.on_connected(frame.peer, *version, now_ns);
    }
    auto message = bitswap::decode_message(frame.frame);
    if (!message) {
        engine_.on_garbage(frame.peer, message.error().to_text(), now_ns);
        return true;
    }
    engine_.on_message(frame.peer, *message, now_ns);
    if (!message->blocks.empty()) {
        callbacks_.on_blocks(frame.peer, std::move(message->blocks));
    }
    return true;
}

// What was sent is lost. The peer is as if it had just come, so that it is asked again.
void Pump::on_failure(const p2p::FramesFailed& failure, int64_t now_ns) {
    const auto speaker = speakers_.find(failure.peer);
    if (speaker == speakers_.end()) return;
    engine_.on_disconnected(failure.peer);
    if (++speaker->second.failure_count >= failures_count_max) return;
    engine_.on_connected(failure.peer, speaker->second.version, now_ns);
}

bool Pump::on_providers(const p2p::ProvidersFound& found) {
    if (!searches_.contains(found.query)) return false;
    if (found.is_last) searches_.erase(found.query);
    for (const p2p::PeerAddress& provider : found.providers) {
        // Of those that are too many now, the next search tells again.
        if (provider.peer != host_.id()) (void)host_.dial(provider);
    }
    return true;
}

void Pump::flush(int64_t now_ns) {
    engine_.decide(now_ns);
    while (auto out = engine_.next_message()) send(*out);
    for (const Cid& cid : engine_.take_searches()) search(cid);
    for (const bitswap::Drop& dropped : engine_.take_drops()) {
        host_.disconnect(dropped.peer);
        if (callbacks_.on_drop) callbacks_.on_drop(dropped);
    }
}

void Pump::send(bitswap::Outgoing& out) {
    if (callbacks_.send_elsewhere && callbacks_.send_elsewhere(out)) return;
    const auto pieces = bitswap::encode_message(out.message, out.version);
    // Whoever is gone is told about by an event. What a full host refuses is asked for again by
    // its patience; the engine's bounds are below the host's, so that is rare.
    (void)host_.send_frame(out.peer, bitswap::protocols_of(out.version), pieces);
}

void Pump::search(const Cid& cid) {
    if (callbacks_.on_search) return callbacks_.on_search(cid);
    if (searches_.size() >= searches_count_max) return;
    const auto query = host_.find_providers(formats::Multihash(cid.hash()), providers_count_max);
    if (query) searches_.insert(*query);
}

}  // namespace kit::exchange
