// Gives the space of dead blocks back: a segment without live blocks is unlinked, one that is
// mostly dead has its live sections copied to the end of the log first. The old file goes only when
// the new locations are on disk; whoever has it open reads on.
#pragma once

#include <atomic>
#include <unordered_map>
#include <vector>

#include "blocks/store_impl.h"

namespace kit::blocks {

// Where the live blocks lie, as a sweep saw them in passing; saves compaction from looking for
// them. Holds nothing once there are too many.
class KeptBlocks final {
public:
    // 24 bytes each: 24 MiB.
    static constexpr size_t count_max = size_t{1} << 20;

    void add(const Location& location);
    // Null when it is not known.
    const std::vector<Location>* find(uint32_t segment) const;

private:
    std::unordered_map<uint32_t, std::vector<Location>> by_segment_;
    size_t count_ = 0;
};

// Used once, by the thread that sweeps.
class Compaction final {
public:
    Compaction(StoreImpl& store, const KeptBlocks& kept, uint64_t removal_count)
        : store_(store), kept_(kept), removal_count_(removal_count) {}

    Result<void> run(const std::atomic<bool>& cancel);

private:
    struct Candidate {
        uint32_t segment;
        uint64_t size_bytes;
        SegmentCounters counters;
    };
    Result<std::vector<Candidate>> choose() const;
    Result<void> seal_if_active(const std::vector<Candidate>& candidates);
    // The caller holds the store's write_mutex_ for these.
    Result<void> rewrite(const Candidate& candidate);
    Result<std::vector<Location>> live_of(const Candidate& candidate, const File& file) const;
    Result<void> copy(const File& file, std::span<const Location> run);
    Result<void> retire(std::span<const Candidate> emptied);

    StoreImpl& store_;
    const KeptBlocks& kept_;
    const uint64_t removal_count_;  // Of the store, when `kept` was begun.
};

}  // namespace kit::blocks
