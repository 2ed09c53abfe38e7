// What `get` leaves on the disk: content, modes and times, and what it does to what was there.
#include <gtest/gtest.h>
#include <stdlib.h>

#include "base/env.h"
#include "unixfs/exporter.h"
#include "unixfs/test_dag.h"

namespace kit::unixfs::test {
namespace {

class ExportDiskTest : public testing::Test {
protected:
    ExportDiskTest() {
        char pattern[] = "/tmp/kit-export-XXXXXX";
        folder_ = ::mkdtemp(pattern);
    }
    ~ExportDiskTest() override { EXPECT_TRUE(disk_.remove_all(folder_)); }

    std::string get(const Cid& cid, const std::string& destination,
                    const ExportOptions& options = {}) {
        return problem(export_to_disk(real_env(), dag_, cid, at(destination), options, {}));
    }
    Path at(const std::string& name) const { return join(folder_, name); }
    std::string text(const std::string& name) {
        const auto content = read_file(disk_, at(name));
        return content ? std::string(as_text(*content)) : problem(content);
    }
    void put(const std::string& name, std::string_view content) {
        ASSERT_TRUE(replace_file(disk_, at(name), as_bytes(content)));
    }
    FileInfo info(const std::string& name) { return disk_.find_info(at(name), false)->value(); }
    bool exists(const std::string& name) { return disk_.find_info(at(name), false)->has_value(); }
    size_t count(const std::string& name) { return disk_.list(at(name))->size(); }
    Cid large_file(int parts, char c = 'x') {
        std::vector<Cid> leaves;
        leaves.reserve(static_cast<size_t>(parts));
        for (int i = 0; i < parts; ++i) leaves.push_back(dag_.raw(std::string(300'000, c)));
        return dag_.file(leaves);
    }

    Disk& disk_ = real_env().disk;
    Path folder_;
    TestDag dag_;
};

TEST_F(ExportDiskTest, ATreeIsWrittenWhole) {
    std::vector<Child> many;
    for (int i = 0; i < 700; ++i) {
        const std::string name = "file " + std::to_string(i);
        many.push_back({name, dag_.raw(name)});
    }
    const Cid tree = dag_.directory({{"empty", dag_.directory({})},
                                     {"large", large_file(5)},
                                     {"link", dag_.symlink("small")},
                                     {"many", dag_.shards(many, 8)},
                                     {"small", dag_.leaf("hello")}});
    EXPECT_EQ(get(tree, "out"), "");
    EXPECT_EQ(count("out"), 5U);
    EXPECT_EQ(count("out/empty"), 0U);
    EXPECT_EQ(text("out/large"), std::string(1'500'000, 'x'));
    EXPECT_EQ(*disk_.read_link(at("out/link")), "small");
    EXPECT_EQ(text("out/small"), "hello");
    EXPECT_EQ(count("out/many"), 700U);
    for (const Child& child : many) EXPECT_EQ(text("out/many/" + child.name), child.name);
}

TEST_F(ExportDiskTest, ModesAndTimesAreRestored) {
    const Stat old{.mode = 0751, .mtime = Mtime{1'000'000'000, 7}};
    const Cid large = dag_.node(
        {.file_size = 600'000,
         .block_sizes = {300'000, 300'000},
         .mode = 04711,
         .mtime = Mtime{-5, std::nullopt}},
        {{"", dag_.raw(std::string(300'000, 'a'))}, {"", dag_.raw(std::string(300'000, 'a'))}});
    const Cid tree =
        dag_.directory({{"file", dag_.leaf("x", NodeType::file, old)},
                        {"large", large},
                        {"link", dag_.symlink("file", old)},
                        {"locked", dag_.directory({{"in", dag_.raw("x")}}, {0500, {}})},
                        {"plain", dag_.leaf("x")}},
                       old);
    EXPECT_EQ(get(tree, "out"), "");
    for (const char* name : {"out", "out/file"}) {
        EXPECT_EQ(info(name).mode, 0751U) << name;
        EXPECT_EQ(info(name).mtime_s, 1'000'000'000) << name;
        EXPECT_EQ(info(name).mtime_ns, 7U) << name;
    }
    EXPECT_EQ(info("out/link").mtime_s, 1'000'000'000);
    EXPECT_EQ(info("out/large").mode, 04711U);
    EXPECT_EQ(info("out/large").mtime_s, -5);
    EXPECT_EQ(info("out/locked").mode, 0500U);
    EXPECT_EQ(info("out/plain").mode, 0644U);
}

TEST_F(ExportDiskTest, AFileGoesIntoADirectoryThatIsThere) {
    ASSERT_TRUE(disk_.make_directories(at("out")));
    EXPECT_EQ(get(dag_.leaf("x"), "out", {.name = "name"}), "");
    EXPECT_EQ(text("out/name"), "x");
    EXPECT_EQ(get(dag_.leaf("y"), "new/", {.name = "name"}), "");
    EXPECT_EQ(text("new"), "y");
    EXPECT_NE(get(dag_.leaf("x"), "out", {.name = ".."}), "");
}

TEST_F(ExportDiskTest, ATreeMergesIntoADirectoryThatIsThere) {
    ASSERT_TRUE(disk_.make_directories(at("out/now a file"), 0700));
    ASSERT_TRUE(disk_.make_directories(at("out/sub"), 0700));
    put("out/kept", "kept");
    put("out/over", "old");
    ASSERT_TRUE(disk_.make_symlink("kept", at("out/link")));
    const Cid leaf = dag_.leaf("new");
    const Cid tree = dag_.directory({{"link", leaf},
                                     {"now a file", leaf},
                                     {"over", leaf},
                                     {"sub", dag_.directory({{"in", leaf}})}});
    EXPECT_EQ(get(tree, "out"), "");
    EXPECT_EQ(text("out/kept"), "kept");
    for (const char* name : {"out/link", "out/now a file", "out/over", "out/sub/in"}) {
        EXPECT_EQ(text(name), "new");
    }
    EXPECT_EQ(info("out/link").type, FileType::regular);
    EXPECT_EQ(info("out/sub").mode, 0755U);
}

TEST_F(ExportDiskTest, ADirectoryThatIsNotEmptyIsNotReplacedByAFile) {
    ASSERT_TRUE(disk_.make_directories(at("out/a")));
    put("out/a/b", "kept");
    EXPECT_NE(get(dag_.directory({{"a", dag_.leaf("x")}}), "out"), "");
    EXPECT_NE(get(dag_.directory({{"a", large_file(4)}}), "out"), "");
    EXPECT_EQ(text("out/a/b"), "kept");
}

TEST_F(ExportDiskTest, NothingIsWrittenThroughASymlink) {
    ASSERT_TRUE(disk_.make_directories(at("elsewhere")));
    ASSERT_TRUE(disk_.make_directories(at("out")));
    ASSERT_TRUE(disk_.make_symlink(at("elsewhere"), at("out/sub")));
    const Cid tree = dag_.directory({{"sub", dag_.directory({{"in", dag_.leaf("x")}})}});
    EXPECT_TRUE(get(tree, "out").starts_with("permission_denied: cannot extract to symlink"));
    EXPECT_TRUE(get(tree, "out/sub").starts_with("permission_denied: cannot extract to symlink"));
    EXPECT_EQ(get(dag_.leaf("x"), "out/sub", {.name = "n"}), "");
    EXPECT_EQ(count("elsewhere"), 0U);
    EXPECT_EQ(text("out/sub"), "x");
}

TEST_F(ExportDiskTest, NamesThatLeaveTheTreeAreRefused) {
    const Cid leaf = dag_.raw("x");
    ASSERT_TRUE(disk_.make_directories(at("out")));
    for (const std::string& name :
         {std::string(".."), std::string("../x"), std::string("/x"), std::string("a/b"),
          std::string("."), std::string(""), std::string("a\0b", 3)}) {
        const std::string text = get(dag_.directory({{name, leaf}}), "out/in");
        EXPECT_TRUE(text.starts_with("permission_denied: ")) << name << " " << text;
    }
    EXPECT_EQ(count("out"), 1U);
    EXPECT_EQ(count("out/in"), 0U);
}

TEST_F(ExportDiskTest, OneNameTwiceIsRefused) {
    const Cid leaf = dag_.raw("x");
    const Cid link = dag_.symlink("/etc");
    EXPECT_TRUE(get(dag_.directory({{"a", link}, {"b", leaf}, {"a", leaf}}), "out")
                    .starts_with("corrupt: the directory "));
    EXPECT_EQ(count("out"), 0U);
    EXPECT_EQ(get(dag_.directory({{"b", link}, {"a", leaf}}), "out"), "");
}

TEST_F(ExportDiskTest, AFailedFileLeavesNothingBehind) {
    const Cid last = dag_.raw(std::string(300'000, 'z'));
    const Cid large = dag_.file({dag_.raw(std::string(2'000'000, 'a')), last});
    const Cid small = dag_.file({dag_.raw("a"), dag_.raw("b")});
    dag_.lose(last);
    dag_.lose(dag_.raw("b"));
    put("kept", "kept");
    EXPECT_TRUE(get(large, "kept").starts_with("not_found: block was not found locally"));
    EXPECT_EQ(text("kept"), "kept");
    EXPECT_TRUE(get(small, "small").starts_with("not_found: "));
    const Cid tree = dag_.directory({{"large", large}, {"small", small}});
    EXPECT_TRUE(get(tree, "out").starts_with("not_found: "));
    EXPECT_EQ(count("out"), 0U);
    EXPECT_EQ(count(""), 2U);
}

TEST_F(ExportDiskTest, CancellingStopsAtOnceAndCleansUp) {
    std::atomic<bool> cancel = false;
    const auto outcome = export_to_disk(real_env(), dag_, large_file(30), at("out"),
                                        {.cancel = &cancel}, [&](uint64_t) { cancel = true; });
    EXPECT_TRUE(problem(outcome).starts_with("cancelled: "));
    EXPECT_EQ(count(""), 0U);
    EXPECT_TRUE(get(dag_.directory({{"a", dag_.raw("a")}}), "out", {.cancel = &cancel})
                    .starts_with("cancelled: "));
    EXPECT_EQ(count("out"), 0U);
}

TEST_F(ExportDiskTest, ProgressEndsAtTheSize) {
    uint64_t last = 0;
    const Cid tree = dag_.directory({{"a", large_file(4)}, {"b", dag_.raw("1234")}});
    ASSERT_TRUE(
        export_to_disk(real_env(), dag_, tree, at("out"), {}, [&](uint64_t done) { last = done; }));
    EXPECT_EQ(last, 1'200'004U);
}

TEST_F(ExportDiskTest, TheNullDeviceTakesEverythingAndStays) {
    const Cid leaf = dag_.raw("x");
    EXPECT_EQ(problem(export_to_disk(real_env(), dag_, leaf, "/dev/null", {}, {})), "");
    EXPECT_EQ((*disk_.find_info("/dev/null"))->type, FileType::other);
}

TEST_F(ExportDiskTest, DeepTreesAreWrittenUpToABound) {
    Cid tree = dag_.directory({{"end", dag_.raw("x")}});
    for (int i = 0; i < 60; ++i) tree = dag_.directory({{"d", tree}});
    EXPECT_EQ(get(tree, "out", {.thread_count = 1}), "");
    for (int i = 0; i < 1100; ++i) tree = dag_.directory({{"d", tree}});
    EXPECT_TRUE(get(tree, "deep").starts_with("too_large: directories are nested deeper"));
}

}  // namespace
}  // namespace kit::unixfs::test
