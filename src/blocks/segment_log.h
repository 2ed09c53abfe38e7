// The segment log: numbered, append-only files of blocks. A section is written once and never
// changed. One append point; a failed append leaves the log as it was; what was appended is
// durable after sync_to(). Once a sync has failed nothing more is accepted, because the kernel may
// have dropped the pages: the next open reads the tail again and keeps what is whole.
#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/env.h"
#include "base/thread_annotations.h"
#include "blocks/segment_format.h"

namespace kit::blocks {

// Open segment files, at most file_count_max of them. Every call is safe from any thread.
class SegmentFiles final {
public:
    static constexpr size_t file_count_max = 128;

    SegmentFiles(Disk& disk, Path directory) : disk_(disk), directory_(std::move(directory)) {}
    Path path(uint32_t segment) const { return join(directory_, segment_name(segment)); }
    const Path& directory() const { return directory_; }
    // Opened for reading when first wanted. Fails with not_found when compaction has removed it.
    Result<std::shared_ptr<const File>> get(uint32_t segment) const;
    // Whoever holds the file goes on reading it.
    void forget(uint32_t segment);

private:
    struct Entry {
        uint32_t segment;
        std::shared_ptr<const File> file;
    };
    Disk& disk_;
    const Path directory_;
    mutable std::mutex mutex_;
    mutable std::list<Entry> recent_ GUARDED_BY(mutex_);  // The front was used last.
    mutable std::unordered_map<uint32_t, std::list<Entry>::iterator> by_segment_ GUARDED_BY(mutex_);
};

class SegmentLog final {
public:
    // Appending goes on at `end`, where recovery found the end of the last whole section; `bytes`
    // is the size of all segments. Touches no file before the first append.
    SegmentLog(Env& env, SegmentFiles& files, uint64_t segment_size_bytes_max, Position end,
               uint64_t bytes);

    // Appends whole sections, `size_bytes` in all, next to each other in one segment; returns
    // where the first lies. One call at a time. Fails with storage_full or io_error.
    Result<Position> append(std::span<const ByteView> pieces, uint64_t size_bytes);
    // The next append begins a new segment. Not while append() runs.
    Result<void> seal();

    // Where the next section goes, or later. Any thread, as all below.
    Position end() const;
    // Returns when everything before `wanted` survives a loss of power; concurrent callers share
    // the work. Fails with io_error for ever after one failure.
    Result<void> sync_to(Position wanted);
    bool synced_to(Position wanted) const;
    Position synced() const;
    // Where each segment ends of which a part is not synced yet, the active one last.
    std::vector<Position> unsynced_ends() const;
    // What a sync takes here by those so far, an outlier left aside; unknown is much.
    int64_t sync_time_ns() const { return sync_time_ns_; }
    // Fails as sync_to() does once a sync has failed.
    Result<void> expect_sound() const;
    // Unlinks a segment that the index names no longer.
    Result<void> remove_segment(uint32_t segment, uint64_t size_bytes);
    // Takes `freed_bytes` away from the end of a sealed segment, of which the index names nothing.
    Result<void> cut_segment(uint32_t segment, uint64_t offset_bytes, uint64_t freed_bytes);
    uint64_t bytes() const { return bytes_; }

private:
    static constexpr int64_t unknown_time_ns = int64_t{1} << 40;
    void note_sync_time(int64_t time_ns);
    Result<void> open_active(uint64_t size_bytes);
    Result<void> create_segment();
    Result<uint32_t> find_free_number() const;
    Result<void> cut_back();

    Env& env_;
    SegmentFiles& files_;
    const uint64_t segment_size_bytes_max_;

    // Of the one appender.
    std::shared_ptr<File> active_file_;
    bool cut_back_needed_ = false;  // A failed append left bytes that could not be removed.

    std::mutex sync_mutex_;  // Held while syncing; taken before mutex_.
    mutable std::mutex mutex_;
    Position end_ GUARDED_BY(mutex_);
    Position synced_ GUARDED_BY(mutex_);
    std::vector<std::shared_ptr<File>> unsynced_files_ GUARDED_BY(mutex_);
    std::vector<Position> sealed_ends_ GUARDED_BY(mutex_);  // Of segments that are not synced yet.
    bool directory_unsynced_ GUARDED_BY(mutex_) = false;
    std::optional<Error> failure_ GUARDED_BY(mutex_);
    std::atomic<uint64_t> bytes_;
    std::atomic<int64_t> sync_time_ns_ = unknown_time_ns;
};

}  // namespace kit::blocks
