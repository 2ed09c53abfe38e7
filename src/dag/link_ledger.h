// Finds out, while blocks pass by in any order, whether every link among them leads to one of them:
// then whatever they bring is whole, and nobody needs to read them all again to know it.
#pragma once

#include <atomic>
#include <span>

#include "dag/block_set.h"
#include "formats/cid.h"

namespace kit::dag {

// Every call is safe from any thread. About 45 bytes a block, up to a bound: past it the ledger
// gives up, and is_closed() is false for ever.
class LinkLedger final {
public:
    void add_block(const formats::Cid& cid, std::span<const formats::Cid> links);
    // A block whose links cannot be read has passed: nothing can be said any more.
    void give_up() { gave_up_.store(true, std::memory_order_relaxed); }

    // Whether no link so far leads elsewhere. A link to a block of the right hash and another codec
    // does lead elsewhere: there it has other links.
    bool is_closed() const { return !gave_up_.load() && open_count_.load() == 0; }
    bool has_block(const formats::Cid& cid) const;

private:
    BlockSet blocks_;
    std::atomic<int64_t> open_count_ = 0;  // (multihash, codec) pairs linked to and not yet met.
    std::atomic<bool> gave_up_ = false;
};

}  // namespace kit::dag
