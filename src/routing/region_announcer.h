// Announces keys that lie near to each other: one search finds the peers that keep a whole region
// of them, and each of these is told of all in one go.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/env.h"
#include "routing/key_space.h"
#include "routing/router.h"

namespace kit::routing {

// Who finds the peers and tells them: the DHT. Every call is safe from any thread.
class AnnounceTarget {
public:
    virtual ~AnnounceTarget() = default;
    // As Router::closest_peers().
    virtual Result<void> closest_peers(ByteView key, const VisitPeer& visit, const Wait& wait) = 0;
    // Tells each of `peers` that we have `keys`. Returns how many were told all.
    virtual Result<uint32_t> provide_at(std::span<const PeerAddress> peers,
                                        std::span<const Multihash> keys, const Wait& wait) = 0;
};

// What came of a range of keys. The first `done_count` were dealt with; when these are not all,
// `error` says why, unless regions_count_max ended it.
struct RangeOutcome {
    size_t done_count = 0;
    std::optional<Error> error = {};
    uint64_t regions_count = 0;
    uint64_t bits_sum = 0;  // Of the regions' prefixes.
    uint64_t keys_announced_count = 0;
    uint64_t keys_failed_count = 0;  // Nobody took them.
    uint64_t records_count = 0;      // Keys times those who took them.
    uint64_t peers_count = 0;
    uint64_t peers_reached_count = 0;
    int64_t time_ns = 0;

    // The sums; not done_count and error.
    void add(const RangeOutcome& more);
};

// `keys` is sorted. Blocks.
RangeOutcome announce_range(const Clock& clock, AnnounceTarget& target,
                            std::span<const PlacedKey> keys, size_t regions_count_max,
                            const Wait& wait);

}  // namespace kit::routing
