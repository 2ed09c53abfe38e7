#include "base/env.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <array>

#include "base/bytes.h"

namespace kit {
namespace {

class RealEnvTest : public testing::Test {
protected:
    RealEnvTest() {
        char pattern[] = "/tmp/kit-env-XXXXXX";
        folder_ = ::mkdtemp(pattern);
    }
    ~RealEnvTest() override { EXPECT_TRUE(disk_.remove_all(folder_)); }

    Disk& disk_ = real_env().disk;
    Path folder_;
};

TEST_F(RealEnvTest, AReplacedFileHoldsTheNewContent) {
    const Path path = join(folder_, "file");
    ASSERT_TRUE(replace_file(disk_, path, as_bytes("old")));
    ASSERT_TRUE(replace_file(disk_, path, as_bytes("new")));
    EXPECT_EQ(as_text(*read_file(disk_, path)), "new");
}

TEST_F(RealEnvTest, ManyPiecesAreWrittenOneAfterTheOther) {
    std::string text;
    for (int i = 0; i < 2000; ++i) text += std::to_string(i);
    std::vector<ByteView> pieces;
    for (size_t at = 0; at < text.size(); at += 3) {
        pieces.push_back(as_bytes(std::string_view(text).substr(at, 3)));
    }
    auto file = disk_.open(join(folder_, "pieces"), OpenMode::create_new);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->write_at(0, pieces));
    EXPECT_EQ(as_text(*read_file(disk_, join(folder_, "pieces"))), text);
}

TEST_F(RealEnvTest, AFileWrittenAtOnceHasItsPermissionsAndReplacesNothing) {
    const Path path = join(folder_, "file");
    const std::array<ByteView, 2> pieces = {as_bytes("one "), as_bytes("two")};
    ASSERT_TRUE(disk_.write_new_file(path, pieces, 06777));
    EXPECT_EQ(as_text(*read_file(disk_, path)), "one two");
    EXPECT_EQ((*disk_.find_info(path))->mode, 06777U);
    const auto again = disk_.write_new_file(path, {}, 0644);
    EXPECT_EQ(again.error().code, Code::already_exists);
    EXPECT_EQ(as_text(*read_file(disk_, path)), "one two");
}

TEST_F(RealEnvTest, ASecondLockNamesTheHolder) {
    const auto held = disk_.lock(join(folder_, "lock"), "the first process");
    ASSERT_TRUE(held);
    const auto refused = disk_.lock(join(folder_, "lock"), "the second process");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::busy);
    EXPECT_NE(refused.error().message.find("the first process"), std::string::npos);
}

TEST_F(RealEnvTest, EntriesAreSortedAndAbsenceIsAValue) {
    for (const char* name : {"b", "a", "c"}) {
        ASSERT_TRUE(disk_.make_directories(join(folder_, name)));
    }
    const auto entries = disk_.list(folder_);
    ASSERT_TRUE(entries);
    ASSERT_EQ(entries->size(), 3U);
    EXPECT_EQ(entries->front().name, "a");
    EXPECT_EQ(*disk_.find_info(join(folder_, "absent")), std::nullopt);
}

}  // namespace
}  // namespace kit
