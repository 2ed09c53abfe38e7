// What is known of peers: who they are by identify, where they were reached, and when they were
// last here. Bounded: who has been away longest is forgotten first.
#pragma once

#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/env.h"
#include "base/thread_annotations.h"
#include "p2p/host.h"
#include "p2p/peer_id_hash.h"

namespace kit::p2p {

struct KnownPeer {
    PeerId peer;
    std::vector<Multiaddr> addresses;
    int64_t last_seen_unix_ns = 0;  // 0: heard of, never met.
    bool is_connected = false;
    // Of identify; empty before.
    std::string agent = {};
    std::string protocol_version = {};
    std::vector<std::string> protocols = {};
    Bytes public_key = {};
};

// Every call is safe from any thread.
class PeerStore final {
public:
    static constexpr size_t peers_count_max = 4096;
    static constexpr size_t addresses_count_max = 32;  // Of one peer.

    // `clock` must outlive it.
    explicit PeerStore(const Clock& clock) : clock_(clock) {}

    // Connections, what identify tells, and what searches find.
    void on_event(const Event& event);
    void add(const PeerAddress& peer);

    std::optional<KnownPeer> find(const PeerId& peer) const;
    // Empty for a stranger.
    std::vector<Multiaddr> addresses(const PeerId& peer) const;
    std::vector<KnownPeer> all() const;
    // Those that were met and have an address without a relay, the last seen first.
    std::vector<PeerAddress> recent(size_t count_max) const;

    // What a file held; what is known already stays.
    void restore(const std::vector<KnownPeer>& peers);

private:
    KnownPeer& find_or_make(const PeerId& peer) REQUIRES(mutex_);
    void add_addresses(KnownPeer& known, const std::vector<Multiaddr>& addresses) REQUIRES(mutex_);

    const Clock& clock_;
    mutable std::mutex mutex_;
    std::unordered_map<PeerId, KnownPeer, PeerIdHash> peers_ GUARDED_BY(mutex_);
};

}  // namespace kit::p2p
