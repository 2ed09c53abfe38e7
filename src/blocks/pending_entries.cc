#include "blocks/pending_entries.h"

#include <algorithm>

#include "base/result.h"

namespace kit::blocks {
namespace {

using formats::MultihashView;

constexpr size_t slot_count_min = 64;
constexpr uint64_t tag_mask = ~uint64_t{UINT32_MAX};

uint64_t bits_of(MultihashView hash) {
    // Spread, because the slot is taken from the low bits and the tag from the high ones.
    return formats::MultihashHash()(hash) * 0x9e3779b97f4a7c15;
}

// The first eight bytes, so that comparing them as numbers is comparing them as bytes.
uint64_t prefix_of(ByteView key) {
    uint64_t prefix = 0;
    for (size_t i = 0; i < 8; ++i) prefix = prefix << 8 | (i < key.size() ? key[i] : 0);
    return prefix;
}

}  // namespace

size_t PendingEntries::find_slot(MultihashView hash, uint64_t bits) const {
    const size_t mask = slots_.size() - 1;
    for (size_t slot = bits & mask;; slot = (slot + 1) & mask) {
        const uint64_t held = slots_[slot];
        if (held == 0) return slot;
        if ((held & tag_mask) != (bits & tag_mask)) continue;
        if (entries_[static_cast<uint32_t>(held) - 1].hash.view() == hash) return slot;
    }
}

const IndexEntry* PendingEntries::find(MultihashView hash) const {
    if (entries_.empty()) return nullptr;
    const uint64_t held = slots_[find_slot(hash, bits_of(hash))];
    return held == 0 ? nullptr : &entries_[static_cast<uint32_t>(held) - 1];
}

bool PendingEntries::add(IndexEntry entry) {
    ASSERT(entries_.size() < UINT32_MAX - 1);
    if (2 * (entries_.size() + 1) > slots_.size()) grow();
    const uint64_t bits = bits_of(entry.hash);
    uint64_t& slot = slots_[find_slot(entry.hash, bits)];
    if (slot != 0) return false;
    entries_.push_back(std::move(entry));
    slot = (bits & tag_mask) | entries_.size();
    return true;
}

void PendingEntries::grow() {
    slots_.assign(std::max(slot_count_min, 2 * slots_.size()), 0);
    for (size_t i = 0; i < entries_.size(); ++i) {
        const uint64_t bits = bits_of(entries_[i].hash);
        slots_[find_slot(entries_[i].hash, bits)] = (bits & tag_mask) | (i + 1);
    }
}

void PendingEntries::clear() {
    // The memory goes as well: between two imports nothing is held.
    entries_ = {};
    slots_ = {};
}

std::vector<const IndexEntry*> PendingEntries::sorted() const {
    struct Keyed {
        uint64_t prefix;
        const IndexEntry* entry;
    };
    std::vector<Keyed> keyed;
    keyed.reserve(entries_.size());
    for (const IndexEntry& entry : entries_)
        keyed.push_back({prefix_of(entry.hash.bytes()), &entry});
    std::ranges::sort(keyed, [](const Keyed& a, const Keyed& b) {
        if (a.prefix != b.prefix) return a.prefix < b.prefix;
        return as_text(a.entry->hash.bytes()) < as_text(b.entry->hash.bytes());
    });
    std::vector<const IndexEntry*> sorted;
    sorted.reserve(keyed.size());
    for (const Keyed& one : keyed) sorted.push_back(one.entry);
    return sorted;
}

}  // namespace kit::blocks
