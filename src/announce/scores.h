// Whom to ask first: what was learnt of each peer, and a score made of it. The score is a weighted
// mean of four parts from 0 to 1000, so that every choice can be explained:
//
//   load      1000 - 10 * the load that the peer tells of itself, in percent
//   latency   1000 * 100 / (100 + milliseconds from our want to its offer)
//   speed     1000 * bytes per second / (bytes per second + 4 MiB)
//   distance  100 * the leading bits that sha2-256 of its id and of the CID's hash share, up to 10
//
// halved for each time in a row that it did not send what it promised. What is not known counts
// 500, so that newcomers are tried. The distance makes nodes that know the same ask different peers
// for different content. Equal scores go by the distance's bytes: nothing is left to chance.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "announce/limits.h"
#include "formats/cid.h"
#include "formats/peer_id.h"
#include "p2p/peer_id_hash.h"

namespace kit::announce {

using formats::Cid;
using formats::PeerId;

struct ScoreWeights {
    uint32_t load = 2;
    uint32_t latency = 2;
    uint32_t speed = 4;
    uint32_t distance = 1;
};

// What is known of a peer. Means are exponential: a quarter of each comes from the newest.
struct PeerFacts {
    std::optional<uint32_t> load_percent = std::nullopt;
    std::optional<double> latency_ms = std::nullopt;
    std::optional<double> bytes_per_s = std::nullopt;
    uint64_t received_bytes = 0;
    uint32_t failures_count = 0;  // In a row.
    int64_t failed_ns = 0;        // The last; forgotten after failure_time_ns.
};

inline constexpr int64_t failure_time_ns = 10 * 60 * int64_t{1'000'000'000};

struct Score {
    uint32_t total = 0;  // 0 to 1000, as all parts.
    uint32_t load = 0;
    uint32_t latency = 0;
    uint32_t speed = 0;
    uint32_t distance = 0;
    uint32_t failures_count = 0;
};

// Without `cid` the distance is not known. Pure.
Score score_of(const PeerFacts& facts, const PeerId& peer, const Cid& cid,
               const ScoreWeights& weights, int64_t now_ns);

// One thread at a time.
class PeerBook final {
public:
    explicit PeerBook(size_t count_max = limits::known_peers_count_max) : count_max_(count_max) {}

    void on_load(const PeerId& peer, uint32_t load_percent);
    void on_latency(const PeerId& peer, double latency_ms);
    // `bytes` came from the peer within `time_ns`; its failures are forgiven.
    void on_received(const PeerId& peer, uint64_t bytes, int64_t time_ns);
    // It promised and did not send.
    void on_failure(const PeerId& peer, int64_t now_ns);

    PeerFacts facts(const PeerId& peer) const;  // Nothing known of a stranger.
    std::vector<PeerId> peers() const;
    size_t count() const { return peers_.size(); }

private:
    struct Entry {
        PeerFacts facts;
        uint64_t touched = 0;
    };
    // Makes room by forgetting whoever was quiet longest; who never sent anything goes first.
    PeerFacts& touch(const PeerId& peer);

    const size_t count_max_;
    std::unordered_map<PeerId, Entry, p2p::PeerIdHash> peers_;
    uint64_t touches_ = 0;
};

// The best first.
void rank(std::vector<PeerId>& peers, const PeerBook& book, const Cid& cid,
          const ScoreWeights& weights, int64_t now_ns);

}  // namespace kit::announce
