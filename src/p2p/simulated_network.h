// Many hosts in one process, for tests: frames take time by latency and bandwidth, some vanish,
// hosts go and come back, and the network falls apart and heals. Nothing happens by itself: time
// passes when step() says so, and what happens depends on the seed and the calls alone, so every
// failure found with it can be replayed.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>

#include "base/simulated_env.h"
#include "p2p/event_queue.h"
#include "p2p/host.h"

namespace kit::p2p {

struct SimulatedNetworkOptions {
    // One way; drawn once for each pair of hosts.
    std::chrono::microseconds latency_min{5'000};
    std::chrono::microseconds latency_max{50'000};
    double loss = 0;  // The share of frames that vanish without a word: harsher than any stream.
    uint64_t upload_bytes_per_s = 100 * MiB;  // Of each host, shared by its peers in turn.
    uint64_t download_bytes_per_s = 100 * MiB;
    size_t unsent_bytes_max = 8 * MiB;  // For one peer; send_frame() is busy above it.
    size_t events_count_max = 4096;
    std::chrono::milliseconds search_time{300};  // What an answer of the DHT takes.
    std::chrono::milliseconds dial_timeout{5'000};
};

class SimulatedHost;

// Calls come from one thread, the one that steps, unless they are Host's own: those are safe from
// any, but connect(), which steps. Hosts live as long as the network.
class SimulatedNetwork final {
public:
    // `clock` must outlive the network, and only the network advances it.
    SimulatedNetwork(SimulatedClock& clock, uint64_t seed, SimulatedNetworkOptions options);
    ~SimulatedNetwork();
    SimulatedNetwork(const SimulatedNetwork&) = delete;
    SimulatedNetwork& operator=(const SimulatedNetwork&) = delete;

    // They are numbered from 0.
    Host& add_host();
    Host& host(uint32_t number);
    uint32_t host_count() const;

    // Lets the next things happen, up to `until_ns`, until one host has events to take or its
    // wake_at() has come; returns its number. nullopt: it is `until_ns` now.
    std::optional<uint32_t> step(int64_t until_ns);
    // step() returns `number` at this time; a later call takes its place.
    void wake_at(uint32_t number, int64_t at_ns);
    int64_t now_ns() const { return clock_.monotonic_ns(); }

    // Going offline breaks every connection; the host's table of providers stays.
    void set_online(uint32_t number, bool online);
    // Behind a NAT: it can dial and not be dialled.
    void set_reachable(uint32_t number, bool reachable);
    // Hosts of different groups cannot reach each other; all are in group 0 at first.
    void set_group(uint32_t number, uint32_t group);
    void set_upload(uint32_t number, uint64_t bytes_per_s);
    void set_loss(double loss);
    void connect(uint32_t a, uint32_t b);  // At once.

    // Some peers of the DHT keep `value` from now on, beside what others keep.
    void add_value(ByteView key, ByteView value);
    // Told of each provider record as a peer keeps it; the network is locked meanwhile.
    using OnProvide =
        std::function<void(const PeerId& provider, const PeerId& keeper, const Multihash& key)>;
    void watch_provides(OnProvide on_provide);

    // What is on its way or remembered: for tests of growth. Provider records are not counted.
    size_t pending_count() const;

private:
    friend class SimulatedHost;
    using Action = std::move_only_function<void()>;
    using Pair = std::pair<uint32_t, uint32_t>;
    struct Connection {
        uint64_t epoch;
        size_t unsent_bytes[2];  // Of the lower and of the higher number.
    };

    // Each with mutex_ held.
    void after(int64_t delay_ns, Action action) REQUIRES(mutex_);
    bool can_reach(uint32_t from, uint32_t to) const REQUIRES(mutex_);
    int64_t latency_ns(uint32_t a, uint32_t b) REQUIRES(mutex_);
    void join(uint32_t from, uint32_t to) REQUIRES(mutex_);
    void part(uint32_t a, uint32_t b) REQUIRES(mutex_);
    void part_unreachable() REQUIRES(mutex_);
    Connection* find_connection(uint32_t a, uint32_t b) REQUIRES(mutex_);
    void push(uint32_t to, Event event) REQUIRES(mutex_);
    void dial(uint32_t from, const PeerId& to) REQUIRES(mutex_);
    Result<void> send(uint32_t from, const PeerId& to, std::span<const std::string> protocols,
                      std::span<const SharedBytes> pieces) REQUIRES(mutex_);
    void transmit(uint32_t from, uint32_t to, std::string protocol, SharedBytes frame)
        REQUIRES(mutex_);
    void arrive(uint32_t from, uint32_t to, uint64_t epoch, FrameReceived frame) REQUIRES(mutex_);
    void deliver(uint32_t to, uint32_t from, uint64_t epoch, FrameReceived frame) REQUIRES(mutex_);
    // After the time of a search `answer` gives the event, unless the query was cancelled.
    QueryId search(uint32_t from, std::move_only_function<Event(QueryId)> answer) REQUIRES(mutex_);
    bool deliver_next(int64_t until_ns);
    PeerAddress address_of(uint32_t number) const REQUIRES(mutex_);
    std::vector<PeerAddress> closest(uint32_t from, ByteView key) REQUIRES(mutex_);
    void record_provider(uint32_t provider, const PeerId& keeper, const Multihash& key)
        REQUIRES(mutex_);
    // The newest is first; of one key only a few are kept.
    void keep_value(const Bytes& key, Bytes value) REQUIRES(mutex_);

    SimulatedClock& clock_;
    const SimulatedNetworkOptions options_;
    mutable std::mutex mutex_;
    SimulatedRandom random_;
    double loss_ GUARDED_BY(mutex_);
    std::vector<std::unique_ptr<SimulatedHost>> hosts_;
    std::unordered_map<PeerId, uint32_t, PeerIdHash> numbers_ GUARDED_BY(mutex_);
    std::map<std::pair<int64_t, uint64_t>, Action> actions_ GUARDED_BY(mutex_);
    std::set<std::pair<int64_t, uint32_t>> wakes_ GUARDED_BY(mutex_);
    std::deque<uint32_t> ready_ GUARDED_BY(mutex_);  // Hosts that step() has to name.
    std::map<Pair, Connection> connections_ GUARDED_BY(mutex_);
    std::map<Pair, int64_t> latencies_ns_ GUARDED_BY(mutex_);
    std::map<Bytes, std::vector<uint32_t>> providers_ GUARDED_BY(mutex_);
    OnProvide on_provide_ GUARDED_BY(mutex_);
    std::map<Bytes, std::deque<Bytes>> values_ GUARDED_BY(mutex_);
    std::set<QueryId> queries_ GUARDED_BY(mutex_);
    uint64_t last_number_ GUARDED_BY(mutex_) = 0;  // Of actions, connections and queries.
};

}  // namespace kit::p2p
