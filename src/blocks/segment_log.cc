#include "blocks/segment_log.h"

#include <algorithm>

namespace kit::blocks {

Result<std::shared_ptr<const File>> SegmentFiles::get(uint32_t segment) const {
    {
        std::scoped_lock lock(mutex_);
        const auto held = by_segment_.find(segment);
        if (held != by_segment_.end()) {
            recent_.splice(recent_.begin(), recent_, held->second);
            return recent_.front().file;
        }
    }
    std::shared_ptr<const File> file = TRY(disk_.open(path(segment), OpenMode::read));
    std::scoped_lock lock(mutex_);
    if (by_segment_.contains(segment)) return file;  // Another thread was faster.
    recent_.push_front({segment, file});
    by_segment_[segment] = recent_.begin();
    if (recent_.size() > file_count_max) {
        by_segment_.erase(recent_.back().segment);
        recent_.pop_back();
    }
    return file;
}

void SegmentFiles::forget(uint32_t segment) {
    std::scoped_lock lock(mutex_);
    const auto held = by_segment_.find(segment);
    if (held == by_segment_.end()) return;
    recent_.erase(held->second);
    by_segment_.erase(held);
}

SegmentLog::SegmentLog(Env& env, SegmentFiles& files, uint64_t segment_size_bytes_max, Position end,
                       uint64_t bytes)
    : env_(env),
      files_(files),
      segment_size_bytes_max_(segment_size_bytes_max),
      end_(end),
      synced_(end),
      bytes_(bytes) {}

Position SegmentLog::end() const {
    std::scoped_lock lock(mutex_);
    return end_;
}

bool SegmentLog::synced_to(Position wanted) const {
    std::scoped_lock lock(mutex_);
    return synced_ >= wanted;
}

Position SegmentLog::synced() const {
    std::scoped_lock lock(mutex_);
    return synced_;
}

std::vector<Position> SegmentLog::unsynced_ends() const {
    std::scoped_lock lock(mutex_);
    if (synced_ >= end_) return {};
    std::vector<Position> ends = sealed_ends_;
    if (end_.offset_bytes > 0) ends.push_back(end_);
    return ends;
}

Result<void> SegmentLog::expect_sound() const {
    std::scoped_lock lock(mutex_);
    if (failure_) return std::unexpected(*failure_);
    return {};
}

Result<Position> SegmentLog::append(std::span<const ByteView> pieces, uint64_t size_bytes) {
    TRY(open_active(size_bytes));
    const Position start = end();
    const auto written = active_file_->write_at(start.offset_bytes, pieces);
    if (!written) {
        cut_back_needed_ = true;
        (void)cut_back();  // When it fails, the next append tries again before it writes.
        return std::unexpected(written.error());
    }
    bytes_ += size_bytes;
    std::scoped_lock lock(mutex_);
    end_.offset_bytes += size_bytes;
    return start;
}

Result<void> SegmentLog::seal() {
    std::scoped_lock lock(mutex_);
    if (end_.offset_bytes == 0) return {};
    if (end_ > synced_) sealed_ends_.push_back(end_);
    end_ = {end_.segment + 1, 0};
    active_file_ = nullptr;  // Still among the unsynced when it is.
    return {};
}

// Leaves active_file_ ready to take `size_bytes` at the end of the log.
Result<void> SegmentLog::open_active(uint64_t size_bytes) {
    Position at;
    {
        std::scoped_lock lock(mutex_);
        if (failure_) return std::unexpected(*failure_);
        at = end_;
    }
    TRY(cut_back());
    const bool holds_something = at.offset_bytes > segment_header.size();
    if (holds_something && at.offset_bytes + size_bytes > segment_size_bytes_max_) {
        TRY(seal());
        at = end();
    }
    if (at.offset_bytes == 0) return create_segment();
    if (active_file_ == nullptr) {
        active_file_ = TRY(env_.disk.open(files_.path(at.segment), OpenMode::write));
        std::scoped_lock lock(mutex_);
        unsynced_files_.push_back(active_file_);
    }
    return {};
}

Result<void> SegmentLog::create_segment() {
    const uint32_t segment = TRY(find_free_number());
    std::shared_ptr<File> file = TRY(env_.disk.open(files_.path(segment), OpenMode::create_new));
    const ByteView header = segment_header;
    const auto written = file->write_at(0, std::span(&header, 1));
    if (!written) {
        file = nullptr;
        (void)env_.disk.remove(files_.path(segment));
        return written;
    }
    active_file_ = std::move(file);
    bytes_ += header.size();
    std::scoped_lock lock(mutex_);
    end_ = {segment, header.size()};
    unsynced_files_.push_back(active_file_);
    directory_unsynced_ = true;
    return {};
}

// Nearly always the next one. A crash may have left a later file whose predecessor it took, and a
// failed write one that could not be removed: no number is used twice.
Result<uint32_t> SegmentLog::find_free_number() const {
    for (uint32_t segment = end().segment;; ++segment) {
        const auto info = TRY(env_.disk.find_info(files_.path(segment)));
        if (!info) return segment;
    }
}

Result<void> SegmentLog::cut_back() {
    if (!cut_back_needed_) return {};
    TRY(active_file_->truncate(end().offset_bytes));
    cut_back_needed_ = false;
    return {};
}

Result<void> SegmentLog::sync_to(Position wanted) {
    std::scoped_lock syncing(sync_mutex_);
    Position end;
    std::vector<std::shared_ptr<File>> files;
    bool directory_unsynced = false;
    {
        std::scoped_lock lock(mutex_);
        if (failure_) return std::unexpected(*failure_);
        if (synced_ >= wanted) return {};
        end = end_;
        files = unsynced_files_;
        directory_unsynced = directory_unsynced_;
        directory_unsynced_ = false;
    }
    Result<void> outcome;
    const int64_t began_ns = env_.clock.monotonic_ns();
    for (const std::shared_ptr<File>& file : files) {
        if (outcome) outcome = file->sync();
    }
    if (outcome && directory_unsynced) outcome = env_.disk.sync_directory(files_.directory());
    note_sync_time(env_.clock.monotonic_ns() - began_ns);

    std::scoped_lock lock(mutex_);
    if (!outcome) {
        failure_ = Error{Code::io_error,
                         "the store takes no more blocks, because the disk failed to sync them; "
                         "start again to check and repair the end of the log",
                         std::make_shared<const Error>(outcome.error())};
        return std::unexpected(*failure_);
    }
    synced_ = end;
    std::erase_if(sealed_ends_, [end](Position sealed) { return sealed <= end; });
    // The last is the active one and stays; those before it are sealed.
    const size_t sealed_count = files.empty() ? 0 : files.size() - 1;
    unsynced_files_.erase(unsynced_files_.begin(),
                          unsynced_files_.begin() + static_cast<ptrdiff_t>(sealed_count));
    return {};
}

// Down at once and up by doubling, so that neither a long one in memory nor an empty one on a disk
// counts for more than a few. A clock that stands still has measured nothing.
void SegmentLog::note_sync_time(int64_t time_ns) {
    if (time_ns > 0) sync_time_ns_ = std::min(time_ns, 2 * sync_time_ns_.load());
}

Result<void> SegmentLog::remove_segment(uint32_t segment, uint64_t size_bytes) {
    files_.forget(segment);
    bytes_ -= size_bytes;
    return env_.disk.remove(files_.path(segment));
}

Result<void> SegmentLog::cut_segment(uint32_t segment, uint64_t offset_bytes,
                                     uint64_t freed_bytes) {
    ASSERT(segment < end().segment);
    const std::unique_ptr<File> file = TRY(env_.disk.open(files_.path(segment), OpenMode::write));
    TRY(file->truncate(offset_bytes));
    bytes_ -= freed_bytes;
    return file->sync();
}

}  // namespace kit::blocks
