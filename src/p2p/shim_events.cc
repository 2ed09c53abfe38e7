// The shim's events as those of a host.
#include <algorithm>
#include <array>

#include "p2p/shim_host_impl.h"

namespace kit::p2p {
namespace {

constexpr size_t batch_count_max = 64;

// A frame's bytes stay where the shim has them, and the event with them.
SharedBytes adopt(KitP2pEvent& event) {
    const ByteView bytes = bytes_of(event.data);
    std::shared_ptr<KitP2pEvent> owner(new KitP2pEvent(event), [](KitP2pEvent* freed) {
        kit_p2p_events_free(freed, 1);
        delete freed;
    });
    event = {};
    return {std::move(owner), bytes};
}

PeerIdentified identified(const KitP2pEvent& event) {
    const auto items = items_of(event);
    return {peer_of(event),
            text_of(event.name),
            texts_of(items.subspan(event.number)),
            addresses_of(items.first(event.number)),
            text_of(event.detail),
            to_bytes(bytes_of(event.data)),
            address_of(event)};
}

// What tells how well others reach us.
std::optional<Event> translate_reach(const KitP2pEvent& event) {
    const bool is_gone = (event.flags & KIT_P2P_FLAG_GONE) != 0;
    switch (event.kind) {
        case KIT_P2P_EVENT_KIND_EXTERNAL_ADDRESS:
            return ReachableAddressChanged{address_of(event), true};
        case KIT_P2P_EVENT_KIND_EXTERNAL_ADDRESS_GONE:
            return ReachableAddressChanged{address_of(event), false};
        case KIT_P2P_EVENT_KIND_REACHABILITY:
            return ReachabilityTested{address_of(event), peer_of(event), error_of(event)};
        case KIT_P2P_EVENT_KIND_RELAY:
            return RelayChanged{peer_of(event), text_of(event.detail), is_gone};
        case KIT_P2P_EVENT_KIND_HOLE_PUNCH:
            return HolePunchEnded{peer_of(event), error_of(event)};
        case KIT_P2P_EVENT_KIND_UPNP:
            return PortMappingFailed{text_of(event.detail)};
        default:
            return std::nullopt;
    }
}

std::optional<Event> translate_pubsub(const KitP2pEvent& event) {
    if (event.kind == KIT_P2P_EVENT_KIND_SUBSCRIPTION) {
        return TopicPeerChanged{peer_of(event), text_of(event.name),
                                (event.flags & KIT_P2P_FLAG_GONE) == 0};
    }
    // A message without an author is refused by the strict validation.
    if (event.peer.size == 0) return std::nullopt;
    return MessageReceived{peer_of(event), text_of(event.name), to_bytes(bytes_of(event.data)),
                           to_bytes(bytes_of(items_of(event)[2]))};
}

}  // namespace

Result<size_t> ShimHostImpl::next_events(std::vector<Event>& out, size_t count_max,
                                         int64_t until_monotonic_ns) {
    std::array<KitP2pEvent, batch_count_max> events{};
    for (;;) {
        const int64_t left_ns = std::max<int64_t>(until_monotonic_ns - clock_.monotonic_ns(), 0);
        // Rounded up, so that a wait of less than a millisecond is no busy loop.
        const auto left_ms = (static_cast<uint64_t>(left_ns) + 999'999) / 1'000'000;
        size_t count = 0;
        const KitP2pStatus status = kit_p2p_next_events(
            host_, events.data(), std::min(count_max, events.size()), left_ms, &count);
        if (status == KIT_P2P_STATUS_TIMED_OUT) return 0;
        TRY(check(status));
        size_t taken = 0;
        for (KitP2pEvent& event : std::span(events).first(count)) {
            if (auto translated = translate(event)) {
                out.push_back(*std::move(translated));
                ++taken;
            }
        }
        kit_p2p_events_free(events.data(), count);
        if (taken > 0) return taken;
    }
}

std::optional<Event> ShimHostImpl::translate(KitP2pEvent& event) {
    if (event.operation != 0) return translate_answer(event);
    switch (event.kind) {
        case KIT_P2P_EVENT_KIND_CONNECTED:
            if (event.number != 1) return std::nullopt;
            return PeerConnected{peer_of(event), address_of(event), direction_of(event)};
        case KIT_P2P_EVENT_KIND_DISCONNECTED:
            if (event.number != 0) return std::nullopt;
            return PeerDisconnected{peer_of(event)};
        case KIT_P2P_EVENT_KIND_IDENTIFIED:
            return identified(event);
        case KIT_P2P_EVENT_KIND_FRAME: {
            FrameReceived received{peer_of(event), text_of(event.name), {}};
            received.frame = adopt(event);
            return received;
        }
        case KIT_P2P_EVENT_KIND_FRAMES_FAILED:
            return FramesFailed{peer_of(event), text_of(event.detail)};
        case KIT_P2P_EVENT_KIND_FRAMES_SENT:
            return FramesSent{peer_of(event), event.number};
        case KIT_P2P_EVENT_KIND_MESSAGE:
        case KIT_P2P_EVENT_KIND_SUBSCRIPTION:
            return translate_pubsub(event);
        case KIT_P2P_EVENT_KIND_LISTEN_ADDRESS:
            return ListenAddressChanged{address_of(event), true};
        case KIT_P2P_EVENT_KIND_LISTEN_ADDRESS_GONE:
            return ListenAddressChanged{address_of(event), false};
        case KIT_P2P_EVENT_KIND_INBOUND_STREAM:
            streams_.take_inbound(event);
            return std::nullopt;
        case KIT_P2P_EVENT_KIND_DISCOVERED:
            if ((event.flags & KIT_P2P_FLAG_GONE) != 0) return std::nullopt;
            return PeerDiscovered{peer_of(event), address_of(event)};
        case KIT_P2P_EVENT_KIND_RECORD_OFFERED:
            return RecordOffered{peer_of(event),
                                 event.number == KIT_P2P_DHT_LAN ? DhtSide::lan : DhtSide::wan,
                                 to_bytes(bytes_of(event.name)), to_bytes(bytes_of(event.data))};
        case KIT_P2P_EVENT_KIND_EVENTS_LOST:
            return EventsLost{event.number};
        default:
            return translate_reach(event);
    }
}

std::optional<Event> ShimHostImpl::translate_answer(KitP2pEvent& event) {
    if (streams_.take_answer(event)) return std::nullopt;
    if (event.kind == KIT_P2P_EVENT_KIND_DONE) return end_operation(event);
    const std::scoped_lock lock(mutex_);
    const auto number = query_of_.find(event.operation);
    if (number == query_of_.end()) return std::nullopt;
    Query& query = queries_.at(number->second);
    query.succeeded = true;
    if (event.kind == KIT_P2P_EVENT_KIND_VALUE) {
        return ValueFound{number->second, to_bytes(bytes_of(event.data)), false, std::nullopt};
    }
    if (event.kind != KIT_P2P_EVENT_KIND_PEER) return std::nullopt;
    std::vector<PeerAddress> found{{peer_of(event), addresses_of(items_of(event))}};
    if (query.asked == Asked::providers) {
        return ProvidersFound{number->second, std::move(found), false, std::nullopt};
    }
    return PeersFound{number->second, std::move(found), false, std::nullopt};
}

std::optional<Event> ShimHostImpl::end_operation(const KitP2pEvent& event) {
    const std::scoped_lock lock(mutex_);
    if (const auto dialled = dials_.extract(event.operation)) {
        auto error = error_of(event);
        if (!error) return std::nullopt;
        return DialFailed{std::move(dialled.mapped()), *std::move(error)};
    }
    const auto ended = query_of_.extract(event.operation);
    if (!ended) return std::nullopt;
    const QueryId number = ended.mapped();
    Query& query = queries_.at(number);
    std::erase(query.operations, event.operation);
    query.accepted_count += static_cast<uint32_t>(event.number);
    auto error = error_of(event);
    query.succeeded = query.succeeded || !error;
    if (error) query.error = std::move(error);
    if (!query.operations.empty()) return std::nullopt;
    const Query last = std::move(query);
    queries_.erase(number);
    // One DHT that knew it is enough.
    const std::optional<Error> failed = last.succeeded ? std::nullopt : last.error;
    switch (last.asked) {
        case Asked::providers:
            return ProvidersFound{number, {}, true, failed};
        case Asked::peers:
            return PeersFound{number, {}, true, failed};
        case Asked::value:
            return ValueFound{number, std::nullopt, true, failed};
        case Asked::announce:
            return Announced{number, last.accepted_count, failed};
    }
    return std::nullopt;
}

}  // namespace kit::p2p
