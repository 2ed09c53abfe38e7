// CARs in and out of a store: import verifies every block on all cores, export streams a DAG.
#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "blocks/store.h"
#include "formats/cid.h"

namespace kit::dag {

// Gives the next bytes of a stream: fills up to out.size(), returns how many, 0 at the end.
using ReadBytes = std::function<Result<size_t>(std::span<uint8_t> out)>;
// Takes pieces that follow one another, for a sink that writes them in one call (writev).
using WritePieces = std::function<Result<void>(std::span<const ByteView> pieces)>;

struct ImportOptions {
    bool allow_big_block = false;  // Above block_size_bytes_soft_max.
    size_t thread_count = 0;       // 0: as many as the machine runs at once.
    const std::atomic<bool>* cancel = nullptr;
};
struct ImportReport {
    std::vector<formats::Cid> roots;  // As the header names them; pinning them is the caller's.
    // Those of them that are known to be whole without a walk: every link of every block of this
    // CAR leads to a block of it. Others may be whole, too.
    std::vector<formats::Cid> whole_roots;
    uint64_t block_count = 0;  // Sections, as Kubo counts: repeated and identity ones too.
    uint64_t block_bytes = 0;
};
// CARv1 or CARv2, from a file or a pipe. Every block is hashed and decoded by its codec before it
// is stored; identity blocks are checked and not stored. Fails in Kubo's words at the first block
// of the stream that is bad: with corrupt for a wrong hash, a wrong encoding or a stream that is
// cut off, with too_large over 2 MiB. Some blocks may be stored then (unpinned). The lease is the
// caller's, who pins under it. `read` and `on_progress` are called by one thread at a time, not
// always the same. Memory: about 2 MiB for each thread and twice the largest block.
Result<ImportReport> import_car(blocks::Store& store, blocks::Lease& lease, const ReadBytes& read,
                                const ImportOptions& options,
                                const std::function<void(uint64_t bytes_done)>& on_progress);

struct ExportOptions {
    bool skip_missing = false;  // local-only: a partial CAR, each multihash once, as Kubo's.
    const std::atomic<bool>* cancel = nullptr;
};
// CARv1 with `root`, depth-first, each block once: the bytes that Kubo writes. `write` is called
// on the caller's thread with about 1 MiB at a time: at most export_pieces_count_max views of the
// blocks themselves, not copied.
Result<void> export_car(const blocks::Source& source, const formats::Cid& root,
                        const ExportOptions& options, const WritePieces& write,
                        const std::function<void(uint64_t bytes_done)>& on_progress);
inline constexpr size_t export_pieces_count_max = 512;  // Below IOV_MAX.

struct DagStat {
    formats::Cid cid;
    uint64_t size_bytes = 0;
    uint64_t block_count = 0;
};
struct DagStatSummary {
    std::vector<DagStat> dags;
    uint64_t unique_block_count = 0;
    uint64_t total_size_bytes = 0;   // Of the unique blocks.
    uint64_t shared_size_bytes = 0;  // Counted more than once over the DAGs.
    double ratio = 0;  // Sum of the DAGs' sizes over the total (NaN: empty); 0 while it goes on.
};
// `on_progress` is called from time to time on the caller's thread with what is known, and may be
// empty. Fails as Kubo: "error traversing DAG: ...".
Result<DagStatSummary> dag_stat(const blocks::Source& source, std::span<const formats::Cid> roots,
                                const std::function<void(const DagStatSummary&)>& on_progress,
                                const std::atomic<bool>& cancel);

}  // namespace kit::dag
