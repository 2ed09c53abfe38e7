#include "p2p/shim_host.h"

#include <algorithm>
#include <array>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/thread_annotations.h"
#include "p2p/peer_id_hash.h"
#include "p2p/shim_values.h"

namespace kit::p2p {
namespace {

constexpr size_t batch_count_max = 64;
constexpr int64_t local_wait_ms = 30'000;  // For what needs no peer.
constexpr uint32_t closest_count = 20;     // Kademlia's k.
constexpr uint32_t values_count_max = 16;  // Of one key, from different peers.
constexpr size_t dials_count_max = 512;

enum class Asked : uint8_t { providers, peers, value, announce };

// Both DHTs are asked at once, and a query ends when both have.
struct Query {
    Asked asked;
    std::vector<uint64_t> operations;
    uint32_t accepted_count = 0;
    bool succeeded = false;
    std::optional<Error> error;
};

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

KitP2pConfig config_of(const ShimHostOptions& options) {
    KitP2pConfig config;
    kit_p2p_config_default(&config);
    config.private_key = view(ByteView(options.private_key));
    config.agent_version = view(options.agent);
    config.protocol_version = view(options.protocol_version);
    config.swarm_key = view(options.swarm_key);
    config.threads = options.threads;
    config.kad_wan = kad_mode(options.wan_dht);
    config.kad_lan = kad_mode(options.lan_dht);
    config.kad_wan_private_addresses = options.dht_takes_private_addresses;
    config.gossipsub = options.pubsub;
    config.mdns = options.mdns;
    config.upnp = options.upnp;
    config.relay_client = options.relay_client;
    config.relay_server = options.relay_server;
    config.hole_punching = options.hole_punching;
    config.autonat_client = options.autonat;
    config.autonat_server = options.autonat;
    config.connections_max = options.connections_max;
    config.memory_bytes_max = options.memory_bytes_max;
    return config;
}

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

// Who is named by an event; the shim's peer ids are always whole.
PeerId peer_of(const KitP2pEvent& event) {
    auto peer = PeerId::from_bytes(bytes_of(event.peer));
    ASSERT(peer.has_value());
    return *std::move(peer);
}

Direction direction_of(const KitP2pEvent& event) {
    return (event.flags & KIT_P2P_FLAG_OUTBOUND) != 0 ? Direction::outbound : Direction::inbound;
}

Multiaddr address_of(const KitP2pEvent& event) {
    return Multiaddr::from_text(as_text(bytes_of(event.address))).value_or(Multiaddr());
}

std::vector<std::string> written(const std::vector<Multiaddr>& addresses) {
    std::vector<std::string> texts;
    texts.reserve(addresses.size());
    for (const Multiaddr& address : addresses) texts.push_back(address.to_text());
    return texts;
}

class ShimHostImpl final : public ShimHost {
public:
    ShimHostImpl(const Clock& clock, const ShimHostOptions& options, KitP2pHost* host, PeerId id)
        : clock_(clock),
          has_wan_(options.wan_dht != DhtMode::off),
          has_lan_(options.lan_dht != DhtMode::off),
          host_(host),
          id_(std::move(id)) {}
    ~ShimHostImpl() override { kit_p2p_host_free(host_); }

    const PeerId& id() const override { return id_; }
    std::vector<Multiaddr> addresses() const override;
    Result<size_t> next_events(std::vector<Event>& out, size_t count_max,
                               int64_t until_monotonic_ns) override;
    void wake() override { kit_p2p_wake(host_); }
    Result<void> connect(const PeerAddress& peer, std::chrono::milliseconds deadline) override;
    Result<void> dial(const PeerAddress& peer) override;
    void disconnect(const PeerId& peer) override { kit_p2p_disconnect(host_, view(peer.bytes())); }
    std::vector<PeerId> connected_peers() const override;
    Result<void> serve_frames(std::vector<std::string> protocols, size_t size_bytes_max) override;
    Result<void> send_frame(const PeerId& peer, std::span<const std::string> protocols,
                            std::span<const SharedBytes> pieces) override;
    size_t unsent_bytes(const PeerId& peer) const override {
        return kit_p2p_unsent_bytes(host_, view(peer.bytes()));
    }
    Result<QueryId> find_providers(const Multihash& key, uint32_t count_max) override;
    Result<QueryId> find_peer(const PeerId& peer) override;
    Result<QueryId> closest_peers(ByteView key) override;
    Result<QueryId> provide(const Multihash& key) override;
    Result<QueryId> provide_at(const PeerAddress& peer, std::span<const Multihash> keys) override;
    Result<QueryId> get_value(ByteView key) override;
    Result<QueryId> put_value(ByteView key, ByteView value) override;
    void cancel(QueryId query) override;
    Result<void> subscribe(const std::string& topic) override {
        return check(kit_p2p_pubsub_subscribe(host_, view(topic)));
    }
    Result<void> unsubscribe(const std::string& topic) override {
        return check(kit_p2p_pubsub_unsubscribe(host_, view(topic)));
    }
    Result<void> publish(const std::string& topic, ByteView data) override {
        return check(kit_p2p_pubsub_publish(host_, view(topic), view(data)));
    }
    void close() override { kit_p2p_host_close(host_); }

    Result<Multiaddr> listen(const Multiaddr& address) override;
    Result<std::vector<ShimConnection>> connections() const override;
    Traffic traffic() const override;
    Result<void> set_banned(const PeerId& peer, bool is_banned) override {
        return check(kit_p2p_ban_peer(host_, view(peer.bytes()), is_banned));
    }
    Result<void> set_banned(const std::string& network, bool is_banned) override {
        return check(kit_p2p_ban_network(host_, view(network), is_banned));
    }
    Result<void> add_route(const PeerAddress& peer) override;

private:
    using Begin = std::function<KitP2pStatus(KitP2pDht, KitP2pTarget)>;

    std::vector<KitP2pDht> dhts() const;
    QueryId begun(Query query) REQUIRES(mutex_);
    Result<QueryId> ask(Asked asked, const Begin& begin);
    // What an event of the shim is to a host's users; nullopt when it is nothing to them.
    std::optional<Event> translate(KitP2pEvent& event);
    std::optional<Event> translate_answer(const KitP2pEvent& event);
    std::optional<Event> end_operation(const KitP2pEvent& event);

    const Clock& clock_;
    const bool has_wan_;
    const bool has_lan_;
    KitP2pHost* const host_;
    const PeerId id_;
    mutable std::mutex mutex_;
    std::unordered_map<uint64_t, PeerId> dials_ GUARDED_BY(mutex_);      // By operation.
    std::unordered_map<uint64_t, QueryId> query_of_ GUARDED_BY(mutex_);  // By operation.
    std::unordered_map<QueryId, Query> queries_ GUARDED_BY(mutex_);
    QueryId next_query_ GUARDED_BY(mutex_) = 1;
};

std::vector<Multiaddr> ShimHostImpl::addresses() const {
    KitP2pOperation* operation = nullptr;
    std::vector<Multiaddr> found;
    if (!check(kit_p2p_list_addresses(host_, {.handle = &operation, .number = nullptr}))) {
        return found;
    }
    const auto listed = finish(operation, local_wait_ms, [&](const KitP2pEvent& event) {
        if (event.kind == KIT_P2P_EVENT_KIND_ENTRY) found.push_back(address_of(event));
    });
    if (!listed) found.clear();
    return found;
}

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
        case KIT_P2P_EVENT_KIND_IDENTIFIED: {
            const auto items = items_of(event);
            return PeerIdentified{peer_of(event), text_of(event.name),
                                  texts_of(items.subspan(event.number)),
                                  addresses_of(items.first(event.number))};
        }
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
            return MessageReceived{peer_of(event), text_of(event.name),
                                   to_bytes(bytes_of(event.data)),
                                   to_bytes(bytes_of(items_of(event)[2]))};
        case KIT_P2P_EVENT_KIND_LISTEN_ADDRESS:
            return ListenAddressChanged{address_of(event), true};
        case KIT_P2P_EVENT_KIND_LISTEN_ADDRESS_GONE:
            return ListenAddressChanged{address_of(event), false};
        default:
            return std::nullopt;
    }
}

std::optional<Event> ShimHostImpl::translate_answer(const KitP2pEvent& event) {
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

Result<void> ShimHostImpl::connect(const PeerAddress& peer, std::chrono::milliseconds deadline) {
    const std::vector<std::string> texts = written(peer.addresses);
    const std::vector<KitP2pBytes> addresses = views(texts);
    KitP2pOperation* operation = nullptr;
    TRY(check(kit_p2p_dial(host_, view(peer.peer.bytes()), addresses.data(), addresses.size(),
                           {.handle = &operation, .number = nullptr})));
    return finish(operation, deadline.count(), [](const KitP2pEvent&) {});
}

Result<void> ShimHostImpl::dial(const PeerAddress& peer) {
    const std::vector<std::string> texts = written(peer.addresses);
    const std::vector<KitP2pBytes> addresses = views(texts);
    // Under the lock, since the answer may come before the call returns.
    const std::scoped_lock lock(mutex_);
    for (const auto& [operation, dialled] : dials_) {
        if (dialled == peer.peer) return {};
    }
    if (dials_.size() >= dials_count_max) {
        return fail(Code::busy, "{} peers are being dialled already", dials_.size());
    }
    uint64_t operation = 0;
    TRY(check(kit_p2p_dial(host_, view(peer.peer.bytes()), addresses.data(), addresses.size(),
                           {.handle = nullptr, .number = &operation})));
    dials_.emplace(operation, peer.peer);
    return {};
}

std::vector<PeerId> ShimHostImpl::connected_peers() const {
    std::unordered_set<PeerId, PeerIdHash> peers;
    if (const auto open = connections()) {
        for (const ShimConnection& connection : *open) peers.insert(connection.peer);
    }
    return {peers.begin(), peers.end()};
}

Result<void> ShimHostImpl::serve_frames(std::vector<std::string> protocols, size_t size_bytes_max) {
    const std::vector<KitP2pBytes> names = views(protocols);
    return check(kit_p2p_serve_frames(host_, names.data(), names.size(), size_bytes_max));
}

Result<void> ShimHostImpl::send_frame(const PeerId& peer, std::span<const std::string> protocols,
                                      std::span<const SharedBytes> pieces) {
    const std::vector<KitP2pBytes> names = views(protocols);
    std::vector<KitP2pPiece> parts;
    parts.reserve(pieces.size());
    for (const SharedBytes& piece : pieces) {
        // The shim holds a share of the bytes until they have left.
        auto owner = std::make_unique<SharedBytes>(piece);
        parts.push_back({piece.view().data(), piece.size(), owner.release()});
    }
    return check(kit_p2p_send_frame(host_, view(peer.bytes()), names.data(), names.size(),
                                    parts.data(), parts.size(),
                                    [](void* owner) { delete static_cast<SharedBytes*>(owner); }));
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
    const std::vector<std::string> texts = written(peer.addresses);
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

Result<Multiaddr> ShimHostImpl::listen(const Multiaddr& address) {
    const std::string text = address.to_text();
    KitP2pOperation* operation = nullptr;
    TRY(check(kit_p2p_listen(host_, view(text), {.handle = &operation, .number = nullptr})));
    Multiaddr made;
    TRY(finish(operation, local_wait_ms,
               [&](const KitP2pEvent& event) { made = address_of(event); }));
    return made;
}

Result<std::vector<ShimConnection>> ShimHostImpl::connections() const {
    KitP2pOperation* operation = nullptr;
    TRY(check(kit_p2p_list_connections(host_, {.handle = &operation, .number = nullptr})));
    std::vector<ShimConnection> found;
    TRY(finish(operation, local_wait_ms, [&](const KitP2pEvent& event) {
        if (event.kind != KIT_P2P_EVENT_KIND_CONNECTION) return;
        found.push_back({peer_of(event), address_of(event), direction_of(event),
                         (event.flags & KIT_P2P_FLAG_RELAYED) != 0,
                         std::chrono::nanoseconds(event.number), text_of(event.name),
                         texts_of(items_of(event))});
    }));
    return found;
}

Traffic ShimHostImpl::traffic() const {
    KitP2pTraffic counted{};
    kit_p2p_traffic(host_, {}, &counted);
    return {counted.sent, counted.received};
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

}  // namespace

Result<std::unique_ptr<ShimHost>> ShimHost::open(const Clock& clock,
                                                 const ShimHostOptions& options) {
    const KitP2pConfig config = config_of(options);
    KitP2pHost* host = nullptr;
    TRY(check(kit_p2p_host_new(&config, &host)));
    std::array<uint8_t, 64> buffer{};
    size_t size = 0;
    kit_p2p_host_id(host, buffer.data(), &size);
    auto id = PeerId::from_bytes(ByteView(buffer.data(), size));
    ASSERT(id.has_value());
    auto made = std::make_unique<ShimHostImpl>(clock, options, host, *std::move(id));
    for (const Multiaddr& address : options.listen) TRY(made->listen(address));
    return made;
}

}  // namespace kit::p2p
