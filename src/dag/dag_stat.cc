#include <limits>

#include "dag/block_set.h"
#include "dag/car_transfer.h"
#include "dag/reach.h"

namespace kit::dag {
namespace {

using formats::Cid;

// Sizes added up by several threads.
struct Counters {
    std::atomic<uint64_t> block_count = 0;
    std::atomic<uint64_t> size_bytes = 0;

    void add(uint64_t size) {
        block_count.fetch_add(1, std::memory_order_relaxed);
        size_bytes.fetch_add(size, std::memory_order_relaxed);
    }
};

}  // namespace

Result<DagStatSummary> dag_stat(const blocks::Source& source, std::span<const Cid> roots,
                                const std::function<void(const DagStatSummary&)>& on_progress,
                                const std::atomic<bool>& cancel) {
    DagStatSummary summary;
    Counters unique;
    // Over one root every block is unique: Kubo counts by CID, versions told apart, and so do we.
    BlockSet seen_in_any;
    const bool is_single = roots.size() == 1;
    for (const Cid& root : roots) {
        summary.dags.push_back({.cid = root});
        Counters mine;
        const auto fill_in = [&](double ratio) {
            summary.dags.back().size_bytes = mine.size_bytes;
            summary.dags.back().block_count = mine.block_count;
            summary.unique_block_count = unique.block_count;
            summary.total_size_bytes = unique.size_bytes;
            summary.ratio = ratio;
        };
        BlockSet seen;
        Result<void> done = reach(
            source, std::span(&root, 1), seen,
            {.look_up_leaves = true,
             .tell_versions = true,
             .cancel = &cancel,
             .on_reached =
                 [&](const Cid& cid, uint64_t size_bytes) {
                     mine.add(size_bytes);
                     const bool is_new =
                         is_single || seen_in_any.add(cid.hash(), mark_of(cid, true)).is_new_mark;
                     if (is_new) unique.add(size_bytes);
                 },
             .on_tick =
                 [&] {
                     fill_in(0);
                     if (on_progress) on_progress(summary);
                     return true;
                 }});
        if (!done && mine.block_count == 0) return std::unexpected(std::move(done).error());
        if (!done) return fail_because(std::move(done).error(), "error traversing DAG");
        fill_in(0);
    }
    uint64_t all_bytes = 0;
    for (const DagStat& dag : summary.dags) all_bytes += dag.size_bytes;
    summary.shared_size_bytes = all_bytes - summary.total_size_bytes;
    // Kubo divides in single precision; an empty DAG shares no part of nothing.
    summary.ratio = std::numeric_limits<double>::quiet_NaN();
    if (summary.total_size_bytes > 0) {
        summary.ratio = static_cast<double>(static_cast<float>(all_bytes) /
                                            static_cast<float>(summary.total_size_bytes));
    }
    return summary;
}

}  // namespace kit::dag
