// The mutable tree: CIDs that Kubo 0.43.1 has for the same operations, its words for failures, and
// what a file costs to change. tests/conformance/files.py compares far more with a real Kubo.
#include "unixfs/mfs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "dag/collect_garbage.h"
#include "dag/test_store.h"
#include "unixfs/mfs_path.h"
#include "unixfs/reader.h"

namespace kit::unixfs {
namespace {

using formats::Cid;

// The bytes that the CIDs below were made of.
std::string pattern(size_t size) {
    std::string text(size, '\0');
    for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 % 251);
    return text;
}

ReadBytes reading(std::string_view text) {
    return [text](std::span<uint8_t> out) mutable -> Result<size_t> {
        const size_t size = std::min(out.size(), text.size());
        std::copy_n(text.begin(), size, out.begin());
        text.remove_prefix(size);
        return size;
    };
}

class MfsTest : public testing::Test {
protected:
    MfsTest() { open(); }
    void open(uint64_t hamt_threshold_bytes = 262144) {
        mfs_ = nullptr;
        auto opened = Mfs::open(env_.env, store_,
                                {.shape = {.hamt = HamtShape::create(256).value(),
                                           .links_max = 0,
                                           .hamt_threshold_bytes = hamt_threshold_bytes,
                                           .size_estimate = SizeEstimate::links},
                                 .form = {},
                                 .chunker = "size-262144",
                                 .unflushed_count_max = 4});
        ASSERT_TRUE(opened.has_value()) << opened.error().to_text();
        mfs_ = *std::move(opened);
    }
    template <typename T>
    static std::string text_of(const Result<T>& result) {
        return result ? "" : result.error().to_text();
    }
    std::string mkdir(std::string_view path, bool parents = false, Flush flush = Flush::yes) {
        return text_of(
            mfs_->make_directory(path, {.parents = parents, .form = {}, .flush = flush}));
    }
    std::string write(std::string_view path, std::string_view bytes, Mfs::Write options = {}) {
        options.create = true;
        return text_of(mfs_->write(path, options, reading(bytes), never_));
    }
    std::string at(std::string_view path) {
        const auto root = mfs_->root();
        if (!root) return root.error().to_text();
        const auto found = find_in_tree(mfs_->source(), *root, path);
        return found ? found->cid.to_text() : found.error().to_text();
    }
    std::string content(std::string_view path) {
        const auto root = mfs_->root();
        const auto found = find_in_tree(mfs_->source(), root.value(), path);
        if (!found) return found.error().to_text();
        std::string text;
        const auto done = read_file(mfs_->source(), found->cid, {}, [&](ByteView bytes) {
            text += as_text(bytes);
            return Result<void>();
        });
        return done ? text : done.error().to_text();
    }
    uint64_t collect() {
        const auto report =
            dag::collect_garbage(store_, pins_, [this] { return mfs_->kept(); }, {}, never_);
        EXPECT_TRUE(report.has_value());
        return report ? report->removed_count : 0;
    }

    dag::testing::TestEnv env_;
    dag::testing::TestStore store_;
    dag::Pins pins_{env_.env, store_};
    const std::atomic<bool> never_ = false;
    std::unique_ptr<Mfs> mfs_;
};

TEST_F(MfsTest, ANewTreeIsTheEmptyDirectory) {
    EXPECT_EQ(at("/"), "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn");
    EXPECT_EQ(mkdir("/a"), "");
    EXPECT_EQ(at("/"), "QmWikm3Gn96T2Vn6X8JDaunsWV1mH1fQ4eYdXsJPmh59ss");
}

TEST_F(MfsTest, WritingMakesTheFilesThatKuboMakes) {
    EXPECT_EQ(write("/f", pattern(3000000)), "");
    EXPECT_EQ(at("/f"), "QmdjLKjtyxX3yijj2JW6rKUny3bH9zVnLCaEomdSXqJg8R");
    EXPECT_EQ(write("/f", "hello", {.offset_bytes = 1000000, .form = {}}), "");
    EXPECT_EQ(at("/f"), "QmXUd2CHsBarxdj7JvgcfsvYoVTiddtxm6rTWkpgL6Vv3w");
    EXPECT_EQ(write("/f", "hello", {.offset_bytes = 3000100, .form = {}}), "");
    EXPECT_EQ(at("/f"), "QmVF7LaDBY4edFwzQpjyAGmUAwTdSnM9Bs5XvLQUEWtERf");
    EXPECT_EQ(write("/f", pattern(600000), {.truncate = true, .form = {}}), "");
    EXPECT_EQ(at("/f"), "QmUCUmPe5f4ZFBgNMVHXakXpbi5wNVbJhvTCQF9RQ73wvX");
}

TEST_F(MfsTest, ALoneRawLeafIsTheFileAndBecomesATreeWhenItGrows) {
    EXPECT_EQ(write("/g", "hello", {.form = {.version = 1}}), "");
    EXPECT_EQ(at("/g"), "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq");
    EXPECT_EQ(write("/g", pattern(600000), {.offset_bytes = 5, .form = {}}), "");
    EXPECT_EQ(at("/g"), "bafybeige6doeki5guxszpiejvldhi7nrdspxpibozatkjrnus5oikxjfae");
    EXPECT_EQ(write("/g", "hello", {.offset_bytes = 3, .form = {}}), "");
    EXPECT_EQ(at("/g"), "bafybeih66yj2edhroucpsnz3fii45nwfowaubj7xy3kgqftvd4bsoj7pcy");
}

TEST_F(MfsTest, AGapIsZerosAndATrickleTreeOfManyLevelsGrowsAsKubos) {
    EXPECT_EQ(write("/z", "hello", {.offset_bytes = 60000000, .form = {}}), "");
    EXPECT_EQ(at("/z"), "QmRBcvkzYpKY3hMtWQUnqMr2ecJAdnm7NmqwK7ennP2ssq");
    EXPECT_EQ(write("/z", pattern(3000000), {.offset_bytes = 59999999, .form = {}}), "");
    EXPECT_EQ(at("/z"), "QmZ5pyPhysytNDu6pMKDu4Hmozhpyn94fJnaBSVRHwWgbL");
}

TEST_F(MfsTest, WritingOneByteReadsAndMakesThePathToItAlone) {
    ASSERT_EQ(write("/z", "x", {.offset_bytes = 60000000, .form = {}}), "");
    const uint64_t before = store_.stat()->block_count;
    ASSERT_EQ(write("/z", "x", {.offset_bytes = 30000000, .form = {}}), "");
    EXPECT_LE(store_.stat()->block_count - before, 6);
}

// Random writes and cuts against a plain string.
TEST_F(MfsTest, FilesHoldWhatWasWritten) {
    const uint64_t seed = env_.env.random.next();
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const auto pick = [&](size_t bound) {
        return std::uniform_int_distribution<size_t>(0, bound)(random);
    };
    std::string model;
    const std::string bytes = pattern(800000);
    ASSERT_EQ(write("/f", "", {.form = {.version = static_cast<int>(pick(1))}}), "");
    for (int step = 0; step < 40; ++step) {
        const bool truncates = pick(9) == 0;
        if (truncates) model.clear();
        const size_t offset = pick(model.size() + pick(20000));
        const std::string_view piece =
            std::string_view(bytes).substr(pick(1000), pick(3) == 0 ? pick(700000) : pick(5000));
        ASSERT_EQ(write("/f", piece, {.offset_bytes = offset, .truncate = truncates, .form = {}}),
                  "");
        if (model.size() < offset + piece.size() && (!piece.empty() || model.size() < offset)) {
            model.resize(offset + piece.size());
        }
        model.replace(offset, piece.size(), piece);
        ASSERT_TRUE(content("/f") == model) << "step " << step;
    }
}

TEST_F(MfsTest, FailuresAreInKubosWords) {
    ASSERT_EQ(write("/f", "hello"), "");
    ASSERT_EQ(mkdir("/d/e", true), "");
    EXPECT_EQ(mkdir("/"), "cannot create directory '/': Already exists");
    EXPECT_EQ(mkdir("/d"), "file already exists");
    EXPECT_EQ(mkdir("/x/y"), "file does not exist");
    EXPECT_EQ(mkdir("/f/y", true), " was not a directory");
    EXPECT_EQ(at("/f/x"), "cannot access f/x: Not a directory");
    EXPECT_EQ(write("/d", "x"), "/d was not a file");
    EXPECT_EQ(text_of(mfs_->remove("/d", false, false)),
              "path is a directory, use -r to remove directories");
    EXPECT_EQ(text_of(mfs_->remove("/x", false, false)), "file does not exist");
    EXPECT_EQ(text_of(mfs_->remove("/x", false, true)), "");
    EXPECT_EQ(text_of(mfs_->move("/x", "/y", Flush::yes)), "file does not exist");
    EXPECT_EQ(text_of(mfs_->move("/d", "/d/e", Flush::yes)), "cannot move /d into itself");
    EXPECT_EQ(text_of(check_mfs_path("x")), "paths must start with a leading slash");
}

// One of 30,000 names ended the program.
TEST_F(MfsTest, APathOfTooManyNamesIsRefused) {
    const auto nested = [](size_t depth) {
        std::string path;
        for (size_t i = 0; i < depth; ++i) path += "/a";
        return path;
    };
    EXPECT_EQ(text_of(check_mfs_path(nested(1025))),
              "the path has 1025 names, at most 1024 are followed");
    EXPECT_EQ(mkdir(nested(1024), true), "");
}

TEST_F(MfsTest, MovingTakesTheFolderWithItsUnflushedChanges) {
    ASSERT_EQ(mkdir("/d"), "");
    ASSERT_EQ(mkdir("/d/e", false, Flush::no), "");
    ASSERT_EQ(text_of(mfs_->move("/d", "/x", Flush::no)), "");
    EXPECT_EQ(at("/d"), "file does not exist");
    EXPECT_EQ(at("/x/e"), "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn");
}

TEST_F(MfsTest, ChangesInARowWithoutFlushAreBounded) {
    for (const char* path : {"/a", "/b", "/c", "/d"}) EXPECT_EQ(mkdir(path, false, Flush::no), "");
    EXPECT_NE(mkdir("/e", false, Flush::no).find("reached limit of 4 unflushed MFS operations"),
              std::string::npos);
    ASSERT_TRUE(mfs_->flush("/").has_value());
    EXPECT_EQ(mkdir("/e", false, Flush::no), "");
}

TEST_F(MfsTest, AFlushedTreeIsThereWhenItIsOpenedAgain) {
    ASSERT_EQ(mkdir("/a"), "");
    open();
    EXPECT_EQ(at("/"), "QmWikm3Gn96T2Vn6X8JDaunsWV1mH1fQ4eYdXsJPmh59ss");
}

TEST_F(MfsTest, CollectionKeepsWhatTheTreeReachesFlushedOrNot) {
    ASSERT_EQ(write("/f", pattern(600000)), "");
    ASSERT_EQ(write("/d", pattern(5000), {.form = {}, .flush = Flush::no}), "");
    collect();
    EXPECT_EQ(content("/f"), pattern(600000));
    EXPECT_EQ(content("/d"), pattern(5000));
    ASSERT_EQ(text_of(mfs_->remove("/f", false, false)), "");
    EXPECT_GE(collect(), 4);
    EXPECT_EQ(content("/d"), pattern(5000));
}

// The shape of a directory depends on what it holds, whichever way it came to it.
TEST_F(MfsTest, ADirectoryIsShardedAboveTheThresholdAndPlainBelow) {
    open(2000);
    ASSERT_EQ(mkdir("/d"), "");
    const auto name = [](int i) { return "/d/name-" + std::to_string(i); };
    for (int i = 0; i < 46; ++i) ASSERT_EQ(mkdir(name(i)), "");
    const std::string plain = at("/d");
    EXPECT_EQ(find_in_tree(store_, mfs_->root().value(), "/d")->node.data.type,
              NodeType::directory);
    for (int i = 46; i < 200; ++i) ASSERT_EQ(mkdir(name(i)), "");
    EXPECT_EQ(find_in_tree(store_, mfs_->root().value(), "/d")->node.data.type,
              NodeType::hamt_shard);
    for (int i = 199; i >= 46; --i) ASSERT_EQ(text_of(mfs_->remove(name(i), true, false)), "");
    EXPECT_EQ(at("/d"), plain);
}

TEST_F(MfsTest, AFileReplacedWhileItIsWrittenStaysReplaced) {
    ASSERT_EQ(write("/f", "before"), "");
    bool is_first = true;
    const ReadBytes read = [&](std::span<uint8_t> out) -> Result<size_t> {
        if (!std::exchange(is_first, false)) return 0;
        EXPECT_EQ(text_of(mfs_->remove("/f", false, false)), "");
        collect();
        out[0] = 'x';
        return 1;
    };
    EXPECT_EQ(text_of(mfs_->write("/f", {.form = {}}, read, never_)), "");
    EXPECT_EQ(at("/f"), "file does not exist");
}

}  // namespace
}  // namespace kit::unixfs
