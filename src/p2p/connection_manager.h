// How many peers stay connected: above the high water mark the least useful are let go down to the
// low one. Useful is who has tags; protected peers, and those that have just come, always stay.
// What happens depends on the events, the calls and the clock alone.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/env.h"
#include "base/thread_annotations.h"
#include "p2p/host.h"
#include "p2p/peer_id_hash.h"

namespace kit::p2p {

// Swarm.ConnMgr, with Kubo's defaults.
struct ConnectionMarks {
    bool is_enabled = true;  // Type "none" is false.
    size_t low_water = 32;
    size_t high_water = 96;
    std::chrono::nanoseconds grace = std::chrono::seconds(20);
    // Between two rounds.
    std::chrono::nanoseconds silence = std::chrono::seconds(10);
};

// Every call is safe from any thread.
class ConnectionManager final {
public:
    // `host` and `clock` must outlive it.
    ConnectionManager(const Clock& clock, Host& host, ConnectionMarks marks)
        : clock_(clock), host_(host), marks_(marks) {}

    // PeerConnected and PeerDisconnected; others are nothing to it.
    void on_event(const Event& event);
    // Lets go whom it must, when it is time.
    void on_timer();
    // When on_timer() is due; INT64_MAX for never.
    int64_t next_timer_ns() const;

    // A peer's value is the sum of its tags. They stay while it is away, up to a bound of peers.
    void set_tag(const PeerId& peer, const std::string& tag, int value);
    void remove_tag(const PeerId& peer, const std::string& tag);
    // Protected as long as any tag protects it.
    void protect(const PeerId& peer, const std::string& tag);
    void unprotect(const PeerId& peer, const std::string& tag);
    bool is_protected(const PeerId& peer) const;

    size_t connected_count() const;

private:
    struct Peer {
        int64_t connected_ns = -1;  // -1: not connected.
        std::map<std::string, int> tags;
        std::set<std::string> protections;

        bool is_connected() const { return connected_ns >= 0; }
        int64_t value() const;
    };

    int64_t due_ns() const REQUIRES(mutex_);
    std::vector<PeerId> choose(int64_t now_ns) const REQUIRES(mutex_);
    void forget_if_nothing(const PeerId& peer) REQUIRES(mutex_);
    Peer* find_or_make(const PeerId& peer) REQUIRES(mutex_);

    const Clock& clock_;
    Host& host_;
    const ConnectionMarks marks_;
    mutable std::mutex mutex_;
    std::unordered_map<PeerId, Peer, PeerIdHash> peers_ GUARDED_BY(mutex_);
    size_t connected_count_ GUARDED_BY(mutex_) = 0;
    int64_t next_round_ns_ GUARDED_BY(mutex_) = 0;
};

}  // namespace kit::p2p
