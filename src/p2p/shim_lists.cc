// What the real host holds, for those who list it.
#include <algorithm>
#include <unordered_set>

#include "p2p/peer_id_hash.h"
#include "p2p/shim_host_impl.h"

namespace kit::p2p {
namespace {

constexpr int64_t local_wait_ms = 30'000;  // For what needs no peer.

}  // namespace

Result<void> ShimHostImpl::list(const BeginList& begin,
                                const std::function<void(KitP2pEvent&)>& take) const {
    KitP2pOperation* operation = nullptr;
    TRY(check(begin({.handle = &operation, .number = nullptr})));
    return finish(operation, local_wait_ms, [&](KitP2pEvent& event) {
        if (event.kind != KIT_P2P_EVENT_KIND_DONE) take(event);
    });
}

std::vector<Multiaddr> ShimHostImpl::own_addresses(bool listening, bool reachable) const {
    std::vector<Multiaddr> found;
    const auto listed =
        list([&](KitP2pTarget target) { return kit_p2p_list_addresses(host_, target); },
             [&](KitP2pEvent& event) {
                 const bool is_reachable = event.number == 1;
                 if (is_reachable ? !reachable : !listening) return;
                 Multiaddr address = address_of(event);
                 if (std::ranges::find(found, address) == found.end())
                     found.push_back(std::move(address));
             });
    if (!listed) found.clear();
    return found;
}

std::vector<Multiaddr> ShimHostImpl::addresses() const {
    return own_addresses(true, true);
}

std::vector<PeerId> ShimHostImpl::connected_peers() const {
    std::unordered_set<PeerId, PeerIdHash> peers;
    if (const auto open = connections()) {
        for (const ShimConnection& connection : *open) peers.insert(connection.peer);
    }
    return {peers.begin(), peers.end()};
}

Result<std::vector<ShimConnection>> ShimHostImpl::connections() const {
    std::vector<ShimConnection> found;
    TRY(list([&](KitP2pTarget target) { return kit_p2p_list_connections(host_, target); },
             [&](KitP2pEvent& event) {
                 found.push_back({event.connection, peer_of(event), address_of(event),
                                  direction_of(event), (event.flags & KIT_P2P_FLAG_RELAYED) != 0,
                                  std::chrono::nanoseconds(event.number),
                                  std::chrono::milliseconds(event.number2), text_of(event.name),
                                  texts_of(items_of(event))});
             }));
    return found;
}

Result<std::vector<ShimStreamInfo>> ShimHostImpl::streams() const {
    std::vector<ShimStreamInfo> found;
    TRY(list([&](KitP2pTarget target) { return kit_p2p_list_streams(host_, target); },
             [&](KitP2pEvent& event) {
                 found.push_back({peer_of(event), text_of(event.name), direction_of(event)});
             }));
    return found;
}

Result<ShimCounts> ShimHostImpl::counts() const {
    KitP2pCounts counted{};
    TRY(check(kit_p2p_counts(host_, &counted)));
    return ShimCounts{counted.peers, counted.connections, counted.connections_pending,
                      counted.raw_streams};
}

Traffic ShimHostImpl::traffic() const {
    KitP2pTraffic counted{};
    kit_p2p_traffic(host_, {}, &counted);
    return {counted.sent, counted.received};
}

Traffic ShimHostImpl::traffic(const PeerId& peer) const {
    KitP2pTraffic counted{};
    kit_p2p_traffic(host_, view(peer.bytes()), &counted);
    return {counted.sent, counted.received};
}

Result<std::vector<ProtocolTraffic>> ShimHostImpl::protocol_traffic() const {
    std::vector<ProtocolTraffic> found;
    TRY(list([&](KitP2pTarget target) { return kit_p2p_list_traffic(host_, target); },
             [&](KitP2pEvent& event) {
                 found.push_back({text_of(event.name), {event.number, event.number2}});
             }));
    return found;
}

Result<std::vector<std::string>> ShimHostImpl::topics() const {
    std::vector<std::string> found;
    TRY(list([&](KitP2pTarget target) { return kit_p2p_pubsub_list_topics(host_, target); },
             [&](KitP2pEvent& event) { found.push_back(text_of(event.name)); }));
    return found;
}

Result<std::vector<PeerId>> ShimHostImpl::topic_peers(const std::string& topic) const {
    std::vector<PeerId> found;
    TRY(list(
        [&](KitP2pTarget target) { return kit_p2p_pubsub_list_peers(host_, view(topic), target); },
        [&](KitP2pEvent& event) { found.push_back(peer_of(event)); }));
    return found;
}

}  // namespace kit::p2p
