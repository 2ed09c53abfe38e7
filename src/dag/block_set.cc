#include "dag/block_set.h"

#include <array>
#include <cstring>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace kit::dag {
namespace {

using formats::Codec;
using formats::MultihashView;

constexpr size_t shard_count = 64;
constexpr size_t digest_size = 32;
constexpr size_t chunk_entries = 512;

struct Entry {
    std::array<uint8_t, digest_size> digest;
    uint8_t marks;
};
static_assert(sizeof(Entry) == digest_size + 1);

bool is_plain(MultihashView hash) {
    return hash.code() == static_cast<uint64_t>(formats::HashCode::sha2_256) &&
           hash.digest().size() == digest_size;
}

// A digest is as good as random: any eight bytes of it are a hash.
uint64_t bits_of(ByteView digest, size_t offset) {
    uint64_t bits;
    std::memcpy(&bits, digest.data() + offset, sizeof bits);
    return bits;
}

}  // namespace

// Plain digests lie in chunks that never move; `slots` is an open-addressing table of their
// numbers, plus one. Other multihashes are rare and live in a map.
struct alignas(64) BlockSet::Shard {
    mutable std::mutex mutex;
    std::vector<std::unique_ptr<std::array<Entry, chunk_entries>>> chunks;
    std::vector<uint32_t> slots;
    uint32_t entry_count = 0;
    std::unordered_map<formats::Multihash, uint8_t, formats::MultihashHash, formats::MultihashEqual>
        others;

    Entry& entry(uint32_t number) const {
        return (*chunks[number / chunk_entries])[number % chunk_entries];
    }

    // The entry with this digest, or nullptr and the free slot where it belongs.
    Entry* find(ByteView digest, size_t& slot) const {
        if (slots.empty()) return nullptr;
        const size_t mask = slots.size() - 1;
        for (slot = bits_of(digest, 0) & mask; slots[slot] != 0; slot = (slot + 1) & mask) {
            Entry& candidate = entry(slots[slot] - 1);
            if (std::memcmp(candidate.digest.data(), digest.data(), digest_size) == 0) {
                return &candidate;
            }
        }
        return nullptr;
    }

    void grow() {
        std::vector<uint32_t> larger(slots.empty() ? 64 : slots.size() * 2);
        const size_t mask = larger.size() - 1;
        for (uint32_t number = 0; number < entry_count; ++number) {
            size_t slot = bits_of(entry(number).digest, 0) & mask;
            while (larger[slot] != 0) slot = (slot + 1) & mask;
            larger[slot] = number + 1;
        }
        slots = std::move(larger);
    }

    Added add_plain(ByteView digest, uint8_t mark) {
        size_t slot = 0;
        if (Entry* known = find(digest, slot)) {
            const uint8_t before = known->marks;
            known->marks |= mark;
            return {false, (mark & ~before) != 0, before};
        }
        if (4 * (size_t{entry_count} + 1) > 3 * slots.size()) {
            grow();
            find(digest, slot);
        }
        if (entry_count % chunk_entries == 0) {
            chunks.push_back(std::make_unique_for_overwrite<std::array<Entry, chunk_entries>>());
        }
        Entry& fresh = entry(entry_count);
        std::memcpy(fresh.digest.data(), digest.data(), digest_size);
        fresh.marks = mark;
        slots[slot] = ++entry_count;
        return {true, mark != 0, 0};
    }

    const uint8_t* find_marks(MultihashView hash) const {
        if (is_plain(hash)) {
            size_t slot = 0;
            const Entry* known = find(hash.digest(), slot);
            return known == nullptr ? nullptr : &known->marks;
        }
        const auto known = others.find(hash);
        return known == others.end() ? nullptr : &known->second;
    }
};

BlockSet::BlockSet() : shards_(std::make_unique<Shard[]>(shard_count)) {}
BlockSet::~BlockSet() = default;

BlockSet::Shard& BlockSet::shard_of(MultihashView hash) const {
    const size_t bits = is_plain(hash) ? static_cast<size_t>(bits_of(hash.digest(), 8))
                                       : formats::MultihashHash()(hash);
    return shards_[bits % shard_count];
}

BlockSet::Added BlockSet::add(MultihashView hash, uint8_t mark) {
    Shard& shard = shard_of(hash);
    std::scoped_lock lock(shard.mutex);
    Added added;
    if (is_plain(hash)) {
        added = shard.add_plain(hash.digest(), mark);
    } else {
        const auto [known, is_new] = shard.others.try_emplace(formats::Multihash(hash), 0);
        added = {is_new, (mark & ~known->second) != 0, known->second};
        known->second |= mark;
    }
    if (added.is_new_hash) size_.fetch_add(1, std::memory_order_relaxed);
    return added;
}

bool BlockSet::contains(MultihashView hash) const {
    const Shard& shard = shard_of(hash);
    std::scoped_lock lock(shard.mutex);
    return shard.find_marks(hash) != nullptr;
}

bool BlockSet::contains(MultihashView hash, uint8_t marks) const {
    const Shard& shard = shard_of(hash);
    std::scoped_lock lock(shard.mutex);
    const uint8_t* known = shard.find_marks(hash);
    return known != nullptr && (*known & marks) != 0;
}

size_t BlockSet::size_bytes() const {
    size_t total = shard_count * sizeof(Shard);
    for (size_t i = 0; i < shard_count; ++i) {
        const Shard& shard = shards_[i];
        std::scoped_lock lock(shard.mutex);
        total += shard.chunks.size() * sizeof(Entry) * chunk_entries;
        total += shard.chunks.capacity() * sizeof(void*) + shard.slots.capacity() * 4;
        total += shard.others.size() * (sizeof(formats::Multihash) + 40);
    }
    return total;
}

uint8_t mark_of(const formats::Cid& cid, bool tell_versions) {
    if (tell_versions && cid.version() == 0) return 1;
    switch (static_cast<Codec>(cid.codec())) {
        case Codec::dag_pb:
            return 2;
        case Codec::raw:
            return 4;
        case Codec::dag_cbor:
            return 8;
        case Codec::dag_json:
            return 16;
        case Codec::cbor:
            return 32;
        case Codec::json:
            return 64;
        default:
            return 128;
    }
}

}  // namespace kit::dag
