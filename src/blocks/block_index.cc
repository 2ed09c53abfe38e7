#include "blocks/block_index.h"

#include <algorithm>
#include <map>

namespace kit::blocks {
namespace {

using formats::MultihashView;

constexpr std::string_view state_key = "state";
constexpr std::string_view dropped_prefix = "drop/";
constexpr std::string_view cut_prefix = "cut/";

// The counters that one batch changes.
class CountersTouched final {
public:
    explicit CountersTouched(const Database& database) : database_(database) {}

    Result<void> add(const Location& location) {
        SegmentCounters* counters = TRY(of(location.segment));
        ++counters->live_count;
        counters->live_bytes += location.section_size_bytes();
        return {};
    }
    Result<void> subtract(const Location& location) {
        SegmentCounters* counters = TRY(of(location.segment));
        counters->live_count -= std::min<uint64_t>(counters->live_count, 1);
        counters->live_bytes -= std::min(counters->live_bytes, location.section_size_bytes());
        return {};
    }
    Result<void> subtract(const Cut& cut) {
        SegmentCounters* counters = TRY(of(cut.segment));
        counters->live_count -= std::min(counters->live_count, cut.block_count);
        counters->live_bytes -= std::min(counters->live_bytes, cut.section_bytes);
        return {};
    }
    // Returns how many segments were not counted before.
    uint64_t put_into(WriteBatch& batch) const {
        for (const auto& [segment, counters] : counters_) {
            batch.put(Table::segments, segment_key(segment), encode_counters(counters));
        }
        return new_count_;
    }

private:
    Result<SegmentCounters*> of(uint32_t segment) {
        const auto held = counters_.find(segment);
        if (held != counters_.end()) return &held->second;
        const auto value = TRY(database_.find(Table::segments, segment_key(segment)));
        SegmentCounters& counters = counters_[segment];
        if (!value) {
            ++new_count_;
            return &counters;
        }
        counters = TRY(decode_counters(*value));
        return &counters;
    }

    const Database& database_;
    std::map<uint32_t, SegmentCounters> counters_;
    uint64_t new_count_ = 0;
};

}  // namespace

Result<void> BlockIndex::load() {
    const uint64_t version = database_.version();
    const auto value = TRY(database_.find(Table::meta, state_key));
    Cuts cuts = TRY(read_cuts());
    std::scoped_lock lock(mutex_);
    cuts_->set(std::move(cuts));
    cuts_->mark_durable();  // Opening the database has put its log into a table.
    cuts_version_ = version;
    state_ = {};
    has_state_ = value.has_value();
    if (!value) return {};
    state_ = TRY(decode_state(*value));
    return {};
}

Result<Cuts> BlockIndex::read_cuts() const {
    Cuts cuts;
    TRY(database_.scan(Table::meta, cut_prefix, {},
                       [&](std::string_view key, std::string_view value) -> Result<bool> {
                           key.remove_prefix(cut_prefix.size());
                           const uint32_t segment = TRY(parse_segment_key(key));
                           cuts[segment] = TRY(decode_offset(value));
                           return true;
                       }));
    return cuts;
}

// Those that `version` of the database holds, or later ones. In a writer they change only here, in
// memory; a reader's database is opened anew from time to time, and they with it.
Result<std::shared_ptr<const Cuts>> BlockIndex::cuts_at(uint64_t version) const {
    {
        std::scoped_lock lock(mutex_);
        if (cuts_version_ == version) return cuts_->now();
    }
    Cuts cuts = TRY(read_cuts());
    std::scoped_lock lock(mutex_);
    cuts_->set(std::move(cuts));
    cuts_version_ = version;
    return cuts_->now();
}

Result<void> IndexWalk::settle() {
    for (; cursor_->valid(); cursor_->next(), ++stale_count_) {
        location_ = TRY(decode_location(cursor_->value()));
        if (!covers(*cuts_, location_)) return {};
    }
    return cursor_->status();
}

Result<void> IndexWalk::next() {
    cursor_->next();
    return settle();
}

Result<IndexWalk> BlockIndex::walk() const {
    for (;;) {
        const uint64_t version = database_.version();
        auto cuts = TRY(cuts_at(version));
        auto cursor = TRY(database_.cursor(Table::blocks, {}));
        // The snapshot and the cuts must be of one moment: a block that was moved before a cut is
        // not to be missed, nor one behind it listed.
        if (database_.version() != version || cuts_->now() != cuts) continue;
        IndexWalk walk(std::move(cursor), std::move(cuts));
        TRY(walk.settle());
        return walk;
    }
}

std::optional<Location> BlockIndex::find_pending(MultihashView hash) const {
    for (const PendingEntries* entries : {&pending_, &flushing_}) {
        if (const IndexEntry* entry = entries->find(hash)) return entry->location;
    }
    return std::nullopt;
}

Result<std::optional<Location>> BlockIndex::find(MultihashView hash) const {
    {
        std::scoped_lock lock(mutex_);
        const auto pending = find_pending(hash);
        if (pending) return pending;
    }
    for (;;) {
        // The cuts are taken first: what was moved before such a cut is then found at its new
        // place.
        const uint64_t version = database_.version();
        const auto cuts = TRY(cuts_at(version));
        const auto value = TRY(database_.find(Table::blocks, as_text(hash.bytes())));
        if (database_.version() != version) continue;
        if (!value) return std::nullopt;
        const Location location = TRY(decode_location(*value));
        if (covers(*cuts, location)) return std::nullopt;
        return location;
    }
}

Result<BlockIndex::Found> BlockIndex::find_many(std::span<const MultihashView> hashes) const {
    Found found;
    found.locations.resize(hashes.size());
    std::vector<size_t> missing;
    bool database_is_empty = false;
    {
        std::scoped_lock lock(mutex_);
        database_is_empty = state_.block_count == 0;
        found.generation = generation_;
        for (size_t i = 0; i < hashes.size(); ++i) {
            found.locations[i] = find_pending(hashes[i]);
            if (!found.locations[i]) missing.push_back(i);
        }
    }
    // OPTIMIZATION: the first import into a store asks the database nothing.
    if (database_is_empty) return found;
    std::vector<std::string_view> keys;
    keys.reserve(missing.size());
    for (const size_t i : missing) keys.push_back(as_text(hashes[i].bytes()));
    if (keys.empty()) return found;
    for (;;) {
        const uint64_t version = database_.version();
        const auto cuts = TRY(cuts_at(version));
        const auto values = TRY(database_.find_many(Table::blocks, keys));
        if (database_.version() != version) continue;
        for (size_t i = 0; i < missing.size(); ++i) {
            if (!values[i]) continue;
            const Location location = TRY(decode_location(*values[i]));
            if (!covers(*cuts, location)) found.locations[missing[i]] = location;
        }
        return found;
    }
}

Result<void> BlockIndex::find_again(std::span<const MultihashView> hashes, Found& found) const {
    {
        std::scoped_lock lock(mutex_);
        if (found.generation == generation_) {
            // Nothing has left memory since, so what was added since is still there.
            for (size_t i = 0; i < hashes.size(); ++i) {
                if (!found.locations[i]) found.locations[i] = find_pending(hashes[i]);
            }
            return {};
        }
    }
    found = TRY(find_many(hashes));
    return {};
}

void BlockIndex::add(std::vector<IndexEntry> entries) {
    std::scoped_lock lock(mutex_);
    for (IndexEntry& entry : entries) {
        if (!entry.moved_from) {
            ++pending_new_count_;
            pending_new_bytes_ += entry.location.size_bytes;
        }
        const bool is_new = pending_.add(std::move(entry));
        ASSERT(is_new);
    }
}

size_t BlockIndex::pending_count() const {
    std::scoped_lock lock(mutex_);
    return pending_.size() + flushing_.size();
}

std::vector<IndexEntry> BlockIndex::pending_sorted() const {
    std::vector<IndexEntry> entries;
    {
        std::scoped_lock lock(mutex_);
        entries.reserve(pending_.size() + flushing_.size());
        for (const IndexEntry& entry : flushing_.entries()) {
            if (pending_.find(entry.hash) == nullptr) entries.push_back(entry);
        }
        for (const IndexEntry& entry : pending_.entries()) entries.push_back(entry);
    }
    std::ranges::sort(entries, {},
                      [](const IndexEntry& entry) { return as_text(entry.hash.bytes()); });
    return entries;
}

void BlockIndex::take() {
    std::scoped_lock lock(mutex_);
    ASSERT(flushing_.empty());
    std::swap(pending_, flushing_);
}

void BlockIndex::give_back() {
    std::scoped_lock lock(mutex_);
    // What is pending is newer.
    for (const IndexEntry& entry : flushing_.entries()) pending_.add(entry);
    flushing_.clear();
}

Result<void> BlockIndex::write(Position checkpoint, uint64_t log_bytes, Durability durability) {
    // Only this thread changes flushing_ and state_ now; others read them under mutex_.
    IndexState next;
    {
        std::scoped_lock lock(mutex_);
        next = state_;
    }
    const std::vector<const IndexEntry*> sorted = flushing_.sorted();
    next.checkpoint = checkpoint;
    next.log_bytes = log_bytes;

    const auto prepare = [&]() -> Result<WriteBatch> {
        WriteBatch batch;
        batch.reserve(sorted.size() + 8);
        CountersTouched touched(database_);
        for (const IndexEntry* entry : sorted) {
            batch.put(Table::blocks, as_text(entry->hash.bytes()),
                      encode_location(entry->location));
            TRY(touched.add(entry->location));
            if (entry->moved_from) {
                TRY(touched.subtract(*entry->moved_from));
            } else {
                ++next.block_count;
                next.block_bytes += entry->location.size_bytes;
            }
        }
        next.segment_count += touched.put_into(batch);
        batch.put(Table::meta, state_key, encode_state(next));
        return batch;
    };
    auto batch = prepare();
    Result<void> outcome;
    if (!batch) outcome = std::unexpected(batch.error());
    if (outcome) outcome = database_.write(*batch, durability);

    if (!outcome) {
        give_back();
        return outcome;
    }
    std::scoped_lock lock(mutex_);
    for (const IndexEntry& entry : flushing_.entries()) {
        if (entry.moved_from) continue;
        --pending_new_count_;
        pending_new_bytes_ -= entry.location.size_bytes;
    }
    state_ = next;
    flushing_.clear();
    ++generation_;
    return {};
}

Result<void> BlockIndex::remove(std::span<const IndexedBlock> blocks) {
    WriteBatch batch;
    CountersTouched touched(database_);
    IndexState next;
    {
        std::scoped_lock lock(mutex_);
        ASSERT(flushing_.empty());
        next = state_;
    }
    for (const IndexedBlock& block : blocks) {
        batch.remove(Table::blocks, as_text(block.hash.bytes()));
        TRY(touched.subtract(block.location));
        next.block_count -= std::min<uint64_t>(next.block_count, 1);
        next.block_bytes -= std::min(next.block_bytes, block.location.size_bytes);
    }
    touched.put_into(batch);
    batch.put(Table::meta, state_key, encode_state(next));
    TRY(database_.write(batch, Durability::periodic));
    std::scoped_lock lock(mutex_);
    state_ = next;
    return {};
}

Result<void> BlockIndex::release(const Cut& cut) {
    WriteBatch batch;
    CountersTouched touched(database_);
    IndexState next;
    {
        std::scoped_lock lock(mutex_);
        ASSERT(flushing_.empty());
        next = state_;
    }
    const std::string key = segment_key(cut.segment);
    const std::string offset = encode_offset(cut.offset_bytes);
    next.block_count -= std::min(next.block_count, cut.block_count);
    next.block_bytes -= std::min(next.block_bytes, cut.block_bytes);
    next.log_bytes -= std::min(next.log_bytes, cut.freed_bytes);
    if (cut.offset_bytes == 0) {
        next.segment_count -= std::min<uint64_t>(next.segment_count, 1);
        batch.remove(Table::segments, key);
    } else {
        TRY(touched.subtract(cut));
        touched.put_into(batch);
    }
    Cuts cuts = *cuts_->now();
    // Without an entry behind it there is nothing to pass over.
    if (cut.block_count > 0) {
        batch.put(Table::meta, std::string(cut_prefix) + key, offset);
        cuts[cut.segment] = cut.offset_bytes;
    }
    batch.put(Table::meta, std::string(dropped_prefix) + key, offset);
    batch.put(Table::meta, state_key, encode_state(next));
    TRY(database_.write(batch, Durability::periodic));
    cuts_->set(std::move(cuts));
    std::scoped_lock lock(mutex_);
    state_ = next;
    return {};
}

Result<void> BlockIndex::forget_dropped(std::span<const uint32_t> segments) {
    WriteBatch batch;
    for (const uint32_t segment : segments) {
        batch.remove(Table::meta, std::string(dropped_prefix) + segment_key(segment));
    }
    return database_.write(batch, Durability::periodic);
}

Result<std::vector<BlockIndex::Dropped>> BlockIndex::dropped_segments() const {
    std::vector<Dropped> dropped;
    TRY(database_.scan(Table::meta, dropped_prefix, {},
                       [&](std::string_view key, std::string_view value) -> Result<bool> {
                           key.remove_prefix(dropped_prefix.size());
                           const uint32_t segment = TRY(parse_segment_key(key));
                           const uint64_t offset = TRY(decode_offset(value));
                           dropped.push_back({segment, offset});
                           return true;
                       }));
    return dropped;
}

Result<void> BlockIndex::sync() {
    TRY(database_.sync());
    cuts_->mark_durable();
    return {};
}

Result<void> BlockIndex::purge() {
    const Cuts cuts = *cuts_->now();
    if (cuts.empty()) return {};
    TRY(sync());
    TRY(database_.purge(Table::blocks));
    WriteBatch batch;
    for (const auto& [segment, offset] : cuts) {
        batch.remove(Table::meta, std::string(cut_prefix) + segment_key(segment));
    }
    TRY(database_.write(batch, Durability::periodic));
    cuts_->set({});
    cuts_->mark_durable();
    return {};
}

Result<SegmentCounters> BlockIndex::counters(uint32_t segment) const {
    const auto value = TRY(database_.find(Table::segments, segment_key(segment)));
    if (!value) return SegmentCounters{};
    return decode_counters(*value);
}

IndexState BlockIndex::state() const {
    std::scoped_lock lock(mutex_);
    IndexState state = state_;
    state.block_count += pending_new_count_;
    state.block_bytes += pending_new_bytes_;
    return state;
}

bool BlockIndex::has_state() const {
    std::scoped_lock lock(mutex_);
    return has_state_;
}

Position BlockIndex::checkpoint() const {
    std::scoped_lock lock(mutex_);
    return state_.checkpoint;
}

}  // namespace kit::blocks
