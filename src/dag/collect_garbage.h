// Collection: what no pin (and no extra root, such as MFS) reaches goes; writers are not stopped.
#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "blocks/store.h"
#include "dag/pins.h"

namespace kit::dag {

struct CollectReport {
    uint64_t removed_count = 0;
    uint64_t removed_bytes = 0;
};

// Gives what is to be kept beside the pins, recursively where it is here at all. Asked once, after
// the collection has begun: what is put or met from then on is kept anyway, so roots that change
// under a lease are never missed. May be empty.
using ExtraRoots = std::function<Result<std::vector<formats::Cid>>()>;

// Forgets expired pins, then removes what nothing reaches. `on_removed` gets CIDv1 raw, as `repo
// gc` prints it, from one thread; it may be empty. Fails with not_found, removing nothing, when a
// pinned DAG is not whole: what cannot be walked cannot be told from garbage. Blocks whose codec
// has no links are not looked up for that, as in Kubo.
Result<CollectReport> collect_garbage(
    blocks::Store& store, Pins& pins, const ExtraRoots& extra_roots,
    const std::function<void(const formats::Cid&, uint64_t size_bytes)>& on_removed,
    const std::atomic<bool>& cancel);

}  // namespace kit::dag
