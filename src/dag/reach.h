// Everything below some roots, on all cores and in no order: the engine under collection, pin ls,
// completeness checks and dag stat. What a block links to is found with as little reading as its
// codec allows.
#pragma once

#include <atomic>
#include <functional>
#include <span>

#include "blocks/source.h"
#include "dag/block_set.h"
#include "formats/cid.h"

namespace kit::dag {

// False for codecs whose blocks never have links (raw, cbor, json ...).
bool can_have_links(uint64_t codec);
// Whether a dag-pb block of `size_bytes` that starts with `head` is seen to have no links: it is
// empty, or its data field spans it. False also when the head does not tell.
bool is_leaf_by_head(ByteView head, uint64_t size_bytes);
// How much of a dag-pb block is_leaf_by_head() needs.
inline constexpr size_t leaf_head_size = 16;

struct ReachOptions {
    // A block that is not here is passed over; `on_missing` hears of it.
    bool skip_missing = false;
    // Ask also for blocks that cannot have links: are they here, and how large. Without it they
    // are reached and never looked up, as in Kubo.
    bool look_up_leaves = false;
    // Version 0 and version 1 of a block count as two (`pin ls` lists CIDs, not blocks).
    bool tell_versions = false;
    size_t thread_count = 0;  // 0: as many as the machine runs at once.
    const std::atomic<bool>* cancel = nullptr;

    // Called on several threads at once; each may be empty.
    // Each CID that was not in the set, once; the size is 0 for a leaf that was not looked up.
    std::function<void(const formats::Cid& cid, uint64_t size_bytes)> on_reached = nullptr;
    std::function<void(const formats::Cid& cid)> on_missing = nullptr;
    // From time to time, on the caller's thread alone; false stops the walk, which then fails with
    // cancelled.
    std::function<bool()> on_tick = nullptr;
};

// How many roots are walked together, and how many CIDs are handed over at once: enough to keep
// every core busy, and few enough that millions of pins never lie in memory at once.
inline constexpr size_t roots_count_max = 16UZ * 1024;

// Adds the roots and everything below them to `seen`. What is in it with the same mark already is
// not walked again: after a failure the set is good for nothing. Fails with the first error met:
// not_found, corrupt, unsupported (an unknown codec may hide links), cancelled.
Result<void> reach(const blocks::Source& source, std::span<const formats::Cid> roots,
                   BlockSet& seen, const ReachOptions& options);

}  // namespace kit::dag
