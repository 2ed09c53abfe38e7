#include <algorithm>
#include <set>
#include <utility>

#include "blocks/store_fixture.h"

namespace kit::blocks {
namespace {

class CollectionTest : public StoreFixture {
protected:
    // Blocks of 1,000 bytes, told apart by their number.
    static std::string block(int number) {
        std::string text = std::to_string(number) + " ";
        text.resize(1000, 'x');
        return text;
    }
    void put_numbers(int from, int to) {
        for (int i = from; i < to; ++i) put(block(i));
    }
    void pin(int from, int to) {
        for (int i = from; i < to; ++i) live_.insert(to_bytes(cid_of(block(i)).hash().bytes()));
    }
    // How many blocks went.
    size_t sweep(Collection& collection) {
        size_t removed_count = 0;
        const auto outcome = collection.sweep(
            [&](formats::MultihashView hash) { return live_.contains(to_bytes(hash.bytes())); },
            [&](const Collection::Removed&) { ++removed_count; }, cancel_);
        EXPECT_TRUE(outcome) << outcome.error().to_text();
        return removed_count;
    }
    size_t collect() {
        lease_ = nullptr;
        const size_t removed_count = sweep(**store_->begin_collection());
        lease_ = store_->lease();
        return removed_count;
    }
    void expect_held(int from, int to) {
        for (int i = from; i < to; ++i) EXPECT_EQ(find(block(i)), block(i)) << i;
    }
    size_t segment_file_count() { return disk_.list(join(folder_, "blocks"))->size(); }

    std::set<Bytes> live_;
    std::atomic<bool> cancel_ = false;
};

TEST_F(CollectionTest, TheDeadGoAndTheLiveStay) {
    open();
    put_numbers(0, 20);
    pin(5, 10);
    EXPECT_EQ(collect(), 15U);
    expect_held(5, 10);
    EXPECT_EQ(find(block(3)), "absent");
    EXPECT_EQ(block_count(), 5U);
    open();
    expect_held(5, 10);
    EXPECT_EQ(block_count(), 5U);
}

TEST_F(CollectionTest, SpaceComesBack) {
    open({.segment_size_bytes_max = 8000});
    put_numbers(0, 70);
    const uint64_t before = segment_file_count();
    pin(0, 7);
    pin(30, 32);
    collect();
    EXPECT_EQ(before, 10U);
    EXPECT_LE(segment_file_count(), 3U);
    expect_held(0, 7);
    expect_held(30, 32);
    open({.segment_size_bytes_max = 8000});
    expect_held(0, 7);
    expect_held(30, 32);
    EXPECT_EQ(store_->stat()->segment_count, segment_file_count());
}

TEST_F(CollectionTest, ADeadEndIsCutOffAndNothingIsCopied) {
    const StoreOptions options{.segment_size_bytes_max = 16'000};
    open(options);
    put_numbers(0, 14);
    pin(0, 4);
    collect();
    const Path first = join(join(folder_, "blocks"), "seg-000001.car");
    const auto info = disk_.find_info(first);
    ASSERT_TRUE(info && *info);
    EXPECT_EQ((*info)->size_bytes, 18U + 4 * 1038);
    EXPECT_EQ(segment_file_count(), 1U);
    open(options);
    expect_held(0, 4);
    EXPECT_EQ(walk().size(), 4U);
    for (int i = 4; i < 14; ++i) EXPECT_EQ(find(block(i)), "absent") << i;
    EXPECT_EQ(segment_file_count(), 1U);
}

TEST_F(CollectionTest, WhatWasCollectedIsPutAnew) {
    open({.segment_size_bytes_max = 16'000});
    for (int round = 0; round < 6; ++round) {
        put_numbers(0, 40);
        expect_held(0, 40);
        EXPECT_EQ(block_count(), 40U);
        live_.clear();
        pin(round, round + 8);
        EXPECT_EQ(collect(), 32U);
        open({.segment_size_bytes_max = 16'000});
        EXPECT_EQ(walk().size(), 8U);
        EXPECT_EQ(store_->stat()->block_bytes, 8'000U);
        expect_held(round, round + 8);
        EXPECT_EQ(find(block(39)), "absent");
    }
}

TEST_F(CollectionTest, WhatIsMetWhileTheSweepRunsStays) {
    open({.segment_size_bytes_max = 16'000});
    put_numbers(0, 30);
    lease_ = nullptr;
    const auto collection = *store_->begin_collection();
    bool is_first = true;
    size_t removed_count = 0;
    const auto outcome = collection->sweep(
        [&](formats::MultihashView) {
            if (!std::exchange(is_first, false)) return false;
            lease_ = store_->lease();
            EXPECT_EQ(put(block(7)), "0 new");
            EXPECT_EQ(put(block(29)), "0 new");
            return false;
        },
        [&](const Collection::Removed&) { ++removed_count; }, cancel_);
    ASSERT_TRUE(outcome) << outcome.error().to_text();
    EXPECT_EQ(removed_count, 28U);
    EXPECT_EQ(block_count(), 2U);
    expect_held(7, 8);
    expect_held(29, 30);
}

TEST_F(CollectionTest, AReaderOfBeforeMissesWhatWasCutAway) {
    open({.segment_size_bytes_max = 16'000});
    put_numbers(0, 40);
    ASSERT_TRUE(store_->sync());
    const auto reader = *Store::open(real_env(), folder_, {.access = Access::read});
    EXPECT_EQ(find_in(*reader, block(0)), block(0));
    pin(0, 5);
    EXPECT_EQ(collect(), 35U);
    // Of the segment that is cut, and of one that is unlinked.
    EXPECT_EQ(find_in(*reader, block(12)), "absent");
    EXPECT_EQ(find_in(*reader, block(38)), "absent");
    EXPECT_EQ(find_in(*reader, block(4)), block(4));
}

TEST_F(CollectionTest, AStoreOfFormat1IsCollectedToo) {
    open();
    put_numbers(0, 10);
    lease_ = nullptr;
    store_ = nullptr;
    const Path version = join(folder_, "kit.version");
    ASSERT_TRUE(replace_file(disk_, version, as_bytes("ipfs-kit store 1\n")));
    open();
    EXPECT_EQ(as_text(*read_file(disk_, version)), "ipfs-kit store 2\n");
    pin(2, 4);
    EXPECT_EQ(collect(), 8U);
    expect_held(2, 4);
}

TEST_F(CollectionTest, NothingLeftLeavesNoSegment) {
    open();
    put_numbers(0, 5);
    EXPECT_EQ(collect(), 5U);
    EXPECT_EQ(segment_file_count(), 0U);
    put_numbers(3, 6);
    expect_held(3, 6);
    open();
    expect_held(3, 6);
}

TEST_F(CollectionTest, WhatWasPutAfterTheBeginStays) {
    open();
    put_numbers(0, 3);
    lease_ = nullptr;
    const auto collection = *store_->begin_collection();
    lease_ = store_->lease();
    put_numbers(3, 6);
    lease_ = nullptr;
    EXPECT_EQ(sweep(*collection), 3U);
    expect_held(3, 6);
}

TEST_F(CollectionTest, WhatWasMetAfterTheBeginStays) {
    open();
    put_numbers(0, 3);
    lease_ = nullptr;
    const auto collection = *store_->begin_collection();
    lease_ = store_->lease();
    put_numbers(1, 2);
    lease_ = nullptr;
    EXPECT_EQ(sweep(*collection), 2U);
    expect_held(1, 2);
}

TEST_F(CollectionTest, ALiveLeaseKeepsWhatItPutAndMet) {
    open();
    put_numbers(0, 3);
    lease_ = store_->lease();
    put_numbers(2, 6);
    EXPECT_EQ(sweep(**store_->begin_collection()), 2U);
    expect_held(2, 6);
    lease_ = nullptr;
    EXPECT_EQ(sweep(**store_->begin_collection()), 4U);
}

TEST_F(CollectionTest, ALeaseThatEndsWhileMarkingStillKeeps) {
    open();
    put_numbers(0, 3);
    const auto collection = *store_->begin_collection();
    lease_ = nullptr;
    EXPECT_EQ(sweep(*collection), 0U);
}

TEST_F(CollectionTest, OneCollectionAtATime) {
    open();
    auto first = store_->begin_collection();
    EXPECT_EQ(store_->begin_collection().error().code, Code::busy);
    first->reset();
    EXPECT_TRUE(store_->begin_collection());
}

TEST_F(CollectionTest, CancellingStopsIt) {
    open();
    put_numbers(0, 3);
    cancel_ = true;
    EXPECT_EQ(collect(), 0U);
    expect_held(0, 3);
}

TEST_F(CollectionTest, AReaderFollowsBlocksThatCompactionMoved) {
    open({.segment_size_bytes_max = 8000});
    put_numbers(0, 70);
    ASSERT_TRUE(store_->sync());
    const auto reader = *Store::open(real_env(), folder_, {.access = Access::read});
    for (int i = 0; i < 70; i += 10) pin(i, i + 1);
    collect();
    for (int i = 0; i < 70; i += 10) EXPECT_EQ(find_in(*reader, block(i)), block(i));
}

TEST_F(CollectionTest, ReferencesAreCollectedToo) {
    open();
    const Path path = join(folder_, "user.txt");
    ASSERT_TRUE(replace_file(disk_, path, as_bytes("hello")));
    ASSERT_TRUE(store_->put_reference(*lease_, cid_of("hello"), {path, 0, 5}));
    EXPECT_EQ(sweep(**store_->begin_collection()), 0U);
    EXPECT_EQ(collect(), 1U);
    EXPECT_EQ(find("hello"), "absent");
}

TEST_F(CollectionTest, StorageMaxCollectsAndGoesOn) {
    open({.storage_bytes_max = 300'000});
    store_->set_make_room([&]() -> Result<void> {
        sweep(**store_->begin_collection());
        return {};
    });
    for (int i = 0; i < 1000; ++i) {
        lease_ = store_->lease();
        ASSERT_EQ(put(block(i)), "1000 new") << i;
    }
    EXPECT_LT(store_->stat()->disk_bytes, 300'000U);
}

}  // namespace
}  // namespace kit::blocks
