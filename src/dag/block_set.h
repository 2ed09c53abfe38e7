// A set of multihashes for walks that see millions of blocks: about 45 bytes for each sha2-256,
// whatever else it holds. It is split into shards, so that threads seldom meet.
#pragma once

#include <atomic>
#include <memory>

#include "formats/cid.h"

namespace kit::dag {

// Every call is safe from any thread.
class BlockSet final {
public:
    BlockSet();
    ~BlockSet();

    // Marks say in which ways a block has been met: see mark_of(). An entry may have none.
    struct Added {
        bool is_new_hash;  // Nobody had added the multihash.
        bool is_new_mark;  // Nobody had added this mark to it; false when `mark` is 0.
        uint8_t marks_before = 0;
    };
    Added add(formats::MultihashView hash, uint8_t mark);
    bool contains(formats::MultihashView hash) const;
    // Whether the multihash has one of the marks.
    bool contains(formats::MultihashView hash, uint8_t marks) const;
    size_t size() const { return size_.load(std::memory_order_relaxed); }
    // What it takes on the heap, nearly: for tests of the bound above.
    size_t size_bytes() const;

private:
    struct Shard;
    Shard& shard_of(formats::MultihashView hash) const;

    std::unique_ptr<Shard[]> shards_;
    std::atomic<size_t> size_ = 0;
};

// The mark of a CID: one block walked as dag-pb and as raw has different links. With
// `tell_versions` version 0 and version 1 of one dag-pb block differ too. Codecs that have no links
// and are seldom seen share a mark.
uint8_t mark_of(const formats::Cid& cid, bool tell_versions);

}  // namespace kit::dag
