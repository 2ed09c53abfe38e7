// Collection: what no pin (and no extra root, such as MFS) reaches goes; writers are not stopped.
#pragma once

#include <atomic>
#include <functional>
#include <span>

#include "blocks/store.h"
#include "dag/pins.h"

namespace kit::dag {

struct CollectReport {
    uint64_t removed_count = 0;
    uint64_t removed_bytes = 0;
};

// Forgets expired pins, then removes what nothing reaches. `extra_roots` are kept recursively where
// they are here at all; they must have been read after no writer could still drop them unnoticed,
// or their blocks be leased. `on_removed` gets CIDv1 raw, as `repo gc` prints it, from one thread;
// it may be empty. Fails with not_found, removing nothing, when a pinned DAG is not whole: what
// cannot be walked cannot be told from garbage. Blocks whose codec has no links are not looked up
// for that, as in Kubo.
Result<CollectReport> collect_garbage(
    blocks::Store& store, Pins& pins, std::span<const formats::Cid> extra_roots,
    const std::function<void(const formats::Cid&, uint64_t size_bytes)>& on_removed,
    const std::atomic<bool>& cancel);

}  // namespace kit::dag
