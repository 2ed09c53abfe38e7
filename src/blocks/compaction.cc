#include "blocks/compaction.h"

#include <algorithm>
#include <thread>
#include <unordered_set>
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

// The end of a segment is cut off when this part of a whole segment at least is gained, and left
// over: so segments never become many and small.
constexpr uint64_t cut_share = 8;

uint64_t end_of(const Location& location) {
    return location.offset_bytes + location.size_bytes;
}

std::vector<Location> sorted_by_offset(std::vector<Location> locations) {
    std::ranges::sort(locations, {}, &Location::offset_bytes);
    return locations;
}

// Where cutting the segment frees most beyond what it has to copy; 0 when nowhere enough. `live`
// is sorted and complete.
uint64_t best_cut(std::span<const Location> live, uint64_t size_bytes, uint64_t bytes_min) {
    uint64_t best = 0;
    uint64_t most_gained = bytes_min;
    uint64_t live_bytes = 0;
    for (size_t i = live.size(); i > 0; --i) {
        const uint64_t cut = end_of(live[i - 1]);
        if (cut < bytes_min) break;
        const uint64_t freed = size_bytes - std::min(size_bytes, cut);
        if (freed >= 2 * live_bytes + most_gained) {
            best = cut;
            most_gained = freed - 2 * live_bytes;
        }
        live_bytes += live[i - 1].section_size_bytes();
    }
    return best;
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

Result<std::vector<Compaction::Plan>> Compaction::plan() {
    const std::vector<Plan> first = TRY(choose());
    if (first.empty()) return std::vector<Plan>();
    TRY(seal_if_active(first));
    // Once more, with complete counters; but not what was begun since: putters go on in it.
    std::vector<Plan> plans = TRY(choose());
    std::erase_if(plans, [&](const Plan& plan) {
        return std::ranges::count(first, plan.segment, &Plan::segment) == 0;
    });
    // What costs nothing goes first: then there is room for the copies.
    std::ranges::stable_partition(plans, [](const Plan& plan) { return !plan.has_live; });
    return plans;
}

Result<void> Compaction::run(std::span<const Plan> plans,
                             const std::function<void(std::vector<IndexedBlock>&)>& on_removed,
                             const std::atomic<bool>& cancel) {
    while (!plans.empty() && !cancel) {
        // All that have nothing to copy share one sync.
        size_t count = 1;
        while (count < plans.size() && !plans[count].has_live) ++count;
        std::vector<Cut> cuts;
        bool is_full = false;
        {
            std::scoped_lock writing(store_.write_mutex_);
            for (const Plan& plan : plans.first(count)) {
                const auto cut = release(plan);
                // No room for the copy: the blocks stay where they are until there is some.
                is_full = !cut && cut.error().code == Code::storage_full;
                if (is_full) break;
                if (!cut) return std::unexpected(cut.error());
                if (*cut) cuts.push_back(**cut);
            }
            // The index says, durably, what is to go; then it goes. A crash between the two is made
            // good by the next open.
            if (!cuts.empty()) TRY(store_.index_->sync());
        }
        // Freeing hundreds of megabytes takes the kernel as long as telling takes us.
        Result<void> shortened;
        std::thread shortening;
        if (!cuts.empty()) shortening = std::thread([&] { shortened = shorten(cuts); });
        for (const Cut& cut : cuts) {
            const auto gone = dead_.find(cut.segment);
            on_removed(gone->second);
            dead_.erase(gone);
        }
        if (shortening.joinable()) shortening.join();
        TRY(std::move(shortened));
        if (is_full) return {};
        plans = plans.subspan(count);
    }
    return {};
}

// Segments worth the work, the active one included; it is sealed before it is touched.
Result<std::vector<Compaction::Plan>> Compaction::choose() const {
    std::vector<Plan> chosen;
    const Position end = store_.log_->end();
    TRY(store_.database_->scan(
        Table::segments, {}, {}, [&](std::string_view key, std::string_view value) -> Result<bool> {
            const uint32_t segment = TRY(parse_segment_key(key));
            const SegmentCounters counters = TRY(decode_counters(value));
            const auto info = TRY(store_.env_.disk.find_info(store_.files_.path(segment)));
            const uint64_t size_bytes =
                segment == end.segment ? end.offset_bytes : (info ? info->size_bytes : 0);
            const auto plan = choose(segment, size_bytes, counters);
            if (plan) chosen.push_back(*plan);
            return true;
        }));
    return chosen;
}

std::optional<Compaction::Plan> Compaction::choose(uint32_t segment, uint64_t size_bytes,
                                                   const SegmentCounters& counters) const {
    uint64_t dead_count = 0;
    uint64_t dead_bytes = 0;
    const auto dead = dead_.find(segment);
    if (dead != dead_.end()) {
        dead_count = dead->second.size();
        for (const IndexedBlock& block : dead->second) {
            dead_bytes += block.location.section_size_bytes();
        }
    }
    const uint64_t live_count = counters.live_count - std::min(counters.live_count, dead_count);
    const uint64_t live_bytes = counters.live_bytes - std::min(counters.live_bytes, dead_bytes);
    if (live_count == 0) return Plan{segment, size_bytes, 0, false};
    const std::vector<Location>* kept = kept_.find(segment);
    if (kept != nullptr && kept->size() == live_count) {
        const std::vector<Location> live = sorted_by_offset(*kept);
        const uint64_t cut =
            best_cut(live, size_bytes, store_.options_.segment_size_bytes_max / cut_share);
        if (cut > 0) return Plan{segment, size_bytes, cut, end_of(live.back()) > cut};
    }
    if (!worth_rewriting(live_bytes, size_bytes)) return std::nullopt;
    return Plan{segment, size_bytes, 0, true};
}

Result<void> Compaction::seal_if_active(const std::vector<Plan>& plans) {
    std::scoped_lock writing(store_.write_mutex_);
    {
        std::scoped_lock appending(store_.append_mutex_);
        const uint32_t active = store_.log_->end().segment;
        if (std::ranges::count(plans, active, &Plan::segment) > 0) {
            TRY(store_.log_->seal());
        }
    }
    // Counters are complete and the checkpoint lies behind the segments that may go.
    return store_.flush_locked(Durability::periodic);
}

// Takes what lies behind the plan's cut out of the index; nullopt when the index holds something
// there that we do not know.
Result<std::optional<Cut>> Compaction::release(const Plan& plan) {
    std::vector<IndexedBlock>& dead = dead_[plan.segment];
    TRY(store_.leave_out_changed(dead, removal_count_));
    std::vector<Location> live = TRY(live_behind(plan));
    for (;;) {
        TRY(move(plan.segment, live));
        // From here on no putter can meet one of the dead.
        std::unique_lock removal(store_.removal_mutex_);
        live = take_met(dead);
        if (!live.empty()) continue;  // Met since the sweep saw it: it moves too.
        const auto cut = TRY(cut_of(plan));
        if (cut) TRY(store_.index_->release(*cut));
        return cut;
    }
}

std::vector<Location> Compaction::take_met(std::vector<IndexedBlock>& dead) const {
    std::vector<Location> met;
    if (!store_.leases_.has_met_any()) return met;
    std::erase_if(dead, [&](const IndexedBlock& block) {
        const bool is_met = store_.leases_.met(block.hash);
        if (is_met) met.push_back(block.location);
        return is_met;
    });
    return sorted_by_offset(std::move(met));
}

Result<std::optional<Cut>> Compaction::cut_of(const Plan& plan) const {
    const SegmentCounters counters = TRY(store_.index_->counters(plan.segment));
    uint64_t before_count = 0;
    if (plan.cut_bytes > 0) {
        const std::vector<Location>* kept = kept_.find(plan.segment);
        if (kept == nullptr || store_.removal_count_ != removal_count_) return std::nullopt;
        before_count = static_cast<uint64_t>(std::ranges::count_if(
            *kept, [&](const Location& at) { return at.offset_bytes < plan.cut_bytes; }));
    }
    Cut cut{.segment = plan.segment,
            .offset_bytes = plan.cut_bytes,
            .freed_bytes = plan.size_bytes - plan.cut_bytes};
    for (const IndexedBlock& block : dead_.at(plan.segment)) {
        ASSERT(block.location.position().offset_bytes >= plan.cut_bytes);
        ++cut.block_count;
        cut.block_bytes += block.location.size_bytes;
        cut.section_bytes += block.location.section_size_bytes();
    }
    if (counters.live_count != before_count + cut.block_count) return std::nullopt;
    return cut;
}

// Copies the sections to the end of the log and tells the index.
Result<void> Compaction::move(uint32_t segment, std::span<const Location> live) {
    if (live.empty()) return {};
    const auto file = TRY(store_.files_.get(segment));
    while (!live.empty()) {
        // Adjacent or not, sections are gathered until a run is full.
        uint64_t size_bytes = 0;
        size_t count = 0;
        while (
            count < live.size() && count < BlockIndex::pending_count_soft_max &&
            (count == 0 || size_bytes + live[count].section_size_bytes() <= run_size_bytes_max)) {
            size_bytes += live[count].section_size_bytes();
            ++count;
        }
        TRY(copy(*file, live.first(count)));
        live = live.subspan(count);
        if (store_.index_->pending_count() >= BlockIndex::pending_count_soft_max) {
            TRY(store_.flush_locked(Durability::periodic));
        }
    }
    return store_.flush_locked(Durability::periodic);
}

// In the order of the file.
Result<std::vector<Location>> Compaction::live_behind(const Plan& plan) const {
    const SegmentCounters counters = TRY(store_.index_->counters(plan.segment));
    const size_t dead_count = dead_.at(plan.segment).size();
    const std::vector<Location>* kept = kept_.find(plan.segment);
    const bool kept_is_true = kept != nullptr && kept->size() + dead_count == counters.live_count &&
                              store_.removal_count_ == removal_count_;
    if (kept_is_true) {
        std::vector<Location> live = *kept;
        std::erase_if(live, [&](const Location& at) { return at.offset_bytes < plan.cut_bytes; });
        return sorted_by_offset(std::move(live));
    }
    if (plan.cut_bytes > 0 || counters.live_count == dead_count) return std::vector<Location>();
    return scan_live(plan);
}

Result<std::vector<Location>> Compaction::scan_live(const Plan& plan) const {
    std::unordered_set<uint64_t> dead;
    for (const IndexedBlock& block : dead_.at(plan.segment)) {
        dead.insert(block.location.offset_bytes);
    }
    const auto file = TRY(store_.files_.get(plan.segment));
    SegmentScanner scanner(*file, plan.segment, 0, plan.size_bytes, Bodies::skip);
    std::vector<Location> live;
    while (const auto section = TRY(scanner.next())) {
        if (dead.contains(section->location.offset_bytes)) continue;
        const auto indexed = TRY(store_.index_->find(section->cid.hash()));
        if (indexed == section->location) live.push_back(section->location);
    }
    const SegmentCounters counters = TRY(store_.index_->counters(plan.segment));
    if (live.size() + dead.size() != counters.live_count) {
        return fail(Code::corrupt,
                    "{} holds {} of the {} blocks that the index expects there; run `ipfs-kit "
                    "repo verify`",
                    store_.files_.path(plan.segment), live.size() + dead.size(),
                    counters.live_count);
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

Result<void> Compaction::shorten(std::span<const Cut> cuts) {
    std::vector<uint32_t> segments;
    for (const Cut& cut : cuts) {
        segments.push_back(cut.segment);
        if (cut.offset_bytes == 0) {
            TRY(store_.log_->remove_segment(cut.segment, cut.freed_bytes));
        } else {
            TRY(store_.log_->cut_segment(cut.segment, cut.offset_bytes, cut.freed_bytes));
        }
    }
    TRY(store_.env_.disk.sync_directory(store_.files_.directory()));
    return store_.index_->forget_dropped(segments);
}

}  // namespace kit::blocks
