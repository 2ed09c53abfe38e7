#include "dag/block_set.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace kit::dag {
namespace {

using formats::Cid;
using formats::Codec;
using formats::Multihash;

Multihash numbered(uint64_t number) {
    const ByteView view(reinterpret_cast<const uint8_t*>(&number), sizeof number);
    return formats::sha2_256(std::span(&view, 1));
}

TEST(BlockSetTest, AHashIsNewOnceAndEachMarkOnce) {
    BlockSet set;
    const Multihash hash = numbered(1);
    EXPECT_FALSE(set.contains(hash));
    const auto first = set.add(hash, 0);
    EXPECT_TRUE(first.is_new_hash);
    EXPECT_FALSE(first.is_new_mark);
    EXPECT_TRUE(set.add(hash, 2).is_new_mark);
    EXPECT_FALSE(set.add(hash, 2).is_new_mark);
    EXPECT_TRUE(set.add(hash, 4).is_new_mark);
    EXPECT_TRUE(set.contains(hash, 4));
    EXPECT_FALSE(set.contains(hash, 8));
    EXPECT_EQ(set.size(), 1U);
}

TEST(BlockSetTest, OtherHashFunctionsAreHeldToo) {
    BlockSet set;
    const Multihash identity = Multihash::wrap(0, as_bytes("small"));
    const Multihash sha1 = Multihash::wrap(0x11, Bytes(20, 7));
    EXPECT_TRUE(set.add(identity, 1).is_new_hash);
    EXPECT_TRUE(set.add(sha1, 1).is_new_hash);
    EXPECT_FALSE(set.add(sha1, 1).is_new_mark);
    EXPECT_TRUE(set.contains(identity));
    EXPECT_FALSE(set.contains(Multihash::wrap(0x11, Bytes(20, 8))));
    EXPECT_EQ(set.size(), 2U);
}

TEST(BlockSetTest, AHundredThousandEntriesTakeLessThanSixtyBytesEach) {
    BlockSet set;
    constexpr uint64_t count = 100'000;
    for (uint64_t i = 0; i < count; ++i) EXPECT_TRUE(set.add(numbered(i), 1).is_new_hash);
    EXPECT_EQ(set.size(), count);
    EXPECT_LT(set.size_bytes(), count * 60);
    for (uint64_t i = 0; i < count; ++i) EXPECT_TRUE(set.contains(numbered(i)));
    for (uint64_t i = count; i < count + 1000; ++i) EXPECT_FALSE(set.contains(numbered(i)));
}

TEST(BlockSetTest, EachEntryIsNewToOneThreadAlone) {
    BlockSet set;
    std::atomic<uint64_t> new_count = 0;
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (uint64_t n = 0; n < 5000; ++n) new_count += set.add(numbered(n), 1).is_new_hash;
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(new_count, 5000U);
    EXPECT_EQ(set.size(), 5000U);
}

TEST(BlockSetTest, MarksTellCodecsAndOnRequestVersions) {
    const Multihash hash = numbered(1);
    const Cid v0 = Cid::v0(hash);
    const Cid v1 = v0.to_v1();
    EXPECT_EQ(mark_of(v0, false), mark_of(v1, false));
    EXPECT_NE(mark_of(v0, true), mark_of(v1, true));
    EXPECT_NE(mark_of(Cid::v1(Codec::raw, hash), false), mark_of(v1, false));
}

}  // namespace
}  // namespace kit::dag
