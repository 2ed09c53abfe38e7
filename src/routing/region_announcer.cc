#include "routing/region_announcer.h"

#include <algorithm>
#include <functional>

#include "routing/limits.h"

namespace kit::routing {
namespace {

struct Region {
    std::vector<PeerAddress> peers;
    uint32_t bits = 0;  // Keys that have so many first bits in common belong to it.
};

// With the closest peers of one key those of its whole surroundings are known: the 20th of them has
// c bits in common with the key, so every peer with c + 1 bits in common is among the 19 before it,
// and keys with these c + 1 bits have most of their closest peers there and the others next to
// them.
Result<Region> find_region(const Clock& clock, AnnounceTarget& target, const PlacedKey& key,
                           const Wait& wait) {
    Wait own = wait_for(clock, std::chrono::nanoseconds(limits::region_search_ns_max));
    own.until_monotonic_ns = std::min(own.until_monotonic_ns, wait.until_monotonic_ns);
    own.cancel = wait.cancel;
    Region region;
    TRY(target.closest_peers(
        key.key.bytes(),
        [&](const PeerAddress& peer) -> Result<bool> {
            region.peers.push_back(peer);
            return region.peers.size() < limits::region_peers_count_max;
        },
        own));
    if (region.peers.empty()) {
        return fail(Code::offline,
                    "nobody can be told what this node has: no peer of the DHT is "
                    "known; it is tried again");
    }
    if (region.peers.size() < limits::replication_count) return region;
    std::vector<uint32_t> bits;
    bits.reserve(region.peers.size());
    for (const PeerAddress& peer : region.peers) {
        bits.push_back(common_bits(place_of(peer.peer.bytes()), key.place));
    }
    std::ranges::sort(bits, std::greater());
    region.bits = std::min(bits[limits::replication_count - 1] + 1, place_bits);
    return region;
}

}  // namespace

void RangeOutcome::add(const RangeOutcome& more) {
    regions_count += more.regions_count;
    bits_sum += more.bits_sum;
    keys_announced_count += more.keys_announced_count;
    keys_failed_count += more.keys_failed_count;
    records_count += more.records_count;
    peers_count += more.peers_count;
    peers_reached_count += more.peers_reached_count;
    time_ns += more.time_ns;
}

RangeOutcome announce_range(const Clock& clock, AnnounceTarget& target,
                            std::span<const PlacedKey> keys, size_t regions_count_max,
                            const Wait& wait) {
    RangeOutcome outcome;
    const int64_t start_ns = clock.monotonic_ns();
    while (outcome.done_count < keys.size() && outcome.regions_count < regions_count_max) {
        const PlacedKey& first = keys[outcome.done_count];
        const auto region = find_region(clock, target, first, wait);
        if (!region) {
            outcome.error = region.error();
            break;
        }
        ++outcome.regions_count;
        outcome.bits_sum += region->bits;
        outcome.peers_count += region->peers.size();
        uint32_t reached_count = 0;
        std::vector<Multihash> told;
        const auto is_inside = [&](size_t index) {
            return index < keys.size() &&
                   common_bits(keys[index].place, first.place) >= region->bits;
        };
        for (size_t at = outcome.done_count; is_inside(at); at = outcome.done_count) {
            told.clear();
            for (; is_inside(at) && told.size() < limits::told_keys_count_max; ++at) {
                told.push_back(keys[at].key);
            }
            const auto taken = target.provide_at(region->peers, told, wait);
            if (const auto over = check(clock, wait); !over) {
                outcome.error = over.error();
                break;
            }
            const uint32_t count = taken.value_or(0);
            reached_count = std::max(reached_count, count);
            (count > 0 ? outcome.keys_announced_count : outcome.keys_failed_count) += told.size();
            outcome.records_count += count * told.size();
            outcome.done_count = at;
        }
        outcome.peers_reached_count += reached_count;
        if (outcome.error) break;
    }
    outcome.time_ns = clock.monotonic_ns() - start_ns;
    return outcome;
}

}  // namespace kit::routing
