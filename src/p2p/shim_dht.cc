// The DHTs of the real host: questions go to both sides at once.
#include "p2p/shim_host_impl.h"

namespace kit::p2p {
namespace {

constexpr uint32_t closest_count = 20;     // Kademlia's k.
constexpr uint32_t values_count_max = 16;  // Of one key, from different peers.
constexpr uint32_t key_bits = 256;

}  // namespace

KitP2pKadMode kad_mode(DhtMode mode) {
    switch (mode) {
        case DhtMode::off:
            return KIT_P2P_KAD_MODE_OFF;
        case DhtMode::client:
            return KIT_P2P_KAD_MODE_CLIENT;
        case DhtMode::server:
            return KIT_P2P_KAD_MODE_SERVER;
        case DhtMode::automatic:
            return KIT_P2P_KAD_MODE_AUTO;
    }
    return KIT_P2P_KAD_MODE_OFF;
}

KitP2pDht kad_side(DhtSide side) {
    return side == DhtSide::wan ? KIT_P2P_DHT_WAN : KIT_P2P_DHT_LAN;
}

std::vector<KitP2pDht> ShimHostImpl::dhts() const {
    std::vector<KitP2pDht> asked;
    if (has_wan_) asked.push_back(KIT_P2P_DHT_WAN);
    if (has_lan_) asked.push_back(KIT_P2P_DHT_LAN);
    return asked;
}

Result<QueryId> ShimHostImpl::ask(Asked asked, const Begin& begin) {
    const std::scoped_lock lock(mutex_);
    Query query{.asked = asked, .operations = {}, .error = std::nullopt};
    for (const KitP2pDht dht : dhts()) {
        uint64_t operation = 0;
        TRY(check(begin(dht, {.handle = nullptr, .number = &operation})));
        query.operations.push_back(operation);
    }
    if (query.operations.empty()) return fail(Code::offline, "the DHT is off in this node");
    return begun(std::move(query));
}

QueryId ShimHostImpl::begun(Query query) {
    const QueryId number = next_query_++;
    for (const uint64_t operation : query.operations) query_of_.emplace(operation, number);
    queries_.emplace(number, std::move(query));
    return number;
}

Result<QueryId> ShimHostImpl::find_providers(const Multihash& key, uint32_t count_max) {
    return ask(Asked::providers, [&](KitP2pDht dht, KitP2pTarget target) {
        return kit_p2p_kad_get_providers(host_, dht, view(key.bytes()), count_max, target);
    });
}

Result<QueryId> ShimHostImpl::find_peer(const PeerId& peer) {
    return ask(Asked::peers, [&](KitP2pDht dht, KitP2pTarget target) {
        return kit_p2p_kad_find_peer(host_, dht, view(peer.bytes()), target);
    });
}

Result<QueryId> ShimHostImpl::closest_peers(ByteView key) {
    return ask(Asked::peers, [&](KitP2pDht dht, KitP2pTarget target) {
        return kit_p2p_kad_closest_peers(host_, dht, view(key), closest_count, target);
    });
}

Result<QueryId> ShimHostImpl::provide(const Multihash& key) {
    return ask(Asked::announce, [&](KitP2pDht dht, KitP2pTarget target) {
        return kit_p2p_kad_provide(host_, dht, view(key.bytes()), target);
    });
}

Result<QueryId> ShimHostImpl::provide_at(const PeerAddress& peer, std::span<const Multihash> keys) {
    const std::vector<std::string> texts = texts_of(peer.addresses);
    const std::vector<KitP2pBytes> addresses = views(texts);
    const std::vector<KitP2pBytes> hashes = views(keys);
    const std::scoped_lock lock(mutex_);
    uint64_t operation = 0;
    TRY(check(kit_p2p_kad_provide_at(host_, view(peer.peer.bytes()), addresses.data(),
                                     addresses.size(), hashes.data(), hashes.size(),
                                     {.handle = nullptr, .number = &operation})));
    return begun({.asked = Asked::announce, .operations = {operation}, .error = std::nullopt});
}

Result<QueryId> ShimHostImpl::get_value(ByteView key) {
    return ask(Asked::value, [&](KitP2pDht dht, KitP2pTarget target) {
        return kit_p2p_kad_get_value(host_, dht, view(key), values_count_max, target);
    });
}

Result<QueryId> ShimHostImpl::put_value(ByteView key, ByteView value) {
    return ask(Asked::announce, [&](KitP2pDht dht, KitP2pTarget target) {
        return kit_p2p_kad_put_value(host_, dht, view(key), view(value), 0, target);
    });
}

void ShimHostImpl::cancel(QueryId query) {
    const std::scoped_lock lock(mutex_);
    const auto ended = queries_.extract(query);
    if (!ended) return;
    for (const uint64_t operation : ended.mapped().operations) {
        query_of_.erase(operation);
        kit_p2p_cancel(host_, operation);
    }
}

Result<void> ShimHostImpl::add_route(const PeerAddress& peer) {
    for (const KitP2pDht dht : dhts()) {
        for (const Multiaddr& address : peer.addresses) {
            const std::string text = address.to_text();
            TRY(check(kit_p2p_kad_add_address(host_, dht, view(peer.peer.bytes()), view(text))));
        }
    }
    return {};
}

Result<std::vector<DhtRoute>> ShimHostImpl::routes(DhtSide side) const {
    std::vector<DhtRoute> found;
    TRY(list(
        [&](KitP2pTarget target) { return kit_p2p_kad_list_routes(host_, kad_side(side), target); },
        [&](KitP2pEvent& event) {
            // The shim counts from the nearest.
            found.push_back({peer_of(event), addresses_of(items_of(event)),
                             key_bits - 1 - static_cast<uint32_t>(event.number),
                             event.number2 != 0});
        }));
    return found;
}

Result<void> ShimHostImpl::fill_routes(DhtSide side, std::chrono::milliseconds timeout) {
    KitP2pOperation* operation = nullptr;
    TRY(check(
        kit_p2p_kad_bootstrap(host_, kad_side(side), {.handle = &operation, .number = nullptr})));
    return finish(operation, timeout.count(), [](KitP2pEvent&) {});
}

Result<void> ShimHostImpl::set_dht_mode(DhtSide side, DhtMode mode) {
    return check(kit_p2p_kad_set_mode(host_, kad_side(side), kad_mode(mode)));
}

Result<void> ShimHostImpl::store_record(DhtSide side, ByteView key, ByteView value,
                                        std::chrono::milliseconds lifetime) {
    return check(kit_p2p_kad_store(host_, kad_side(side), view(key), view(value),
                                   static_cast<uint64_t>(std::max<int64_t>(lifetime.count(), 0))));
}

}  // namespace kit::p2p
