// One host of the simulated network; see simulated_network.h. The network does the work.
#pragma once

#include <map>
#include <set>

#include "p2p/simulated_network.h"

namespace kit::p2p {

class SimulatedHost final : public Host {
public:
    SimulatedHost(SimulatedNetwork& network, uint32_t number, PeerId id);

    const PeerId& id() const override { return id_; }
    std::vector<Multiaddr> addresses() const override;
    Result<size_t> next_events(std::vector<Event>& out, size_t count_max,
                               int64_t until_monotonic_ns) override;
    void wake() override { events_.wake(); }
    Result<void> connect(const PeerAddress& peer, std::chrono::milliseconds deadline) override;
    Result<void> dial(const PeerAddress& peer) override;
    void disconnect(const PeerId& peer) override;
    std::vector<PeerId> connected_peers() const override;
    Result<void> serve_frames(std::vector<std::string> protocols, size_t size_bytes_max) override;
    Result<void> send_frame(const PeerId& peer, std::span<const std::string> protocols,
                            std::span<const SharedBytes> pieces) override;
    size_t unsent_bytes(const PeerId& peer) const override;
    Result<QueryId> find_providers(const Multihash& key, uint32_t count_max) override;
    Result<QueryId> find_peer(const PeerId& peer) override;
    Result<QueryId> closest_peers(ByteView key) override;
    Result<QueryId> provide(const Multihash& key) override;
    Result<QueryId> provide_at(const PeerAddress& peer, std::span<const Multihash> keys) override;
    Result<QueryId> get_value(ByteView key) override;
    Result<QueryId> put_value(ByteView key, ByteView value) override;
    void cancel(QueryId query) override;
    Result<void> subscribe(const std::string& topic) override;
    Result<void> unsubscribe(const std::string& topic) override;
    Result<void> publish(const std::string& topic, ByteView data) override;
    void close() override;

private:
    friend class SimulatedNetwork;

    SimulatedNetwork& network_;
    const uint32_t number_;
    const PeerId id_;
    EventQueue events_;
    // What the network knows of it, guarded by the network's mutex.
    bool is_online_ = true;
    bool is_reachable_ = true;
    bool is_closed_ = false;
    bool is_ready_ = false;  // Stands among the network's ready hosts.
    uint32_t group_ = 0;
    uint64_t upload_bytes_per_s_ = 0;
    int64_t upload_free_ns_ = 0;  // When the line has sent what was given to it.
    int64_t download_free_ns_ = 0;
    int64_t wake_ns_ = -1;  // As it stands among the network's wakes.
    std::vector<std::string> protocols_;
    std::map<std::string, size_t> frame_size_bytes_max_;  // By protocol.
    std::set<std::string> topics_;
    std::set<uint32_t> peers_;
    std::set<uint32_t> dialling_;
};

}  // namespace kit::p2p
