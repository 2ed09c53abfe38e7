// What a file's DAG says, however it is laid out, and what is refused.
#include "unixfs/reader.h"

#include <gtest/gtest.h>

#include <random>

#include "unixfs/data_view.h"
#include "unixfs/test_dag.h"

namespace kit::unixfs::test {
namespace {

class ReaderTest : public testing::Test {
protected:
    std::string cat(const Cid& cid, uint64_t offset = 0, uint64_t length = UINT64_MAX) {
        std::string text;
        const auto outcome =
            read_file(dag_, cid, {.offset_bytes = offset, .length_bytes_max = length},
                      [&](ByteView bytes) -> Result<void> {
                          text += as_text(bytes);
                          return {};
                      });
        return outcome ? text : problem(outcome);
    }
    // A file of so many leaves of random length, kind and depth, and what it holds.
    struct Made {
        Cid cid;
        std::string content;
    };
    Made make_part(std::mt19937_64& random, int depth) {
        if (depth > 0 && random() % 3 != 0) {
            std::vector<Cid> parts;
            std::string content;
            for (uint64_t i = random() % 4 + 1; i > 0; --i) {
                const Made part = make_part(random, depth - 1);
                parts.push_back(part.cid);
                content += part.content;
            }
            return {dag_.file(parts), content};
        }
        std::string text(random() % 20, '\0');
        for (char& c : text) c = static_cast<char>('a' + random() % 26);
        switch (random() % 4) {
            case 0:
                return {dag_.raw(text), text};
            case 1:
                return {TestDag::inlined(text), text};
            case 2:
                return {dag_.leaf(text, NodeType::raw), text};
            default:
                return {dag_.leaf(text), text};
        }
    }

    TestDag dag_;
};

TEST_F(ReaderTest, EveryRangeOfEveryLayoutIsThatOfTheContent) {
    for (uint64_t seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        const Made file = make_part(random, 4);
        EXPECT_EQ(cat(file.cid), file.content);
        for (int i = 0; i < 20; ++i) {
            const uint64_t offset = random() % (file.content.size() + 2);
            const uint64_t length = random() % (file.content.size() + 2);
            const std::string expected =
                offset > file.content.size() ? "" : file.content.substr(offset, length);
            ASSERT_EQ(cat(file.cid, offset, length), expected) << offset << " " << length;
        }
    }
}

TEST_F(ReaderTest, ALargeFileComesInOrderAndInLargePieces) {
    std::vector<Cid> parts;
    std::string content;
    for (int i = 0; i < 700; ++i) {
        const std::string text(static_cast<size_t>(i % 7 == 0 ? 200'000 : 9'000 + i),
                               static_cast<char>('a' + i % 26));
        parts.push_back(dag_.raw(text));
        content += text;
    }
    const Cid file = dag_.file(parts);
    std::string read;
    std::vector<size_t> sizes;
    const auto outcome = read_file(dag_, file, {}, [&](ByteView bytes) -> Result<void> {
        read += as_text(bytes);
        sizes.push_back(bytes.size());
        return {};
    });
    ASSERT_EQ(problem(outcome), "");
    EXPECT_TRUE(read == content);
    EXPECT_LT(sizes.size(), 240U);
}

TEST_F(ReaderTest, WhatLiesBeforeAMissingBlockComesBeforeTheError) {
    std::vector<Cid> parts;
    for (char c = 'a'; c <= 'z'; ++c) parts.push_back(dag_.raw(std::string(300'000, c)));
    const Cid file = dag_.file(parts);
    dag_.lose(parts[20]);
    uint64_t size = 0;
    const auto outcome = read_file(dag_, file, {}, [&](ByteView bytes) -> Result<void> {
        size += bytes.size();
        return {};
    });
    EXPECT_TRUE(problem(outcome).starts_with("not_found: ")) << problem(outcome);
    EXPECT_EQ(size, 20 * 300'000U);
}

TEST_F(ReaderTest, ARangeReadsOnlyTheBlocksThatHoldIt) {
    std::vector<Cid> parts;
    for (char c = 'a'; c <= 'z'; ++c) parts.push_back(dag_.raw(std::string(10, c)));
    const Cid file = dag_.file(parts);
    const size_t before = dag_.read_count();
    EXPECT_EQ(cat(file, 255, 3), "zzz");
    EXPECT_EQ(dag_.read_count() - before, 2U);
    EXPECT_EQ(cat(file, 1000, 3), "");
}

TEST_F(ReaderTest, AWriteThatFailsEndsTheReading) {
    std::vector<Cid> parts;
    parts.reserve(40);
    for (int i = 0; i < 40; ++i) parts.push_back(dag_.raw(std::string(300'000, 'x')));
    int count = 0;
    const auto outcome = read_file(dag_, dag_.file(parts), {}, [&](ByteView) -> Result<void> {
        if (++count == 3) return fail(Code::io_error, "the pipe is closed");
        return {};
    });
    EXPECT_EQ(problem(outcome), "io_error: the pipe is closed");
    EXPECT_EQ(count, 3);
}

TEST_F(ReaderTest, CancellingEndsTheReading) {
    std::vector<Cid> parts;
    parts.reserve(40);
    for (int i = 0; i < 40; ++i) parts.push_back(dag_.raw(std::string(300'000, 'x')));
    std::atomic<bool> cancel = false;
    int count = 0;
    const auto outcome =
        read_file(dag_, dag_.file(parts), {.cancel = &cancel}, [&](ByteView) -> Result<void> {
            if (++count == 2) cancel = true;
            return {};
        });
    EXPECT_EQ(problem(outcome), "cancelled: the reading was cancelled");
    EXPECT_EQ(count, 2);
}

TEST_F(ReaderTest, ErrorsAreInKubosWords) {
    EXPECT_EQ(cat(dag_.directory({})), "invalid_argument: this dag node is a directory");
    EXPECT_EQ(cat(dag_.shards({})), "invalid_argument: this dag node is a directory");
    EXPECT_EQ(cat(dag_.put(Codec::dag_cbor, {0xa0})), "unsupported: unknown node type");
    const Cid missing = dag_.raw("missing");
    const Cid file = dag_.file({dag_.raw("here"), missing});
    dag_.lose(missing);
    const std::string text =
        "not_found: block was not found locally (offline): ipld: could not "
        "find " +
        missing.to_text();
    EXPECT_EQ(cat(missing), text);
    EXPECT_EQ(cat(file), text);
    EXPECT_EQ(cat(file, 1, 2), "er");
}

TEST_F(ReaderTest, ASymlinksContentIsItsTarget) {
    EXPECT_EQ(cat(dag_.symlink("../there")), "../there");
    EXPECT_EQ(cat(dag_.symlink("../there"), 3, 2), "th");
}

TEST_F(ReaderTest, SizesThatDisagreeAreCorrupt) {
    const Cid leaf = dag_.raw("leaf");
    const std::vector<Child> one = {{"", leaf}};
    const auto expect_corrupt = [&](const UnixFsData& data, std::string_view why) {
        const std::string text = cat(dag_.node(data, one));
        EXPECT_TRUE(text.starts_with("corrupt: ")) << text;
        EXPECT_NE(text.find(why), std::string::npos) << text;
    };
    expect_corrupt({.file_size = 4}, "1 links and 0 block sizes");
    expect_corrupt({.file_size = 4, .block_sizes = {4, 4}}, "1 links and 2 block sizes");
    expect_corrupt({.file_size = 5, .block_sizes = {4}}, "says 5 bytes and has 4");
    expect_corrupt({.file_size = 5, .block_sizes = {5}}, "has 4 bytes where its parent says 5");
    expect_corrupt({.data = Bytes{1}, .block_sizes = {UINT64_MAX}}, "overflow");
}

TEST_F(ReaderTest, AFileWithinAFileIsCorruptWhenItIsNone) {
    const Cid folder = dag_.directory({});
    const Cid file = dag_.node({.file_size = 1, .block_sizes = {1}}, {{"", folder}});
    EXPECT_EQ(cat(file), "corrupt: found Directory node in unexpected place: " + folder.to_text() +
                             " is part of a file");
}

TEST_F(ReaderTest, DataBesideLinksComesFirst) {
    const UnixFsData data{.data = Bytes{'a', 'b'}, .file_size = 5, .block_sizes = {3}};
    const Cid file = dag_.node(data, {{"", dag_.raw("cde")}});
    EXPECT_EQ(cat(file), "abcde");
    EXPECT_EQ(cat(file, 1, 3), "bcd");
}

TEST_F(ReaderTest, EmptyChildrenAreNotEvenRead) {
    const Cid missing = dag_.raw("");
    const Cid file = dag_.file({missing, dag_.raw("text"), missing});
    dag_.lose(missing);
    EXPECT_EQ(cat(file), "text");
}

TEST_F(ReaderTest, AChainOfNodesIsReadAndATreeTooDeepIsRefused) {
    Cid chain = dag_.raw("end");
    Cid tree = chain;
    for (int i = 0; i < 3000; ++i) chain = dag_.file({chain});
    for (int i = 0; i < 200; ++i) tree = dag_.file({tree, dag_.raw("x")});
    EXPECT_EQ(cat(chain), "end");
    EXPECT_TRUE(cat(tree).starts_with("too_large: ")) << cat(tree);
}

TEST_F(ReaderTest, ANodeTellsOfItself) {
    const Mtime mtime{1'600'000'000, 5};
    const Cid file = dag_.leaf("hello", NodeType::file, {0640, mtime});
    const NodeInfo info = read_info(dag_, file).value();
    EXPECT_EQ(info.type, EntryType::file);
    EXPECT_EQ(info.file_size_bytes, 5U);
    EXPECT_EQ(info.mode, 0640U);
    EXPECT_EQ(info.mtime, mtime);
    EXPECT_EQ(read_info(dag_, dag_.symlink("a"))->symlink_target, "a");
    const NodeInfo folder = read_info(dag_, dag_.directory({{"f", file}})).value();
    EXPECT_EQ(folder.type, EntryType::directory);
    EXPECT_EQ(folder.total_size_bytes, folder.block_size_bytes + 5);
    EXPECT_TRUE(read_info(dag_, dag_.shards({}))->is_sharded);
}

TEST(DataViewTest, AgreesWithTheDecoderThatCopies) {
    const UnixFsData data{.type = NodeType::hamt_shard,
                          .data = Bytes{1, 2},
                          .file_size = 7,
                          .block_sizes = {3, 300},
                          .hash_type = 0x22,
                          .fanout = 256,
                          .mode = 0755,
                          .mtime = Mtime{-5, 999}};
    const Bytes message = encode_unixfs(data);
    const UnixFsView view = view_unixfs(message).value();
    EXPECT_EQ(view.type, data.type);
    EXPECT_TRUE(equal(*view.data, *data.data));
    EXPECT_EQ(view.file_size, data.file_size);
    EXPECT_EQ(view.block_sizes, data.block_sizes);
    EXPECT_EQ(view.fanout, data.fanout);
    EXPECT_EQ(view.mode, data.mode);
    EXPECT_EQ(view.mtime, data.mtime);
}

TEST(DataViewTest, ReadsWhatGoReads) {
    EXPECT_EQ(view_unixfs(Bytes{0x08, 2, 0x22, 2, 5, 6})->block_sizes,
              (std::vector<uint64_t>{5, 6}));
    EXPECT_EQ(view_unixfs(Bytes{0x08, 1, 0x08, 2})->type, NodeType::file);
    EXPECT_FALSE(view_unixfs(Bytes{0x08, 2, 0x3a, 0})->mode);
    EXPECT_FALSE(view_unixfs(Bytes{0x08, 2, 0x42, 5, 0x15, 0, 0, 0, 0})->mtime);
    EXPECT_FALSE(view_unixfs(Bytes{}));
    EXPECT_FALSE(view_unixfs(Bytes{0x08, 9}));
    EXPECT_FALSE(view_unixfs(Bytes{0x08, 2, 0x12, 9}));
    EXPECT_FALSE(view_unixfs(Bytes{0x08, 2, 0x22, 1, 0x80}));
    EXPECT_FALSE(view_unixfs(Bytes{0x08, 2, 0x42, 1, 0x08}));
}

}  // namespace
}  // namespace kit::unixfs::test
