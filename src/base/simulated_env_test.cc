#include "base/simulated_env.h"

#include <gtest/gtest.h>

namespace kit {
namespace {

class SimulatedDiskTest : public testing::Test {
protected:
    using Survival = SimulatedDisk::Survival;

    std::unique_ptr<File> open(const Path& path) {
        return std::move(*disk_.open(path, OpenMode::create_or_open));
    }
    static Result<void> write(File& file, uint64_t offset, std::string_view text) {
        const ByteView piece = as_bytes(text);
        return file.write_at(offset, std::span(&piece, 1));
    }
    std::string content(const Path& path) {
        const auto bytes = read_file(disk_, path);
        return bytes ? std::string(as_text(*bytes)) : std::string(code_name(bytes.error().code));
    }

    SimulatedDisk disk_{1};
};

TEST_F(SimulatedDiskTest, ACrashForgetsWhatWasNotSynced) {
    auto file = open("/file");
    ASSERT_TRUE(disk_.sync_directory("/"));
    ASSERT_TRUE(write(*file, 0, "kept"));
    ASSERT_TRUE(file->sync());
    ASSERT_TRUE(write(*file, 4, " lost"));
    EXPECT_EQ(content("/file"), "kept lost");
    disk_.crash(Survival::nothing);
    EXPECT_EQ(content("/file"), "kept");
    EXPECT_FALSE(write(*file, 0, "from before the crash"));
}

TEST_F(SimulatedDiskTest, ASyncedFileWithoutASyncedNameIsLost) {
    auto file = open("/file");
    ASSERT_TRUE(file->sync());
    disk_.crash(Survival::nothing);
    EXPECT_EQ(content("/file"), "not_found");
}

TEST_F(SimulatedDiskTest, AnUnsyncedRemovalIsUndone) {
    open("/file");
    ASSERT_TRUE(disk_.sync_directory("/"));
    ASSERT_TRUE(disk_.remove("/file"));
    EXPECT_EQ(content("/file"), "not_found");
    disk_.crash(Survival::nothing);
    EXPECT_EQ(content("/file"), "");
}

TEST_F(SimulatedDiskTest, TheNthWriteFailsAndMayBeShort) {
    auto file = open("/file");
    disk_.fail_call(SimulatedDisk::Call::write, 2, SimulatedDisk::Lasting::once);
    EXPECT_TRUE(write(*file, 0, "first"));
    EXPECT_EQ(write(*file, 5, "second").error().code, Code::io_error);
    EXPECT_TRUE(std::string("firstsecond").starts_with(content("/file")));
    EXPECT_TRUE(write(*file, 5, "third"));
    EXPECT_TRUE(content("/file").starts_with("firstthird"));
}

TEST_F(SimulatedDiskTest, AStoppedMachineChangesNothingUntilTheCrash) {
    disk_.fail_call(SimulatedDisk::Call::any_change, 1, SimulatedDisk::Lasting::until_crash);
    EXPECT_FALSE(disk_.make_directories("/a"));
    EXPECT_FALSE(disk_.make_directories("/b"));
    disk_.crash(Survival::nothing);
    EXPECT_TRUE(disk_.make_directories("/a"));
}

TEST_F(SimulatedDiskTest, AFullDiskTakesAPart) {
    auto file = open("/file");
    disk_.set_capacity(6);
    EXPECT_EQ(write(*file, 0, "12345678").error().code, Code::storage_full);
    EXPECT_EQ(content("/file"), "123456");
    EXPECT_EQ(*disk_.free_bytes("/"), 0U);
}

TEST_F(SimulatedDiskTest, AReplacedFileIsOldOrNewAfterAnyCrash) {
    for (uint64_t n = 1; n <= 8; ++n) {
        SCOPED_TRACE(n);
        ASSERT_TRUE(replace_file(disk_, "/file", as_bytes("old")));
        disk_.fail_call(SimulatedDisk::Call::any_change, n, SimulatedDisk::Lasting::until_crash);
        const bool replaced = replace_file(disk_, "/file", as_bytes("new")).has_value();
        disk_.crash(Survival::a_part);
        EXPECT_TRUE(content("/file") == "new" || (!replaced && content("/file") == "old"));
    }
}

TEST_F(SimulatedDiskTest, ALockIsHeldOnce) {
    auto held = disk_.lock("/lock", "the first");
    EXPECT_EQ(disk_.lock("/lock", "the second").error().code, Code::busy);
    held->reset();
    EXPECT_TRUE(disk_.lock("/lock", "the second"));
}

TEST(SimulatedRandomTest, TheSameSeedGivesTheSameBytes) {
    SimulatedRandom one(7);
    SimulatedRandom other(7);
    EXPECT_EQ(one.next(), other.next());
    EXPECT_NE(one.next(), SimulatedRandom(8).next());
}

}  // namespace
}  // namespace kit
