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
using WriteBytes = std::function<Result<void>(ByteView bytes)>;

struct ImportOptions {
    bool allow_big_block = false;  // Above block_size_bytes_soft_max.
    const std::atomic<bool>* cancel = nullptr;
};
struct ImportReport {
    std::vector<formats::Cid> roots;  // As the header names them; pinning them is the caller's.
    uint64_t block_count = 0;
    uint64_t block_bytes = 0;
};
// CARv1 or CARv2. Blocks whose hash is wrong fail with corrupt, naming the CID; blocks before it
// stay (unpinned). The lease is the caller's, who pins under it.
Result<ImportReport> import_car(blocks::Store& store, blocks::Lease& lease, const ReadBytes& read,
                                const ImportOptions& options,
                                const std::function<void(uint64_t bytes_done)>& on_progress);

struct ExportOptions {
    bool skip_missing = false;  // local-only: a partial CAR.
    const std::atomic<bool>* cancel = nullptr;
};
// CARv1 with `root`, depth-first, each block once: the bytes that Kubo writes.
Result<void> export_car(const blocks::Source& source, const formats::Cid& root,
                        const ExportOptions& options, const WriteBytes& write,
                        const std::function<void(uint64_t bytes_done)>& on_progress);

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
    double ratio = 1.0;              // Sum of the DAGs' sizes over the total.
};
Result<DagStatSummary> dag_stat(const blocks::Source& source, std::span<const formats::Cid> roots,
                                const std::function<void(const DagStatSummary&)>& on_progress,
                                const std::atomic<bool>& cancel);

}  // namespace kit::dag
