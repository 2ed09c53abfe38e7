// What of the index waits in memory. An import adds and looks up every block here and reads all of
// them back, so entries lie one after the other and a look-up that finds nothing touches no entry.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "blocks/segment_format.h"
#include "formats/multihash.h"

namespace kit::blocks {

struct IndexEntry {
    formats::Multihash hash;
    Location location;
    // Set when compaction has copied a block that the database holds already.
    std::optional<Location> moved_from = std::nullopt;
};

// A set of entries by hash. Not safe from several threads.
class PendingEntries final {
public:
    // Valid until the next change; nullptr when absent.
    const IndexEntry* find(formats::MultihashView hash) const;
    // False when an entry with the hash is there: it stays.
    bool add(IndexEntry entry);
    void clear();

    bool empty() const { return entries_.empty(); }
    size_t size() const { return entries_.size(); }
    // In the order in which they came; valid until the next change.
    std::span<const IndexEntry> entries() const { return entries_; }
    // In the order of the database's keys; valid until the next change.
    std::vector<const IndexEntry*> sorted() const;

private:
    // Where the hash is, or the free slot where it belongs. `slots_` is not empty.
    size_t find_slot(formats::MultihashView hash, uint64_t bits) const;
    void grow();

    std::vector<IndexEntry> entries_;
    // Open addressing, a power of two: 32 bits of the hash's hash, then the number of the entry
    // plus one; 0 is free.
    std::vector<uint64_t> slots_;
};

}  // namespace kit::blocks
