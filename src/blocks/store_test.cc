#include "blocks/store.h"

#include <algorithm>

#include "base/limits.h"
#include "blocks/segment_format.h"
#include "blocks/store_fixture.h"

namespace kit::blocks {
namespace {

using StoreTest = StoreFixture;

TEST_F(StoreTest, WhatWasPutIsFound) {
    open();
    EXPECT_EQ(put("hello"), "5 new");
    EXPECT_EQ(find("hello"), "hello");
    EXPECT_EQ(find("other"), "absent");
    EXPECT_EQ(block_count(), 1U);
}

TEST_F(StoreTest, ABlockHeldAlreadyIsNotStoredAgain) {
    open();
    EXPECT_EQ(put_many({"a", "bb", "a"}), "3 new");
    EXPECT_EQ(put_many({"bb", "ccc"}), "3 new");
    ASSERT_TRUE(store_->sync());
    EXPECT_EQ(put_many({"a", "bb", "ccc"}), "0 new");
    EXPECT_EQ(store_->stat()->block_bytes, 6U);
}

TEST_F(StoreTest, BlocksOutliveTheProcess) {
    open();
    put_many({"one", "two", "three"});
    open();
    EXPECT_EQ(find("two"), "two");
    EXPECT_EQ(block_count(), 3U);
    EXPECT_EQ(put("two"), "0 new");
}

TEST_F(StoreTest, PiecesAreOneBody) {
    open();
    const NewBlock block{cid_of("headbodytail"), as_bytes("head"), as_bytes("body"),
                         as_bytes("tail")};
    ASSERT_TRUE(store_->put(*lease_, std::span(&block, 1)));
    EXPECT_EQ(find("headbodytail"), "headbodytail");
    EXPECT_EQ(*store_->find_size(block.cid), 12U);
    EXPECT_EQ(as_text((*store_->find_prefix(block.cid, 5))->view()), "headb");
    const auto head = store_->find_head(block.cid, 5);
    EXPECT_EQ(as_text((*head)->bytes.view()), "headb");
    EXPECT_EQ((*head)->size_bytes, *store_->find_size(block.cid));
}

TEST_F(StoreTest, AnEmptyBlockIsABlock) {
    open();
    EXPECT_EQ(put(""), "0 new");
    EXPECT_EQ(block_count(), 1U);
    open();
    EXPECT_EQ(*store_->find_size(cid_of("")), 0U);
}

TEST_F(StoreTest, IdentityAnswersFromItselfAndIsNotStored) {
    open();
    const auto hash = formats::hash(formats::HashCode::identity, as_bytes("tiny"));
    const NewBlock block{formats::Cid::v1(formats::Codec::raw, *hash), {}, as_bytes("tiny"), {}};
    EXPECT_EQ(*store_->put(*lease_, std::span(&block, 1)), 0U);
    EXPECT_EQ(as_text((*store_->find(block.cid))->view()), "tiny");
    EXPECT_EQ(block_count(), 0U);
}

TEST_F(StoreTest, WalkingShowsEachBlockOnceInOrder) {
    open();
    put_many({"a", "b", "c"});
    ASSERT_TRUE(store_->sync());
    put_many({"d", "b", "e"});
    const std::vector<formats::Cid> cids = walk();
    EXPECT_EQ(cids.size(), 5U);
    EXPECT_TRUE(std::ranges::is_sorted(cids));
}

TEST_F(StoreTest, SegmentsRollOverAndAreCars) {
    open({.segment_size_bytes_max = 4096});
    for (int i = 0; i < 20; ++i) put(std::string(1000, static_cast<char>('a' + i)));
    open({.segment_size_bytes_max = 4096});
    EXPECT_EQ(find(std::string(1000, 'c')), std::string(1000, 'c'));
    EXPECT_GE(disk_.list(join(folder_, "blocks"))->size(), 5U);
    EXPECT_EQ(store_->stat()->segment_count, disk_.list(join(folder_, "blocks"))->size());
}

TEST_F(StoreTest, ARemovedBlockIsGone) {
    open();
    put_many({"stays", "goes"});
    EXPECT_TRUE(*store_->remove(cid_of("goes")));
    EXPECT_FALSE(*store_->remove(cid_of("goes")));
    EXPECT_EQ(find("goes"), "absent");
    open();
    EXPECT_EQ(find("goes"), "absent");
    EXPECT_EQ(find("stays"), "stays");
    EXPECT_EQ(block_count(), 1U);
}

TEST_F(StoreTest, ASecondWriterIsToldWhoHoldsTheStore) {
    open({.lock_holder = "the first"});
    const auto second = Store::open(real_env(), folder_, {});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Code::busy);
    EXPECT_NE(second.error().message.find("the first"), std::string::npos);
}

TEST_F(StoreTest, AReaderSeesWhatAWriterHasNotIndexedYet) {
    open();
    put("indexed");
    ASSERT_TRUE(store_->sync());
    put("in the log only");
    const auto reader = Store::open(real_env(), folder_, {.access = Access::read});
    ASSERT_TRUE(reader) << reader.error().to_text();
    EXPECT_EQ(find_in(**reader, "indexed"), "indexed");
    EXPECT_EQ(find_in(**reader, "in the log only"), "in the log only");
    EXPECT_EQ((*reader)->stat()->block_count, 2U);
    EXPECT_EQ((*reader)->remove(cid_of("indexed")).error().code, Code::permission_denied);
}

TEST_F(StoreTest, ReadingNeedsAStore) {
    const auto reader = Store::open(real_env(), folder_, {.access = Access::read});
    ASSERT_FALSE(reader);
    EXPECT_EQ(reader.error().code, Code::not_found);
    EXPECT_TRUE(disk_.list(folder_)->empty());
}

TEST_F(StoreTest, ANewerFormatIsRefused) {
    ASSERT_TRUE(replace_file(disk_, join(folder_, "kit.version"), as_bytes("ipfs-kit store 3\n")));
    const auto refused = Store::open(real_env(), folder_, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::unsupported);
}

TEST_F(StoreTest, ALostIndexIsMadeAgain) {
    open({.segment_size_bytes_max = 4096});
    for (int i = 0; i < 10; ++i) put(std::string(1000, static_cast<char>('a' + i)));
    // Only the index knows that it is gone: the rebuilt one has it again.
    EXPECT_TRUE(store_->remove(cid_of(std::string(1000, 'a'))).value());
    lease_ = nullptr;
    store_ = nullptr;
    ASSERT_TRUE(disk_.remove_all(join(folder_, "index")));
    std::vector<std::string> notices;
    open({.on_notice = [&](const std::string& notice) { notices.push_back(notice); }});
    EXPECT_EQ(block_count(), 10U);
    EXPECT_EQ(find(std::string(1000, 'j')), std::string(1000, 'j'));
    ASSERT_EQ(notices.size(), 1U);
    EXPECT_NE(notices[0].find("missing"), std::string::npos);
}

TEST_F(StoreTest, AFlippedBitIsReportedWhenReadsAreVerified) {
    open({.verify_on_read = true});
    put("fragile");
    ASSERT_TRUE(store_->sync());
    {
        auto file = disk_.open(join(folder_, "blocks/seg-000001.car"), OpenMode::write);
        const ByteView flipped = as_bytes("!");
        const uint64_t end = *(*file)->size_bytes();
        ASSERT_TRUE((*file)->write_at(end - 1, std::span(&flipped, 1)));
    }
    EXPECT_EQ(find("fragile"), "corrupt");
}

TEST_F(StoreTest, ATooLargeBlockIsRefused) {
    open();
    const Bytes large(limits::block_size_bytes_max + 1);
    const NewBlock block{cid_of("large"), {}, large, {}};
    const auto outcome = store_->put(*lease_, std::span(&block, 1));
    EXPECT_EQ(outcome.error().code, Code::too_large);
    EXPECT_EQ(find("large"), "absent");
}

TEST_F(StoreTest, StorageMaxRefusesAndSaysWhatToDo) {
    open({.storage_bytes_max = 1 * MiB});
    int asked_count = 0;
    store_->set_make_room([&]() -> Result<void> {
        ++asked_count;
        return {};
    });
    EXPECT_EQ(put("fits"), "4 new");
    const std::string large(2 * MiB, 'x');
    const NewBlock block{cid_of(large), {}, as_bytes(large), {}};
    const auto outcome = store_->put(*lease_, std::span(&block, 1));
    EXPECT_EQ(outcome.error().code, Code::storage_full);
    EXPECT_NE(outcome.error().message.find("StorageMax"), std::string::npos);
    EXPECT_EQ(asked_count, 1);
    EXPECT_EQ(put("still works"), "11 new");
}

TEST_F(StoreTest, AReferenceIsReadFromTheUsersFileAndChecked) {
    open();
    const Path path = join(folder_, "user.txt");
    ASSERT_TRUE(replace_file(disk_, path, as_bytes("xxhelloyy")));
    ASSERT_TRUE(store_->put_reference(*lease_, cid_of("hello"), {path, 2, 5}));
    EXPECT_EQ(find("hello"), "hello");
    EXPECT_EQ(*store_->find_size(cid_of("hello")), 5U);
    EXPECT_FALSE(*store_->has_copy(cid_of("hello")));
    EXPECT_EQ(walk().size(), 1U);
    ASSERT_TRUE(replace_file(disk_, path, as_bytes("xxHELLOyy")));
    EXPECT_EQ(find("hello"), "corrupt");
    EXPECT_TRUE(*store_->remove(cid_of("hello")));
    EXPECT_EQ(find("hello"), "absent");
}

TEST_F(StoreTest, RecordsLieBesideTheBlocks) {
    open();
    WriteBatch batch;
    batch.put(Table::pins, "a/1", "x");
    batch.put(Table::pins, "a/2", "y");
    batch.put(Table::pins, "b/1", "z");
    batch.put(Table::names, "a/9", "other table");
    ASSERT_TRUE(store_->records().write(batch, Durability::periodic));
    open();
    std::string seen;
    ASSERT_TRUE(store_->records().scan(Table::pins, "a/", "a/2",
                                       [&](std::string_view key, std::string_view value) {
                                           seen += std::string(key) + std::string(value);
                                           return Result<bool>(true);
                                       }));
    EXPECT_EQ(seen, "a/2y");
    EXPECT_EQ(*store_->records().find(Table::pins, "b/1"), "z");
    EXPECT_EQ(*store_->records().find(Table::pins, "b/2"), std::nullopt);
}

}  // namespace
}  // namespace kit::blocks
