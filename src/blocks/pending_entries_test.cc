// Entries that wait for the index, against a plain map.
#include "blocks/pending_entries.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>

namespace kit::blocks {
namespace {

formats::Multihash hash_of(std::string_view text) {
    const ByteView body = as_bytes(text);
    return formats::sha2_256(std::span(&body, 1));
}

IndexEntry entry_of(uint64_t number) {
    return {hash_of(std::to_string(number)), {1, 36, 36 + number, 1}};
}

TEST(PendingEntriesTest, HoldsWhatAMapHolds) {
    PendingEntries entries;
    std::map<uint64_t, bool> held;
    std::mt19937_64 random(7);
    for (int i = 0; i < 5000; ++i) {
        const uint64_t number = random() % 3000;
        ASSERT_EQ(entries.add(entry_of(number)), held.emplace(number, true).second);
    }
    EXPECT_EQ(entries.size(), held.size());
    for (uint64_t number = 0; number < 3000; ++number) {
        const IndexEntry* found = entries.find(hash_of(std::to_string(number)));
        ASSERT_EQ(found != nullptr, held.contains(number));
        ASSERT_EQ(found == nullptr ? 0 : found->location.offset_bytes,
                  held.contains(number) ? 36 + number : 0);
    }
}

TEST(PendingEntriesTest, TheFirstEntryOfAHashStays) {
    PendingEntries entries;
    IndexEntry other = entry_of(5);
    other.location.segment = 2;
    EXPECT_TRUE(entries.add(entry_of(5)));
    EXPECT_FALSE(entries.add(other));
    EXPECT_EQ(entries.find(other.hash)->location.segment, 1U);
}

TEST(PendingEntriesTest, IsSortedAsTheDatabaseSorts) {
    PendingEntries entries;
    for (uint64_t number = 0; number < 1000; ++number) entries.add(entry_of(number));
    // Shorter keys, other functions, and keys of which one begins the other.
    for (const size_t size : {0U, 1U, 2U, 20U, 21U, 64U}) {
        const Bytes digest(size, 0x12);
        entries.add({formats::Multihash::wrap(0x12, digest), {}});
        entries.add({formats::Multihash::wrap(0x1e, digest), {}});
    }
    const auto sorted = entries.sorted();
    ASSERT_EQ(sorted.size(), entries.size());
    EXPECT_TRUE(std::ranges::is_sorted(
        sorted, {}, [](const IndexEntry* entry) { return as_text(entry->hash.bytes()); }));
}

TEST(PendingEntriesTest, AfterClearingNothingIsThere) {
    PendingEntries entries;
    EXPECT_EQ(entries.find(hash_of("1")), nullptr);
    entries.add(entry_of(1));
    entries.clear();
    EXPECT_TRUE(entries.empty());
    EXPECT_EQ(entries.find(hash_of("1")), nullptr);
    EXPECT_TRUE(entries.add(entry_of(1)));
}

}  // namespace
}  // namespace kit::blocks
