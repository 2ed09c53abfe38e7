#include "blocks/compaction.h"

#include <algorithm>
#include <utility>

#include "formats/varint.h"

namespace kit::blocks {
namespace {

// A copy of at most this many bytes is read, appended and indexed at once.
constexpr uint64_t run_size_bytes_max = 4 * MiB;

// Rewriting pays when it frees more than it writes.
bool worth_rewriting(uint64_t live_bytes, uint64_t size_bytes) {
    return live_bytes < size_bytes / 2;
}

// How many of `locations`, which are sorted, can be read as one piece.
size_t run_length(std::span<const Location> locations) {
    uint64_t size_bytes = locations[0].section_size_bytes();
    size_t count = 1;
    while (count < locations.size()) {
        const Location& last = locations[count - 1];
        const Location& next = locations[count];
        const bool adjacent = next.position().offset_bytes == last.offset_bytes + last.size_bytes;
        if (!adjacent || size_bytes + next.section_size_bytes() > run_size_bytes_max) break;
        size_bytes += next.section_size_bytes();
        ++count;
    }
    return count;
}

}  // namespace

void KeptBlocks::add(const Location& location) {
    if (count_ == count_max) by_segment_.clear();
    if (count_ > count_max) return;
    ++count_;
    if (count_ <= count_max) by_segment_[location.segment].push_back(location);
}

const std::vector<Location>* KeptBlocks::find(uint32_t segment) const {
    const auto at = by_segment_.find(segment);
    return at == by_segment_.end() ? nullptr : &at->second;
}

Result<void> Compaction::run(const std::atomic<bool>& cancel) {
    std::vector<Candidate> candidates = TRY(choose());
    TRY(seal_if_active(candidates));
    // Once more, with complete counters; but not what was begun since: putters go on in it.
    const std::vector<Candidate> sealed = std::move(candidates);
    candidates = TRY(choose());
    std::erase_if(candidates, [&](const Candidate& candidate) {
        return std::ranges::count(sealed, candidate.segment, &Candidate::segment) == 0;
    });
    const auto living = std::ranges::stable_partition(
        candidates, [](const Candidate& candidate) { return candidate.counters.live_count == 0; });
    const std::span<const Candidate> dead(candidates.begin(), living.begin());
    if (!dead.empty()) {
        std::scoped_lock writing(store_.write_mutex_);
        TRY(retire(dead));
    }
    for (const Candidate& candidate : living) {
        if (cancel) return {};
        std::scoped_lock writing(store_.write_mutex_);
        const auto rewritten = rewrite(candidate);
        // No room for the copy: the blocks stay where they are until there is some.
        if (!rewritten && rewritten.error().code == Code::storage_full) return {};
        TRY(rewritten);
        TRY(retire(std::span(&candidate, 1)));
    }
    return {};
}

// Segments worth the work, the active one included; it is sealed before it is touched.
Result<std::vector<Compaction::Candidate>> Compaction::choose() const {
    std::vector<Candidate> chosen;
    const Position end = store_.log_->end();
    TRY(store_.database_->scan(
        Table::segments, {}, {}, [&](std::string_view key, std::string_view value) -> Result<bool> {
            const uint32_t segment = TRY(parse_segment_key(key));
            const SegmentCounters counters = TRY(decode_counters(value));
            const auto info = TRY(store_.env_.disk.find_info(store_.files_.path(segment)));
            const uint64_t size =
                segment == end.segment ? end.offset_bytes : (info ? info->size_bytes : 0);
            if (counters.live_count == 0 || worth_rewriting(counters.live_bytes, size)) {
                chosen.push_back({segment, size, counters});
            }
            return true;
        }));
    return chosen;
}

Result<void> Compaction::seal_if_active(const std::vector<Candidate>& candidates) {
    if (candidates.empty()) return {};
    std::scoped_lock writing(store_.write_mutex_);
    {
        std::scoped_lock appending(store_.append_mutex_);
        const uint32_t active = store_.log_->end().segment;
        if (std::ranges::count(candidates, active, &Candidate::segment) > 0) {
            TRY(store_.log_->seal());
        }
    }
    // Counters are complete and the checkpoint lies behind the segments that may go.
    return store_.flush_locked(Durability::periodic);
}

Result<void> Compaction::rewrite(const Candidate& candidate) {
    const auto file = TRY(store_.files_.get(candidate.segment));
    const std::vector<Location> live = TRY(live_of(candidate, *file));
    for (size_t at = 0; at < live.size();) {
        // Adjacent or not, sections are gathered until a run is full.
        const auto rest = std::span(live).subspan(at);
        uint64_t size_bytes = 0;
        size_t count = 0;
        while (
            count < rest.size() && count < BlockIndex::pending_count_soft_max &&
            (count == 0 || size_bytes + rest[count].section_size_bytes() <= run_size_bytes_max)) {
            size_bytes += rest[count].section_size_bytes();
            ++count;
        }
        TRY(copy(*file, rest.first(count)));
        at += count;
        if (store_.index_->pending_count() >= BlockIndex::pending_count_soft_max) {
            TRY(store_.flush_locked(Durability::periodic));
        }
    }
    return store_.flush_locked(Durability::periodic);
}

// In the order of the file.
Result<std::vector<Location>> Compaction::live_of(const Candidate& candidate,
                                                  const File& file) const {
    const SegmentCounters counters = TRY(store_.index_->counters(candidate.segment));
    const std::vector<Location>* kept = kept_.find(candidate.segment);
    const bool kept_is_true = kept != nullptr && kept->size() == counters.live_count &&
                              store_.removal_count_ == removal_count_;
    std::vector<Location> live;
    if (kept_is_true) {
        live = *kept;
        std::ranges::sort(live, {}, &Location::offset_bytes);
        return live;
    }
    SegmentScanner scanner(file, candidate.segment, 0, candidate.size_bytes, Bodies::skip);
    while (const auto section = TRY(scanner.next())) {
        const auto indexed = TRY(store_.index_->find(section->cid.hash()));
        if (indexed == section->location) live.push_back(section->location);
    }
    if (live.size() != counters.live_count) {
        return fail(Code::corrupt,
                    "{} holds {} of the {} blocks that the index expects there; run `ipfs-kit "
                    "repo verify`",
                    store_.files_.path(candidate.segment), live.size(), counters.live_count);
    }
    return live;
}

Result<void> Compaction::copy(const File& file, std::span<const Location> sections) {
    uint64_t size_bytes = 0;
    for (const Location& section : sections) size_bytes += section.section_size_bytes();
    const auto buffer = std::make_unique_for_overwrite<uint8_t[]>(size_bytes);
    const std::span<uint8_t> bytes(buffer.get(), size_bytes);
    uint64_t filled = 0;
    for (size_t at = 0; at < sections.size();) {
        const auto run = sections.subspan(at, run_length(sections.subspan(at)));
        const uint64_t start = run.front().position().offset_bytes;
        const uint64_t size = run.back().offset_bytes + run.back().size_bytes - start;
        const size_t n = TRY(file.read_at(start, bytes.subspan(filled, size)));
        if (n != size) return fail(Code::corrupt, "a segment is shorter than its index says");
        filled += size;
        at += run.size();
    }
    ASSERT(filled == size_bytes);

    std::vector<IndexEntry> entries;
    entries.reserve(sections.size());
    uint64_t offset = 0;
    for (const Location& section : sections) {
        const ByteView head = bytes.subspan(offset, section.head_size_bytes);
        const formats::Varint length = TRY(formats::read_varint(head));
        const auto cid = TRY(formats::Cid::from_bytes(head.subspan(length.size_bytes)));
        entries.push_back(
            {formats::Multihash(cid.hash()),
             {0, section.head_size_bytes, offset + section.head_size_bytes, section.size_bytes},
             section});
        offset += section.section_size_bytes();
    }
    std::scoped_lock appending(store_.append_mutex_);
    const ByteView piece = bytes;
    const Position start = TRY(store_.log_->append(std::span(&piece, 1), size_bytes));
    for (IndexEntry& entry : entries) {
        entry.location.segment = start.segment;
        entry.location.offset_bytes += start.offset_bytes;
    }
    store_.index_->add(std::move(entries));
    return {};
}

// First the index forgets the segments and notes that they are to be unlinked, durably; then they
// go. A crash between the two is made good by the next open.
Result<void> Compaction::retire(std::span<const Candidate> emptied) {
    std::vector<uint32_t> segments;
    for (const Candidate& candidate : emptied) {
        const SegmentCounters counters = TRY(store_.index_->counters(candidate.segment));
        if (counters.live_count > 0) continue;  // Somebody put while we chose.
        TRY(store_.index_->drop_segment(candidate.segment, candidate.size_bytes));
        segments.push_back(candidate.segment);
    }
    if (segments.empty()) return {};
    TRY(store_.database_->sync());
    for (const Candidate& candidate : emptied) {
        if (std::ranges::count(segments, candidate.segment) == 0) continue;
        TRY(store_.log_->remove_segment(candidate.segment, candidate.size_bytes));
    }
    TRY(store_.env_.disk.sync_directory(store_.files_.directory()));
    return store_.index_->forget_dropped(segments);
}

}  // namespace kit::blocks
