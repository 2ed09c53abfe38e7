// Gives the space of dead blocks back. A segment that is all or mostly dead goes: its live sections
// are copied to the end of the log, and the file is unlinked. One whose end is dead has the end cut
// off. What lay there leaves the index with one record (cuts.h). A file changes only when the index
// that says so is on disk; whoever has it open reads on, or looks again.
#pragma once

#include <atomic>
#include <functional>
#include <map>
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

// What a sweep has found dead and the index still names, by segment.
using DeadBlocks = std::map<uint32_t, std::vector<IndexedBlock>>;

// Used once, by the thread that sweeps.
class Compaction final {
public:
    struct Plan {
        uint32_t segment = 0;
        uint64_t size_bytes = 0;
        uint64_t cut_bytes = 0;  // What lies here or behind goes.
        bool has_live = false;   // Something behind the cut has to be copied first.
    };

    // `removal_count` is the store's of when `kept` was begun.
    Compaction(StoreImpl& store, const KeptBlocks& kept, DeadBlocks& dead, uint64_t removal_count)
        : store_(store), kept_(kept), dead_(dead), removal_count_(removal_count) {}

    // Which segments are worth the work; the active one is sealed when it is among them.
    Result<std::vector<Plan>> plan();
    // Takes those blocks out of `dead` that went; `on_removed` hears of them. Those that could not
    // go in this way, because they are needed again or the disk is full, stay there.
    Result<void> run(std::span<const Plan> plans,
                     const std::function<void(std::vector<IndexedBlock>&)>& on_removed,
                     const std::atomic<bool>& cancel);

private:
    Result<std::vector<Plan>> choose() const;
    std::optional<Plan> choose(uint32_t segment, uint64_t size_bytes,
                               const SegmentCounters& counters) const;
    Result<void> seal_if_active(const std::vector<Plan>& plans);
    // The caller holds the store's write_mutex_ for these.
    Result<std::optional<Cut>> release(const Plan& plan);
    Result<std::vector<Location>> live_behind(const Plan& plan) const;
    Result<std::vector<Location>> scan_live(const Plan& plan) const;
    std::vector<Location> take_met(std::vector<IndexedBlock>& dead) const;
    Result<std::optional<Cut>> cut_of(const Plan& plan) const;
    Result<void> move(uint32_t segment, std::span<const Location> live);
    Result<void> copy(const File& file, std::span<const Location> run);
    // Unlinks and cuts the files; any thread, no lock.
    Result<void> shorten(std::span<const Cut> cuts);

    StoreImpl& store_;
    const KeptBlocks& kept_;
    DeadBlocks& dead_;
    const uint64_t removal_count_;
};

}  // namespace kit::blocks
