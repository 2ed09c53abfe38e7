#include "blocks/block_index.h"

#include <algorithm>
#include <array>
#include <map>

#include "formats/varint.h"

namespace kit::blocks {
namespace {

using formats::MultihashView;

constexpr std::string_view state_key = "state";
constexpr std::string_view dropped_prefix = "drop/";

std::string encode_numbers(std::span<const uint64_t> numbers) {
    std::string out;
    for (const uint64_t number : numbers) {
        std::array<uint8_t, formats::varint_size_bytes_max> bytes;
        const size_t n = formats::write_varint(bytes.data(), number);
        out += as_text(ByteView(bytes).first(n));
    }
    return out;
}

template <size_t count>
Result<std::array<uint64_t, count>> decode_numbers(std::string_view value, const char* what) {
    std::array<uint64_t, count> numbers = {};
    ByteView rest = as_bytes(value);
    for (uint64_t& number : numbers) {
        const auto read = formats::read_protobuf_varint(rest);
        if (!read) return fail(Code::corrupt, "the index holds {} that cannot be read", what);
        number = read->value;
        rest = rest.subspan(read->size_bytes);
    }
    return numbers;
}

std::string encode_state(const IndexState& state) {
    const std::array<uint64_t, 6> numbers = {
        state.checkpoint.segment, state.checkpoint.offset_bytes,
        state.block_count,        state.block_bytes,
        state.log_bytes,          state.segment_count};
    return encode_numbers(numbers);
}

std::string encode_counters(const SegmentCounters& counters) {
    const std::array<uint64_t, 2> numbers = {counters.live_count, counters.live_bytes};
    return encode_numbers(numbers);
}

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

std::string encode_location(const Location& location) {
    const std::array<uint64_t, 4> numbers = {location.segment, location.head_size_bytes,
                                             location.offset_bytes, location.size_bytes};
    return encode_numbers(numbers);
}

Result<Location> decode_location(std::string_view value) {
    const auto numbers = TRY(decode_numbers<4>(value, "a location"));
    const bool sound = numbers[0] <= UINT32_MAX && numbers[1] <= numbers[2] && numbers[1] < 1024;
    if (!sound) return fail(Code::corrupt, "the index holds a location that makes no sense");
    return Location{static_cast<uint32_t>(numbers[0]), static_cast<uint32_t>(numbers[1]),
                    numbers[2], numbers[3]};
}

Result<SegmentCounters> decode_counters(std::string_view value) {
    const auto numbers = TRY(decode_numbers<2>(value, "a segment's counters"));
    return SegmentCounters{numbers[0], numbers[1]};
}

std::string segment_key(uint32_t segment) {
    std::string key;
    for (int shift = 24; shift >= 0; shift -= 8) key += static_cast<char>(segment >> shift & 0xff);
    return key;
}

Result<uint32_t> parse_segment_key(std::string_view key) {
    if (key.size() != 4) return fail(Code::corrupt, "the index names a segment badly");
    uint32_t segment = 0;
    for (const char c : key) segment = segment << 8 | static_cast<uint8_t>(c);
    return segment;
}

Result<void> BlockIndex::load() {
    const auto value = TRY(database_.find(Table::meta, state_key));
    std::scoped_lock lock(mutex_);
    state_ = {};
    has_state_ = value.has_value();
    if (!value) return {};
    const auto numbers = TRY(decode_numbers<6>(*value, "a state"));
    state_ = {{static_cast<uint32_t>(numbers[0]), numbers[1]},
              numbers[2],
              numbers[3],
              numbers[4],
              numbers[5]};
    return {};
}

std::optional<Location> BlockIndex::find_pending(MultihashView hash) const {
    for (const Pending* entries : {&pending_, &flushing_}) {
        const auto at = entries->find(hash);
        if (at != entries->end()) return at->second.location;
    }
    return std::nullopt;
}

Result<std::optional<Location>> BlockIndex::find(MultihashView hash) const {
    {
        std::scoped_lock lock(mutex_);
        const auto pending = find_pending(hash);
        if (pending) return pending;
    }
    const auto value = TRY(database_.find(Table::blocks, as_text(hash.bytes())));
    if (!value) return std::nullopt;
    return decode_location(*value);
}

Result<BlockIndex::Found> BlockIndex::find_many(std::span<const MultihashView> hashes) const {
    Found found;
    found.locations.resize(hashes.size());
    std::vector<size_t> missing;
    {
        std::scoped_lock lock(mutex_);
        found.generation = generation_;
        for (size_t i = 0; i < hashes.size(); ++i) {
            found.locations[i] = find_pending(hashes[i]);
            if (!found.locations[i]) missing.push_back(i);
        }
    }
    std::vector<std::string_view> keys;
    keys.reserve(missing.size());
    for (const size_t i : missing) keys.push_back(as_text(hashes[i].bytes()));
    if (keys.empty()) return found;
    const auto values = TRY(database_.find_many(Table::blocks, keys));
    for (size_t i = 0; i < missing.size(); ++i) {
        if (!values[i]) continue;
        found.locations[missing[i]] = TRY(decode_location(*values[i]));
    }
    return found;
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
        formats::Multihash key = entry.hash;
        const bool is_new = pending_.emplace(std::move(key), std::move(entry)).second;
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
        for (const auto& [hash, entry] : flushing_) {
            if (!pending_.contains(hash)) entries.push_back(entry);
        }
        for (const auto& [hash, entry] : pending_) entries.push_back(entry);
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
    pending_.merge(flushing_);
    ASSERT(flushing_.empty());
}

Result<void> BlockIndex::write(Position checkpoint, uint64_t log_bytes, Durability durability) {
    // Only this thread changes flushing_ and state_ now; others read them under mutex_.
    std::vector<const IndexEntry*> sorted;
    IndexState next;
    {
        std::scoped_lock lock(mutex_);
        sorted.reserve(flushing_.size());
        for (const auto& [hash, entry] : flushing_) sorted.push_back(&entry);
        next = state_;
    }
    std::ranges::sort(sorted, {},
                      [](const IndexEntry* entry) { return as_text(entry->hash.bytes()); });
    next.checkpoint = checkpoint;
    next.log_bytes = log_bytes;

    const auto prepare = [&]() -> Result<WriteBatch> {
        WriteBatch batch;
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
    for (const auto& [hash, entry] : flushing_) {
        if (entry.moved_from) continue;
        --pending_new_count_;
        pending_new_bytes_ -= entry.location.size_bytes;
    }
    state_ = next;
    flushing_.clear();
    ++generation_;
    return {};
}

Result<void> BlockIndex::remove(std::span<const IndexEntry> entries) {
    WriteBatch batch;
    CountersTouched touched(database_);
    IndexState next;
    {
        std::scoped_lock lock(mutex_);
        ASSERT(flushing_.empty());
        next = state_;
    }
    for (const IndexEntry& entry : entries) {
        batch.remove(Table::blocks, as_text(entry.hash.bytes()));
        TRY(touched.subtract(entry.location));
        next.block_count -= std::min<uint64_t>(next.block_count, 1);
        next.block_bytes -= std::min(next.block_bytes, entry.location.size_bytes);
    }
    touched.put_into(batch);
    batch.put(Table::meta, state_key, encode_state(next));
    TRY(database_.write(batch, Durability::periodic));
    std::scoped_lock lock(mutex_);
    state_ = next;
    return {};
}

Result<void> BlockIndex::drop_segment(uint32_t segment, uint64_t size_bytes) {
    IndexState next;
    {
        std::scoped_lock lock(mutex_);
        next = state_;
    }
    next.log_bytes -= std::min(next.log_bytes, size_bytes);
    next.segment_count -= std::min<uint64_t>(next.segment_count, 1);
    WriteBatch batch;
    batch.remove(Table::segments, segment_key(segment));
    batch.put(Table::meta, std::string(dropped_prefix) + segment_key(segment), {});
    batch.put(Table::meta, state_key, encode_state(next));
    TRY(database_.write(batch, Durability::periodic));
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

Result<std::vector<uint32_t>> BlockIndex::dropped_segments() const {
    std::vector<uint32_t> segments;
    TRY(database_.scan(Table::meta, dropped_prefix, {},
                       [&](std::string_view key, std::string_view) -> Result<bool> {
                           key.remove_prefix(dropped_prefix.size());
                           segments.push_back(TRY(parse_segment_key(key)));
                           return true;
                       }));
    return segments;
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
