// Who has it, where is it, what does it say: one way of finding things out (the DHT, a delegated
// router), or several together. Whoever asks does not need to know which.
// https://docs.ipfs.tech/concepts/glossary/#content-routing
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <unordered_map>

#include "base/env.h"
#include "formats/cid.h"
#include "formats/peer_id.h"
#include "p2p/host.h"
#include "p2p/peer_id_hash.h"

namespace kit::routing {

using formats::Cid;
using formats::Multihash;
using formats::PeerId;
using p2p::PeerAddress;

// How long a call may take: both end it.
struct Wait {
    int64_t until_monotonic_ns = INT64_MAX;     // By Env's clock.
    const std::atomic<bool>* cancel = nullptr;  // Looked at ten times a second.
};
Wait wait_for(const Clock& clock, std::chrono::nanoseconds time,
              const std::atomic<bool>* cancel = nullptr);
// Fails with cancelled or timeout when the wait is over.
Result<void> check(const Clock& clock, const Wait& wait);

// Takes what was found, as it is found, one at a time and from the caller's thread; false is
// enough, and an error ends the search with it.
using VisitPeer = std::function<Result<bool>(const PeerAddress& peer)>;
using VisitValue = std::function<Result<bool>(ByteView value)>;

// Every call blocks, is safe from any thread, and fails with cancelled (the caller's or the node's
// end), timeout, offline (nobody can be asked) or unsupported (not by this way). Searches that find
// nothing succeed.
class Router {
public:
    virtual ~Router() = default;

    // Each provider once; one that came without addresses comes again when they are known, and is
    // not counted again.
    virtual Result<void> find_providers(const Cid& cid, size_t count_max, const VisitPeer& visit,
                                        const Wait& wait) = 0;
    // Fails with not_found.
    virtual Result<PeerAddress> find_peer(const PeerId& peer, const Wait& wait) = 0;
    // Those whose ids are closest to `key` in the DHT: a peer's or a multihash's bytes, or any.
    virtual Result<void> closest_peers(ByteView key, const VisitPeer& visit, const Wait& wait) = 0;
    // How many peers took it.
    virtual Result<uint32_t> provide(const Multihash& key, const Wait& wait) = 0;
    // What different peers say of `key`, unverified: "/ipns/" and a binary name, "/pk/" and a peer.
    virtual Result<void> get_values(ByteView key, const VisitValue& visit, const Wait& wait) = 0;
    // How many peers took it.
    virtual Result<uint32_t> put_value(ByteView key, ByteView value, const Wait& wait) = 0;
};

// Peers that several answers name, each let through once.
class PeerMerge final {
public:
    // False when there is nothing new about the peer.
    bool is_new(const PeerAddress& peer);
    size_t count() const { return has_addresses_.size(); }

private:
    std::unordered_map<PeerId, bool, p2p::PeerIdHash> has_addresses_;
};

}  // namespace kit::routing
