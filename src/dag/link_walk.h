// Walking a DAG by its links, each block once, in bounded memory where the caller allows. In order
// and on one thread here; everything at once and in no order in reach.h.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <unordered_set>
#include <vector>

#include "blocks/source.h"
#include "dag/block_set.h"
#include "formats/cid.h"

namespace kit::dag {

using CidSet = std::unordered_set<formats::Cid, formats::CidHash>;

struct WalkOptions {
    int64_t depth_max = -1;     // -1: no bound; 0: the roots alone.
    bool skip_missing = false;  // A block that is not here is passed over (local-only).
    bool read_leaves = false;   // Give the body of link-less blocks too, not only their size.
    size_t ahead_threads = 0;   // Read blocks before their turn on so many threads.
    const std::atomic<bool>* cancel = nullptr;
};

struct Visit {
    const formats::Cid& cid;
    uint32_t depth;
    const SharedBytes* body;  // Null for a leaf whose body was not asked for.
    uint64_t size_bytes;      // Of the block.
};

// Depth-first, in the order of the links, each CID once. `visit` returns whether to go on below
// the block, and is called on the caller's thread. With a bound, a block met again nearer to a
// root is not visited again, but what the bound had hidden below it is.
Result<void> walk(const blocks::Source& source, std::span<const formats::Cid> roots,
                  const WalkOptions& options,
                  const std::function<Result<bool>(const Visit&)>& visit);

// Every CID reachable from the roots, roots included, as multihashes in a compact set; on all
// cores, in no order. Leaves are recognised by a prefix, and those whose codec has no links are
// not looked up. For collection.
class ReachableSet final {
public:
    bool contains(formats::MultihashView hash) const { return blocks_.contains(hash); }
    size_t size() const { return blocks_.size(); }
    // Adds everything under `roots`; what is in the set already is not walked again. Fails with
    // not_found (a missing block) unless `skip_missing`; the set is good for nothing then.
    Result<void> add_all(const blocks::Source& source, std::span<const formats::Cid> roots,
                         bool skip_missing, const std::atomic<bool>& cancel);
    void add_only(const formats::Cid& cid);  // Without what it links to.

private:
    BlockSet blocks_;
};

}  // namespace kit::dag
