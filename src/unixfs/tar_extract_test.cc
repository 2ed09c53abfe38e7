// An archive from somebody else: what it says lands where it may, and nowhere else.
#include "unixfs/tar_extract.h"

#include <gtest/gtest.h>

#include "base/simulated_env.h"

namespace kit::unixfs {
namespace {

Mtime at(int64_t seconds) {
    return {.seconds = seconds, .nanoseconds = {}};
}

class TarExtractTest : public testing::Test {
public:
    TarExtractTest() { EXPECT_TRUE(disk_.make_directories("/out")); }

    TarExtractTest& add(TarEntry entry, std::string_view content = "") {
        entry.size_bytes = content.size();
        append(archive_, tar_header(entry).value());
        append(archive_, as_bytes(content));
        archive_.resize(archive_.size() + tar_padding(content.size()));
        return *this;
    }
    TarExtractTest& folder(const std::string& name, uint32_t mode = 0755) {
        return add({.type = TarType::directory, .name = name, .mode = mode, .mtime = at(5)});
    }
    TarExtractTest& file(const std::string& name, std::string_view content) {
        return add({.type = TarType::file, .name = name, .mode = 0640, .mtime = at(7)}, content);
    }
    TarExtractTest& link(const std::string& name, const std::string& target) {
        return add({.type = TarType::symlink, .name = name, .link_target = target, .mtime = at(9)});
    }
    // "" when all went well. The archive comes in pieces of `piece_size`.
    std::string extract(const Path& destination, size_t piece_size = 1000, bool ended = true) {
        if (ended) archive_.resize(archive_.size() + 2 * tar_block_size_bytes);
        TarExtraction extraction(env_, destination, {});
        Result<void> outcome;
        ByteView rest = archive_;
        while (outcome && !rest.empty()) {
            const ByteView piece = rest.first(std::min(piece_size, rest.size()));
            rest = rest.subspan(piece.size());
            outcome = extraction.write(piece);
        }
        const auto finished = extraction.finish();
        archive_.clear();
        if (!outcome) return outcome.error().to_text();
        return finished ? "" : finished.error().to_text();
    }
    std::string content(const Path& path) {
        const auto bytes = read_file(disk_, path);
        return bytes ? std::string(as_text(*bytes)) : bytes.error().message;
    }
    FileInfo info(const Path& path) {
        return disk_.find_info(path, false).value().value_or(FileInfo{});
    }

    SimulatedClock clock_;
    SimulatedDisk disk_{1};
    SimulatedRandom random_{2};
    Env env_{clock_, disk_, random_};
    Bytes archive_;
};

TEST_F(TarExtractTest, ATreeLandsWithModesAndTimes) {
    const std::string large(2 * MiB + 5, 'x');
    folder("r", 0700).folder("r/a").file("r/a/f", "hello").file("r/big", large);
    link("r/l", "a/f").file("r/empty", "");
    ASSERT_EQ(extract("/out/there"), "");
    EXPECT_EQ(content("/out/there/a/f"), "hello");
    EXPECT_EQ(content("/out/there/big"), large);
    EXPECT_EQ(content("/out/there/empty"), "");
    EXPECT_EQ(disk_.read_link("/out/there/l"), "a/f");
    EXPECT_EQ(info("/out/there/a/f").mode, 0640U);
    EXPECT_EQ(info("/out/there/a/f").mtime_s, 7);
    EXPECT_EQ(info("/out/there").mode, 0700U);
    EXPECT_EQ(info("/out/there").mtime_s, 5);
    EXPECT_EQ(disk_.list("/out").value().size(), 1U);
}

TEST_F(TarExtractTest, PiecesMayBeCutAnywhere) {
    for (const size_t piece_size : {1U, 7U, 511U, 512U, 513U}) {
        folder("r").file("r/" + std::string(300, 'n'), "long name").file("r/\xc3\xa9", "accent");
        const Path where = "/out/" + std::to_string(piece_size);
        ASSERT_EQ(extract(where, piece_size), "");
        EXPECT_EQ(content(where + "/" + std::string(300, 'n')), "long name");
        EXPECT_EQ(content(where + "/\xc3\xa9"), "accent");
    }
}

TEST_F(TarExtractTest, AFileGoesIntoAFolderThatIsThereUnderItsOwnName) {
    file("f", "1");
    ASSERT_EQ(extract("/out"), "");
    EXPECT_EQ(content("/out/f"), "1");
    file("f", "2");
    ASSERT_EQ(extract("/out/f"), "");
    EXPECT_EQ(content("/out/f"), "2");
    file("f", "3");
    ASSERT_EQ(extract("/out/new"), "");
    EXPECT_EQ(content("/out/new"), "3");
}

TEST_F(TarExtractTest, NamesThatLeaveTheDestinationAreRefused) {
    for (const char* name : {"r/../x", "r/a/../../x", "/x", "r//x", "r/./x", "s/x", "x", "r/.."}) {
        folder("r").file(name, "evil");
        EXPECT_NE(extract("/out/there"), "") << name;
    }
    for (const char* root : {"..", ".", "a/b", "/a"}) {
        file(root, "evil");
        EXPECT_NE(extract("/out"), "") << root;
    }
    file("f", "1").file("g", "2");
    EXPECT_NE(extract("/out/f"), "");
    EXPECT_FALSE(disk_.find_info("/x").value());
    EXPECT_FALSE(disk_.find_info("/out/x").value());
}

TEST_F(TarExtractTest, NothingIsWrittenThroughASymbolicLink) {
    ASSERT_TRUE(disk_.make_directories("/elsewhere"));
    folder("r").link("r/l", "/elsewhere").file("r/l/x", "evil");
    EXPECT_EQ(extract("/out/1"), "cannot traverse symlinks");
    // A folder that was good becomes a link.
    folder("r").folder("r/l").link("r/l", "/elsewhere").file("r/l/x", "evil");
    EXPECT_EQ(extract("/out/2"), "cannot traverse symlinks");
    folder("r").link("r/l", "/elsewhere").folder("r/l");
    EXPECT_NE(extract("/out/3"), "");
    folder("r").link("r/f", "/elsewhere/f").file("r/f", "in its place");
    EXPECT_EQ(extract("/out/4"), "");
    EXPECT_EQ(content("/out/4/f"), "in its place");
    EXPECT_TRUE(disk_.list("/elsewhere").value().empty());
}

TEST_F(TarExtractTest, WhatIsNotWholeIsNotFound) {
    folder("r").file("r/big", std::string(3 * MiB, 'x'));
    archive_.resize(2 * MiB);
    EXPECT_EQ(extract("/out/cut", 1000, false), "tar: unexpected EOF: the archive ends early");
    EXPECT_TRUE(disk_.list("/out/cut").value().empty());
    EXPECT_EQ(extract("/out/none", 1000, true), "empty tar file");
}

TEST_F(TarExtractTest, DamagedHeadersAreRefused) {
    folder("r").file("r/f", "hello");
    archive_[3] ^= 1;
    EXPECT_EQ(extract("/out/1"), "tar: the checksum of a header is wrong");
    const std::string fifo(tar_block_size_bytes, 'f');
    archive_ = to_bytes(as_bytes(fifo));
    EXPECT_NE(extract("/out/2"), "");
    EXPECT_TRUE(disk_.list("/out").value().empty());
}

TEST_F(TarExtractTest, TheNullDeviceTakesAnything) {
    archive_ = to_bytes(as_bytes(std::string(1000, 'z')));
    EXPECT_EQ(extract("/dev/null"), "");
}

}  // namespace
}  // namespace kit::unixfs
