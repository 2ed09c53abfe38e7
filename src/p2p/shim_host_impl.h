// The inside of the real host, for the sources that make it up: calls and lists (shim_host.cc,
// shim_lists.cc), events (shim_events.cc), the DHT (shim_dht.cc). Streams are shim_streams.h.
#pragma once

#include <functional>
#include <mutex>
#include <unordered_map>

#include "base/thread_annotations.h"
#include "p2p/shim_host.h"
#include "p2p/shim_streams.h"
#include "p2p/shim_values.h"

namespace kit::p2p {

class ShimHostImpl final : public ShimHost {
public:
    ShimHostImpl(const Clock& clock, const ShimHostOptions& options, KitP2pHost* host, PeerId id)
        : clock_(clock),
          has_wan_(options.wan_dht != DhtMode::off),
          has_lan_(options.lan_dht != DhtMode::off),
          host_(host),
          id_(std::move(id)),
          streams_(host) {}
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
    std::vector<Multiaddr> listen_addresses() const override { return own_addresses(true, false); }
    std::vector<Multiaddr> reachable_addresses() const override {
        return own_addresses(false, true);
    }
    Result<void> announce_address(const Multiaddr& address, bool is_announced) override;
    Result<void> push_identify() override { return check(kit_p2p_identify_push(host_)); }
    Result<std::vector<ShimConnection>> connections() const override;
    Result<void> close_connection(uint64_t number) override {
        return check(kit_p2p_close_connection(host_, number));
    }
    Result<std::vector<ShimStreamInfo>> streams() const override;
    Result<ShimCounts> counts() const override;
    Result<void> set_protected(const PeerId& peer, bool is_protected) override {
        return check(kit_p2p_protect_peer(host_, view(peer.bytes()), is_protected));
    }
    Result<void> set_banned(const PeerId& peer, bool is_banned) override {
        return check(kit_p2p_ban_peer(host_, view(peer.bytes()), is_banned));
    }
    Result<void> set_banned(const std::string& network, bool is_banned) override;
    Traffic traffic() const override;
    Traffic traffic(const PeerId& peer) const override;
    Result<std::vector<ProtocolTraffic>> protocol_traffic() const override;
    Result<std::unique_ptr<Stream>> open_stream(const PeerAddress& peer,
                                                std::span<const std::string> protocols,
                                                std::chrono::milliseconds timeout) override;
    Result<std::unique_ptr<StreamPort>> open_port() override { return streams_.open_port(); }
    Result<std::vector<std::string>> topics() const override;
    Result<std::vector<PeerId>> topic_peers(const std::string& topic) const override;
    Result<void> add_route(const PeerAddress& peer) override;
    Result<std::vector<DhtRoute>> routes(DhtSide side) const override;
    Result<void> fill_routes(DhtSide side, std::chrono::milliseconds timeout) override;
    Result<void> set_dht_mode(DhtSide side, DhtMode mode) override;
    Result<void> store_record(DhtSide side, ByteView key, ByteView value,
                              std::chrono::milliseconds lifetime) override;

private:
    enum class Asked : uint8_t { providers, peers, value, announce };
    // Both DHTs are asked at once, and a query ends when both have.
    struct Query {
        Asked asked;
        std::vector<uint64_t> operations;
        uint32_t accepted_count = 0;
        bool succeeded = false;
        std::optional<Error> error;
    };
    using Begin = std::function<KitP2pStatus(KitP2pDht, KitP2pTarget)>;
    using BeginList = std::function<KitP2pStatus(KitP2pTarget)>;

    std::vector<Multiaddr> own_addresses(bool listening, bool reachable) const;
    // Takes every result of a list.
    Result<void> list(const BeginList& begin, const std::function<void(KitP2pEvent&)>& take) const;
    std::vector<KitP2pDht> dhts() const;
    QueryId begun(Query query) REQUIRES(mutex_);
    Result<QueryId> ask(Asked asked, const Begin& begin);
    // What an event of the shim is to a host's users; nullopt when it is nothing to them.
    std::optional<Event> translate(KitP2pEvent& event);
    std::optional<Event> translate_answer(KitP2pEvent& event);
    std::optional<Event> end_operation(const KitP2pEvent& event);

    const Clock& clock_;
    const bool has_wan_;
    const bool has_lan_;
    KitP2pHost* const host_;
    const PeerId id_;
    ShimStreams streams_;
    mutable std::mutex mutex_;
    std::unordered_map<uint64_t, PeerId> dials_ GUARDED_BY(mutex_);      // By operation.
    std::unordered_map<uint64_t, QueryId> query_of_ GUARDED_BY(mutex_);  // By operation.
    std::unordered_map<QueryId, Query> queries_ GUARDED_BY(mutex_);
    QueryId next_query_ GUARDED_BY(mutex_) = 1;
};

KitP2pKadMode kad_mode(DhtMode mode);
KitP2pDht kad_side(DhtSide side);

}  // namespace kit::p2p
