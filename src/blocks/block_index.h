// The index: multihash -> where the block lies. New entries wait in memory and go to the database
// in sorted batches, only after the log is durable up to them; a batch carries the counters and the
// checkpoint with it. So the database never names bytes that a crash could take, and what it lacks
// after one is found by reading the log from the checkpoint. docs/formats/index.md.
#pragma once

#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/thread_annotations.h"
#include "blocks/database.h"
#include "blocks/segment_format.h"
#include "formats/multihash.h"

namespace kit::blocks {

// What the database says of the log as a whole.
struct IndexState {
    Position checkpoint;       // Everything before it is in the database.
    uint64_t block_count = 0;  // In the database.
    uint64_t block_bytes = 0;
    uint64_t log_bytes = 0;  // Size of all segments up to the checkpoint.
    uint64_t segment_count = 0;
};

struct SegmentCounters {
    uint64_t live_count = 0;
    uint64_t live_bytes = 0;  // Whole sections.
};

std::string encode_location(const Location& location);
Result<Location> decode_location(std::string_view value);
std::string segment_key(uint32_t segment);
Result<uint32_t> parse_segment_key(std::string_view key);
Result<SegmentCounters> decode_counters(std::string_view value);

struct IndexEntry {
    formats::Multihash hash;
    Location location;
    // Set when compaction has copied a block that the database holds already.
    std::optional<Location> moved_from = std::nullopt;
};

class BlockIndex final {
public:
    // A batch is due at either bound; putters wait for one at four times the bound.
    static constexpr size_t pending_count_soft_max = 16UZ * 1024;

    explicit BlockIndex(Database& database) : database_(database) {}
    // Reads the state. Fails with corrupt.
    Result<void> load();
    // False when the database is new, or lost.
    bool has_state() const;

    // Look-ups; any thread, never waiting for a write.
    Result<std::optional<Location>> find(formats::MultihashView hash) const;
    struct Found {
        std::vector<std::optional<Location>> locations;  // In the order of the hashes.
        uint64_t generation = 0;
    };
    Result<Found> find_many(std::span<const formats::MultihashView> hashes) const;
    // For the appender: brings `found` up to the moment of the call.
    Result<void> find_again(std::span<const formats::MultihashView> hashes, Found& found) const;

    // Makes appended blocks known. The caller is the one appender.
    void add(std::vector<IndexEntry> entries);
    size_t pending_count() const;
    // A copy, in key order.
    std::vector<IndexEntry> pending_sorted() const;

    // Writing to the database, in two steps: take() while nobody appends, then, with the log
    // durable up to `checkpoint`, write() or, on
    // failure, give_back(). When write() fails the entries are pending again.
    // One flush or removal at a time: the caller holds the writer's mutex.
    // None may be on its way already.
    void take();
    void give_back();
    Result<void> write(Position checkpoint, uint64_t log_bytes, Durability durability);

    // Removes blocks that the database holds (nothing of them is pending); same mutex.
    Result<void> remove(std::span<const IndexEntry> entries);
    // A segment without live blocks leaves the counters and is noted for unlinking.
    Result<void> drop_segment(uint32_t segment, uint64_t size_bytes);
    Result<void> forget_dropped(std::span<const uint32_t> segments);
    Result<std::vector<uint32_t>> dropped_segments() const;
    // Of what the database holds.
    Result<SegmentCounters> counters(uint32_t segment) const;

    // With what is pending.
    IndexState state() const;
    Position checkpoint() const;
    Database& database() const { return database_; }

private:
    using Pending = std::unordered_map<formats::Multihash, IndexEntry, formats::MultihashHash,
                                       formats::MultihashEqual>;

    std::optional<Location> find_pending(formats::MultihashView hash) const REQUIRES(mutex_);

    Database& database_;
    mutable std::mutex mutex_;
    Pending pending_ GUARDED_BY(mutex_);
    Pending flushing_ GUARDED_BY(mutex_);  // On its way to the database, older than pending_.
    uint64_t pending_new_count_ GUARDED_BY(mutex_) = 0;
    uint64_t pending_new_bytes_ GUARDED_BY(mutex_) = 0;
    IndexState state_ GUARDED_BY(mutex_);
    bool has_state_ GUARDED_BY(mutex_) = false;
    uint64_t generation_ GUARDED_BY(mutex_) = 0;  // Grows when entries leave memory.
};

}  // namespace kit::blocks
