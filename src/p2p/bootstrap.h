// The way into the network: while few peers are connected, bootstrap peers are dialled, and when
// those do not answer, peers that were met before. As Kubo does it.
#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "base/env.h"
#include "base/thread_annotations.h"
#include "p2p/host.h"
#include "p2p/peer_store.h"

namespace kit::p2p {

struct BootstrapSettings {
    size_t connections_min = 4;
    std::chrono::nanoseconds period = std::chrono::seconds(30);
    size_t backups_count_max = 20;  // Of peers met before, in one round.
};

// Every call is safe from any thread.
class Bootstrap final {
public:
    // All must outlive it.
    Bootstrap(Env& env, Host& host, const PeerStore& known, BootstrapSettings settings)
        : env_(env), host_(host), known_(known), settings_(settings) {}

    // From now on; with none nobody is dialled, not even those met before. Addresses of one peer
    // are tried together; /dnsaddr is the host's to look up.
    void set_peers(std::vector<PeerAddress> peers);

    void on_event(const Event& event);
    // Begins a round when it is time and there are too few connections.
    void on_timer();
    int64_t next_timer_ns() const;

private:
    // Dials the next ones, as many as are missing.
    void go_on();
    std::vector<PeerAddress> take_next() REQUIRES(mutex_);
    void shuffle(std::vector<PeerAddress>& peers) REQUIRES(mutex_);

    Env& env_;
    Host& host_;
    const PeerStore& known_;
    const BootstrapSettings settings_;
    mutable std::mutex mutex_;
    std::vector<PeerAddress> peers_ GUARDED_BY(mutex_);
    std::deque<PeerAddress> candidates_ GUARDED_BY(mutex_);  // Of this round.
    std::unordered_set<PeerId, PeerIdHash> connected_ GUARDED_BY(mutex_);
    std::unordered_set<PeerId, PeerIdHash> dialling_ GUARDED_BY(mutex_);
    int64_t next_round_ns_ GUARDED_BY(mutex_) = 0;
};

// "/ip4/.../p2p/ID" texts, as in the config, by peer. Fails with invalid_argument.
Result<std::vector<PeerAddress>> peers_of_texts(const std::vector<std::string>& texts);

}  // namespace kit::p2p
