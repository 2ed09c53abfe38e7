// The host's DHT behind blocking calls: questions go to the host, its answers come in as events on
// the network's thread and wake who asked.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>

#include "base/env.h"
#include "base/thread_annotations.h"
#include "routing/region_announcer.h"
#include "routing/router.h"

namespace kit::routing {

// Every call is safe from any thread. `clock` and `host` must outlive the router, and every call
// must have returned before it ends.
class DhtRouter final : public Router, public AnnounceTarget {
public:
    DhtRouter(const Clock& clock, p2p::Host& host) : clock_(clock), host_(host) {}

    // Given each event of the host by the thread that takes them; never waits. True: it was an
    // answer to a question of this router, and is taken.
    bool on_event(p2p::Event& event);
    // The host ends: whoever waits fails with cancelled, and so does every later call.
    void stop();

    Result<void> find_providers(const Cid& cid, size_t count_max, const VisitPeer& visit,
                                const Wait& wait) override;
    Result<PeerAddress> find_peer(const PeerId& peer, const Wait& wait) override;
    Result<void> closest_peers(ByteView key, const VisitPeer& visit, const Wait& wait) override;
    Result<uint32_t> provide(const Multihash& key, const Wait& wait) override;
    Result<void> get_values(ByteView key, const VisitValue& visit, const Wait& wait) override;
    Result<uint32_t> put_value(ByteView key, ByteView value, const Wait& wait) override;

    Result<uint32_t> provide_at(std::span<const PeerAddress> peers, std::span<const Multihash> keys,
                                const Wait& wait) override;

private:
    class Search;
    struct Query {
        std::deque<p2p::Event> answers;
        bool is_over = false;  // The last answer is among them.
    };

    // The next answer; nullopt after the last.
    Result<std::optional<p2p::Event>> next(p2p::QueryId query, const Wait& wait);
    Result<uint32_t> await_announced(const Search& search, const Wait& wait);
    void end(p2p::QueryId query);

    const Clock& clock_;
    p2p::Host& host_;
    std::mutex mutex_;
    std::condition_variable changed_;  // Of any query: there are dozens at most.
    std::unordered_map<p2p::QueryId, Query> queries_ GUARDED_BY(mutex_);
    bool is_stopped_ GUARDED_BY(mutex_) = false;
};

}  // namespace kit::routing
