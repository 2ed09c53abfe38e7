// The index: multihash -> where the block lies. New entries wait in memory and go to the database
// in sorted batches, only after the log is durable up to them; a batch carries the counters and the
// checkpoint with it. So the database never names bytes that a crash could take, and what it lacks
// after one is found by reading the log from the checkpoint. docs/formats/index.md.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "base/thread_annotations.h"
#include "blocks/cuts.h"
#include "blocks/database.h"
#include "blocks/index_records.h"
#include "blocks/pending_entries.h"
#include "formats/multihash.h"

namespace kit::blocks {

struct IndexedBlock {
    formats::Multihash hash;
    Location location;
};

// The end of a segment that holds no live block any more, or all of it.
struct Cut {
    uint32_t segment = 0;
    uint64_t offset_bytes = 0;  // 0: the whole segment goes.
    uint64_t freed_bytes = 0;   // By which the file becomes shorter.
    // Of the blocks behind it that the index still names.
    uint64_t block_count = 0;
    uint64_t block_bytes = 0;
    uint64_t section_bytes = 0;
};

// Walks the blocks that the database holds, in key order, on a snapshot; entries behind a cut are
// passed over. One thread.
class IndexWalk final {
public:
    bool valid() const { return cursor_->valid(); }
    // Both live until the next call of next().
    std::string_view key() const { return cursor_->key(); }
    const Location& location() const { return location_; }
    Result<void> next();
    // How many entries were passed over so far.
    uint64_t stale_count() const { return stale_count_; }

private:
    friend class BlockIndex;
    IndexWalk(std::unique_ptr<Cursor> cursor, std::shared_ptr<const Cuts> cuts)
        : cursor_(std::move(cursor)), cuts_(std::move(cuts)) {}
    Result<void> settle();

    std::unique_ptr<Cursor> cursor_;
    std::shared_ptr<const Cuts> cuts_;
    Location location_;
    uint64_t stale_count_ = 0;
};

class BlockIndex final {
public:
    // A batch is due at either bound; putters wait for one at four times the bound.
    static constexpr size_t pending_count_soft_max = 16UZ * 1024;

    // `cuts` is what the database's compaction looks at.
    BlockIndex(Database& database, std::shared_ptr<CutList> cuts)
        : database_(database), cuts_(std::move(cuts)) {}
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
    Result<IndexWalk> walk() const;
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
    Result<void> remove(std::span<const IndexedBlock> blocks);
    // Takes out of the index whatever lies behind the cuts, and notes that the files are to be cut
    // or unlinked: after sync(). No live block may lie there; same mutex.
    Result<void> release(const Cut& cut);
    // As Database::sync().
    Result<void> sync();
    Result<void> forget_dropped(std::span<const uint32_t> segments);
    struct Dropped {
        uint32_t segment;
        uint64_t offset_bytes;  // As in Cut.
    };
    Result<std::vector<Dropped>> dropped_segments() const;
    // Makes the database forget the entries behind cuts, and then the cuts. Reads all of it; not
    // while release() may run.
    Result<void> purge();
    // Of what the database holds.
    Result<SegmentCounters> counters(uint32_t segment) const;

    // With what is pending.
    IndexState state() const;
    Position checkpoint() const;
    Database& database() const { return database_; }

private:
    std::optional<Location> find_pending(formats::MultihashView hash) const REQUIRES(mutex_);
    Result<Cuts> read_cuts() const;
    Result<std::shared_ptr<const Cuts>> cuts_at(uint64_t version) const;

    Database& database_;
    const std::shared_ptr<CutList> cuts_;
    mutable std::mutex mutex_;
    mutable uint64_t cuts_version_ GUARDED_BY(mutex_) = 0;  // Of the database, for readers.
    PendingEntries pending_ GUARDED_BY(mutex_);
    // On its way to the database, older than pending_.
    PendingEntries flushing_ GUARDED_BY(mutex_);
    uint64_t pending_new_count_ GUARDED_BY(mutex_) = 0;
    uint64_t pending_new_bytes_ GUARDED_BY(mutex_) = 0;
    IndexState state_ GUARDED_BY(mutex_);
    bool has_state_ GUARDED_BY(mutex_) = false;
    uint64_t generation_ GUARDED_BY(mutex_) = 0;  // Grows when entries leave memory.
};

}  // namespace kit::blocks
