#include "blocks/recovery.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace kit::blocks {
namespace {

using formats::MultihashView;

constexpr size_t batch_count = 1024;
// A crash may take the name of a young segment and leave that of a later one, whose blocks would
// come back much later if they were not taken now. Between two syncs few segments are begun.
constexpr uint32_t missing_count_max = 16;

class Recovery final {
public:
    Recovery(Env& env, const SegmentFiles& files, BlockIndex& index, const RecoveryCalls& calls)
        : env_(env), files_(files), index_(index), calls_(calls) {}

    // A segment before the last one is cut only when it is younger than the checkpoint: then
    // nothing behind the cut was ever durable. Without a checkpoint damage is left where it is.
    enum class Cut : uint8_t { allowed, refused };

    // Indexes what stands in `segment` from `from` on. `log_bytes` counts the segments before it.
    // Returns where the segment ends now.
    Result<uint64_t> take_segment(uint32_t segment, uint64_t from, uint64_t log_bytes, Cut cut) {
        const std::unique_ptr<File> file =
            TRY(env_.disk.open(files_.path(segment), OpenMode::write));
        const uint64_t size = TRY(file->size_bytes());
        if (size == from && from > 0) {
            TRY(tell_whole(segment, size));
            return size;
        }
        // What the kernel gives us back may not be on the disk yet; the index must not name it
        // before it is.
        TRY(file->sync());
        changed_ = true;
        SegmentScanner scanner(*file, segment, from, size, Bodies::read);
        uint64_t good_end = from;
        while (auto section = TRY(scanner.next())) {
            const auto matches = formats::matches(section->cid.hash(), section->body);
            if (!matches || !*matches) {
                ++bad_count_;
                TRY(tell_whole(segment, good_end));
                continue;
            }
            good_end = scanner.offset_bytes();
            entries_.push_back({formats::Multihash(section->cid.hash()), section->location});
            if (entries_.size() == batch_count) TRY(index_entries());
            if (index_.pending_count() >= BlockIndex::pending_count_soft_max) {
                TRY(flush({segment, good_end}, log_bytes + good_end));
            }
        }
        TRY(index_entries());
        if (good_end == 0 && size >= segment_header.size() && scanner.torn().empty()) {
            good_end = segment_header.size();
        }
        TRY(tell_whole(segment, good_end));
        if (good_end == size) return size;
        if (cut == Cut::refused) {
            notice("{} is damaged after byte {}: {}; blocks behind it are lost",
                   files_.path(segment), good_end, scanner.torn());
            return size;
        }
        notice("cut {} bytes of an unfinished write from the end of {}", size - good_end,
               files_.path(segment));
        TRY(file->truncate(good_end));
        TRY(file->sync());
        return good_end;
    }

    Result<void> flush(Position checkpoint, uint64_t log_bytes) {
        TRY(index_entries());
        index_.take();
        return index_.write(checkpoint, log_bytes, Durability::periodic);
    }

    // The least that is told of a segment counts.
    Result<void> tell_whole(uint32_t segment, uint64_t size_bytes) const {
        return calls_.on_segment ? calls_.on_segment(segment, size_bytes) : Result<void>();
    }

    bool changed() const { return changed_; }
    uint64_t bad_count() const { return bad_count_; }

    template <typename... Args>
    void notice(fmt::format_string<Args...> format, Args&&... args) const {
        if (calls_.on_notice)
            calls_.on_notice(fmt::vformat(format, fmt::make_format_args(args...)));
    }

private:
    // A block that is known already stays where it is known: the copy here is garbage.
    Result<void> index_entries() {
        std::vector<MultihashView> hashes;
        hashes.reserve(entries_.size());
        for (const IndexEntry& entry : entries_) hashes.push_back(entry.hash);
        const BlockIndex::Found found = TRY(index_.find_many(hashes));
        std::unordered_set<MultihashView, formats::MultihashHash, formats::MultihashEqual> seen;
        std::vector<IndexEntry> fresh;
        for (size_t i = 0; i < entries_.size(); ++i) {
            if (found.locations[i] || !seen.insert(hashes[i]).second) continue;
            fresh.push_back(entries_[i]);
        }
        entries_.clear();
        index_.add(std::move(fresh));
        return {};
    }

    Env& env_;
    const SegmentFiles& files_;
    BlockIndex& index_;
    const RecoveryCalls& calls_;
    std::vector<IndexEntry> entries_;
    bool changed_ = false;
    uint64_t bad_count_ = 0;
};

// The segments to read, with where to begin in the first.
Result<std::vector<uint32_t>> list_segments(Env& env, const SegmentFiles& files) {
    std::vector<uint32_t> segments;
    const std::vector<DirectoryEntry> entries = TRY(env.disk.list(files.directory()));
    for (const DirectoryEntry& entry : entries) {
        const auto number = parse_segment_name(entry.name);
        if (number) segments.push_back(*number);
    }
    std::ranges::sort(segments);
    return segments;
}

// Unlinking or cutting was decided upon and perhaps not done.
Result<void> finish_dropping(Env& env, const SegmentFiles& files, BlockIndex& index) {
    const std::vector<BlockIndex::Dropped> dropped = TRY(index.dropped_segments());
    if (dropped.empty()) return {};
    std::vector<uint32_t> segments;
    for (const auto& [segment, offset_bytes] : dropped) {
        segments.push_back(segment);
        if (offset_bytes == 0) {
            TRY(env.disk.remove(files.path(segment)));
            continue;
        }
        const auto info = TRY(env.disk.find_info(files.path(segment)));
        if (!info || info->size_bytes <= offset_bytes) continue;
        const std::unique_ptr<File> file = TRY(env.disk.open(files.path(segment), OpenMode::write));
        TRY(file->truncate(offset_bytes));
        TRY(file->sync());
    }
    TRY(env.disk.sync_directory(files.directory()));
    return index.forget_dropped(segments);
}

Result<LogEnd> rebuild(Env& env, const SegmentFiles& files, Recovery& recovery) {
    const std::vector<uint32_t> segments = TRY(list_segments(env, files));
    if (!segments.empty()) {
        recovery.notice(
            "the index in {} is missing and is made again from {} segments; pins and other "
            "records that lay in it are lost",
            files.directory(), segments.size());
    }
    LogEnd log;
    for (const uint32_t segment : segments) {
        const auto cut =
            segment == segments.back() ? Recovery::Cut::allowed : Recovery::Cut::refused;
        const uint64_t size = TRY(recovery.take_segment(segment, 0, log.log_bytes, cut));
        if (size == 0) TRY(env.disk.remove(files.path(segment)));
        log.end = {segment, size};
        log.log_bytes += size;
    }
    TRY(env.disk.sync_directory(files.directory()));
    TRY(recovery.flush(log.end, log.log_bytes));
    return log;
}

}  // namespace

Result<LogEnd> recover(Env& env, const SegmentFiles& files, BlockIndex& index,
                       const RecoveryCalls& calls) {
    Recovery recovery(env, files, index, calls);
    if (!index.has_state()) return rebuild(env, files, recovery);
    TRY(finish_dropping(env, files, index));
    const IndexState state = index.state();
    LogEnd log{state.checkpoint, state.log_bytes};
    uint64_t before = state.log_bytes - std::min(state.log_bytes, state.checkpoint.offset_bytes);
    uint64_t from = state.checkpoint.offset_bytes;
    uint32_t missing_count = 0;
    for (uint32_t segment = state.checkpoint.segment;; ++segment, from = 0) {
        const auto info = TRY(env.disk.find_info(files.path(segment)));
        const uint64_t size = info ? info->size_bytes : 0;
        if (size < from) {
            recovery.notice("{} is shorter than the index says; run `ipfs-kit repo verify`",
                            files.path(segment));
            TRY(recovery.tell_whole(segment, size));
            log.end = {segment + 1, 0};
            before += size;
            continue;
        }
        if (!info) {
            TRY(recovery.tell_whole(segment, 0));
            if (++missing_count > missing_count_max) break;
            continue;
        }
        missing_count = 0;
        const uint64_t end =
            TRY(recovery.take_segment(segment, from, before, Recovery::Cut::allowed));
        if (end == 0) TRY(env.disk.remove(files.path(segment)));
        before += end;
        log = {{segment, end}, before};
    }
    if (recovery.bad_count() > 0) {
        recovery.notice("left out {} blocks that a crash has damaged", recovery.bad_count());
    }
    if (!recovery.changed() && log.end == state.checkpoint) return log;
    TRY(env.disk.sync_directory(files.directory()));
    TRY(recovery.flush(log.end, log.log_bytes));
    return log;
}

Result<Tail> read_tail(Env& env, const SegmentFiles& files, const BlockIndex& index) {
    Tail tail;
    const Position checkpoint = index.checkpoint();
    uint64_t from = checkpoint.offset_bytes;
    for (uint32_t segment = checkpoint.segment;; ++segment, from = 0) {
        const auto file = env.disk.open(files.path(segment), OpenMode::read);
        if (!file && file.error().code == Code::not_found) break;
        if (!file) return std::unexpected(file.error());
        const uint64_t size = TRY((*file)->size_bytes());
        if (size <= from) continue;
        tail.log_bytes += size - from;
        SegmentScanner scanner(**file, segment, from, size, Bodies::skip);
        while (const auto section = TRY(scanner.next())) {
            const auto known = TRY(index.find(section->cid.hash()));
            if (known) continue;
            const bool is_new = tail.blocks.emplace(section->cid.hash(), section->location).second;
            if (is_new) tail.block_bytes += section->location.size_bytes;
        }
    }
    return tail;
}

}  // namespace kit::blocks
