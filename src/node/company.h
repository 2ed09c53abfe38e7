// The company that a node keeps: who it is brought in by, whom it stays connected with, whom it
// lets go, and whom it remembers when it starts again. One thread tends all of it.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "base/env.h"
#include "base/thread_annotations.h"
#include "p2p/bootstrap.h"
#include "p2p/connection_manager.h"
#include "p2p/peer_store.h"
#include "p2p/peering.h"
#include "p2p/shim_host.h"

namespace kit::node {

struct CompanySettings {
    std::vector<p2p::PeerAddress> bootstrap;
    std::vector<p2p::PeerAddress> peering;  // Peering.Peers
    p2p::ConnectionMarks marks;             // Swarm.ConnMgr
};

// Every call is safe from any thread.
class Company final {
public:
    // `path` is the file of the peers that were met. All must outlive it. `on_notice` gets a
    // sentence when that file cannot be read or written; the node does without it.
    Company(Env& env, p2p::ShimHost& host, const CompanySettings& settings, Path path,
            std::function<void(const std::string&)> on_notice);
    // When the host was closed, which ends what the thread may be waiting for.
    ~Company();
    Company(const Company&) = delete;
    Company& operator=(const Company&) = delete;

    void on_event(const p2p::Event& event);

    p2p::PeerStore& known() { return known_; }
    p2p::Peering& peering() { return peering_; }
    p2p::Bootstrap& bootstrap() { return bootstrap_; }

private:
    void run();
    // Both return when to come again.
    int64_t tend_peers();
    int64_t tend_routes();
    void save();

    Env& env_;
    p2p::ShimHost& host_;
    const Path path_;
    const std::function<void(const std::string&)> on_notice_;
    p2p::PeerStore known_;
    p2p::ConnectionManager manager_;
    p2p::Peering peering_;
    p2p::Bootstrap bootstrap_;
    int64_t routes_due_ns_ = INT64_MAX;  // The thread's.
    int64_t save_due_ns_;                // The thread's.
    std::mutex mutex_;
    std::condition_variable changed_;
    bool has_news_ GUARDED_BY(mutex_) = false;
    bool is_met_ GUARDED_BY(mutex_) = false;  // Somebody was, so there are routes to fill.
    bool is_ending_ GUARDED_BY(mutex_) = false;
    std::thread thread_;
};

}  // namespace kit::node
