// Peers to stay connected with (Peering.Peers, `swarm peering`): who is lost is dialled again, each
// time later, up to ten minutes apart.
#pragma once

#include <chrono>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/env.h"
#include "base/thread_annotations.h"
#include "p2p/connection_manager.h"
#include "p2p/host.h"

namespace kit::p2p {

// Every call is safe from any thread.
class Peering final {
public:
    // All must outlive it.
    Peering(Env& env, Host& host, ConnectionManager& manager)
        : env_(env), host_(host), manager_(manager) {}

    // Dials at the next on_timer(), and protects the peer from being let go. The addresses take
    // the place of those given before.
    void add(const PeerAddress& peer);
    // The connection stays, like any other's. False when it was not there.
    bool remove(const PeerId& peer);
    std::vector<PeerAddress> list() const;

    void on_event(const Event& event);
    // Dials who is due.
    void on_timer();
    // INT64_MAX for never.
    int64_t next_timer_ns() const;

private:
    struct Peer {
        std::vector<Multiaddr> addresses;
        int64_t due_ns;  // INT64_MAX: connected.
        int64_t delay_ns;
    };

    // As go's peering: half as much again and up to as much besides, below ten minutes.
    void back_off(Peer& peer) REQUIRES(mutex_);

    Env& env_;
    Host& host_;
    ConnectionManager& manager_;
    mutable std::mutex mutex_;
    std::unordered_map<PeerId, Peer, PeerIdHash> peers_ GUARDED_BY(mutex_);
};

}  // namespace kit::p2p
