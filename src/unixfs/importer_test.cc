// What an import gives whatever the way the bytes take, and what it says when something is wrong.
#include "unixfs/import_fixture.h"

namespace kit::unixfs::test {
namespace {

class ImporterTest : public ImportFixture {
protected:
    Result<void> on_event(const ImportEvent& event) override {
        events_.push_back(event);
        if (event.kind == cancel_at_) cancel_ = true;
        return {};
    }
    static ImportOptions v1() {
        ImportOptions options;
        options.shape.cid_version = 1;
        options.shape.raw_leaves = true;
        options.shape.chunker = "size-1048576";
        options.shape.file_links_max = 1024;
        options.shape.size_estimate = SizeEstimate::block;
        return options;
    }

    std::vector<ImportEvent> events_;
    std::optional<ImportEvent::Kind> cancel_at_;
};

// kubo:test/cli/cid_profiles_test.go.
TEST_F(ImporterTest, TheProfilesGiveTheirPublishedCids) {
    const auto v0_of = [&](std::string_view seed, uint64_t size) {
        return root_of({stream(seed, size)}, {});
    };
    const auto v1_of = [&](std::string_view seed, uint64_t size) {
        return root_of({stream(seed, size)}, v1());
    };
    EXPECT_EQ(v0_of("chunk-v0-seed", 262144), "QmWmRj3dFDZdb6ABvbmKhEL6TmPbAfBZ1t5BxsEyJrcZhE");
    EXPECT_EQ(v0_of("chunk-v0-seed", 262145), "QmYyLxtzZyW22zpoVAtKANLRHpDjZtNeDjQdJrcQNWoRkJ");
    EXPECT_EQ(v0_of("v0-seed", uint64_t{174} * 262144),
              "QmUbBALi174SnogsUzLpYbD4xPiBSFANF4iztWCsHbMKh2");
    EXPECT_EQ(v0_of("v0-seed", uint64_t{174} * 262144 + 1),
              "QmV81WL765sC8DXsRhE5fJv2rwhS4icHRaf3J9Zk5FdRnW");
    EXPECT_EQ(v1_of("chunk-v1-seed", 1048576),
              "bafkreiacndfy443ter6qr2tmbbdhadvxxheowwf75s6zehscklu6ezxmta");
    EXPECT_EQ(v1_of("chunk-v1-seed", 1048577),
              "bafybeigmix7t42i6jacydtquhet7srwvgpizfg7gjbq7627d35mjomtu64");
}

// Those of a file as wide as a node can be, and one byte wider: 2 GiB are made and hashed.
TEST_F(ImporterTest, AFullNodeOfTheNewProfileIsFollowedByALevel) {
    constexpr uint64_t full = 1024 * MiB;
    EXPECT_EQ(root_of({stream("v1-2025-seed", full)}, v1()),
              "bafybeihmf37wcuvtx4hpu7he5zl5qaf2ineo2lqlfrapokkm5zzw7zyhvm");
    EXPECT_EQ(root_of({stream("v1-2025-seed", full + 1)}, v1()),
              "bafybeibdsi225ugbkmpbdohnxioyab6jsqrmkts3twhpvfnzp77xtzpyhe");
}

// kubo:test/cli/dag_layout_test.go, whose stream this is; the CID is what Kubo prints for it.
TEST_F(ImporterTest, AStreamOf45MiBHasKubosTrickle) {
    EXPECT_EQ(root_of({stream("trickle-test", 45 * MiB)}, {.shape = {.trickle = true}}),
              "QmbqR6g7YCpndLcCZZXkGyj13uMcSrwDYUvZ47vJqBVjUH");
}

// The fixtures of IPIP-550, as kubo:test/cli/cid_profiles_test.go has them.
TEST_F(ImporterTest, DataComesFirstWhenAsked) {
    write("fixture/hello.txt", "hello\n");
    ImportOptions options{.shape = {.cid_version = 1, .raw_leaves = true}, .recursive = true};
    EXPECT_EQ(root_of("fixture", options),
              "bafybeigdcg7pksx2zk5336vrfsktjodlr4rbfz37qr3koc5xboxe5ekv24");
    options.shape.data_first = true;
    EXPECT_EQ(root_of("fixture", options),
              "bafybeigqvyloizmfcdy6scaxnyltftzptaruqa3hnnplfzsbf4sqteiwlm");
}

// Small files share a job, larger ones have a buffer of their own, the largest are spread over
// threads, and streams are cut while they come: the CID must not tell.
TEST_F(ImporterTest, AFileAndAStreamOfTheSameBytesAreTheSame) {
    for (const char* chunker :
         {"size-262144", "size-1000", "size-100000", "size-2096896", "rabin", "buzhash"}) {
        for (const uint64_t size : {1'048'575U, 1'048'576U, 2'500'000U, 17'000'000U}) {
            const bool is_slow = size > 10'000'000 && std::string_view(chunker) == "size-1000";
            if (is_slow) continue;
            const std::string name = "file" + std::to_string(size);
            if (!*disk_.find_info(at(name))) write(name, content("same", size));
            ImportOptions options;
            options.shape.chunker = chunker;
            const std::string streamed = root_of({stream("same", size)}, options);
            EXPECT_EQ(root_of(name, options), streamed) << chunker << " " << size;
            options.thread_count = 1;
            options.shape.trickle = true;
            EXPECT_EQ(root_of(name, options), root_of({stream("same", size)}, options)) << chunker;
        }
    }
}

TEST_F(ImporterTest, StreamsGoByTheirNameOrTheirCid) {
    const std::string cid = root_of({stream("s", 5)}, {});
    EXPECT_EQ(add({stream("s", 5)}, {}), "added " + cid + " " + cid + "\n");
    ImportOptions options;
    options.stdin_name = "named";
    EXPECT_EQ(add({stream("s", 5)}, options), "added " + cid + " named\n");
    options.nocopy = options.shape.raw_leaves = true;
    EXPECT_EQ(add({stream("s", 5)}, options),
              "Error: missing file path or URL, can't create filestore reference\n");
}

TEST_F(ImporterTest, ProgressEndsWithTheWholeFileBeforeItIsAdded) {
    write("large", content("large", 20'000'000));
    write("folder/small", "12345");
    ImportOptions options;
    options.recursive = true;
    add({{.name = "", .content = at("large")}, {.name = "", .content = at("folder")}}, options);
    std::map<std::string, uint64_t> progress;
    for (const ImportEvent& event : events_) {
        if (event.kind == ImportEvent::Kind::progress) {
            EXPECT_GE(event.bytes, progress[event.name]);
            progress[event.name] = event.bytes;
        } else if (event.name == "large") {
            EXPECT_EQ(progress["large"], 20'000'000U);
        } else if (event.name == "folder/small") {
            EXPECT_EQ(progress["folder/small"], 5U);
        }
    }
    EXPECT_EQ(progress.size(), 2U);
    EXPECT_EQ(result_.bytes_read, 20'000'005U);
    EXPECT_EQ(result_.roots.size(), 2U);
}

TEST_F(ImporterTest, MeasureCountsTheFilesThatWouldBeTaken) {
    write("folder/a", content("a", 1000));
    write("folder/deep/b", content("b", 200));
    write("folder/.hidden", content("c", 30));
    ImportOptions options{.recursive = true, .only_hash = true};
    const auto importer = *Importer::create(real_env(), nullptr, options);
    EXPECT_EQ(importer->measure({{.name = "", .content = at("folder")}, stream("s", 4)}), 1200U);
}

TEST_F(ImporterTest, CancellingEndsAnImportSoon) {
    for (int i = 0; i < 1000; ++i) write("many/" + std::to_string(i), std::to_string(i));
    write("large", content("large", 40'000'000));
    ImportOptions options{.recursive = true};
    cancel_at_ = ImportEvent::Kind::added;
    EXPECT_TRUE(add("many", options).ends_with("Error: the import was cancelled\n"));
    EXPECT_LT(events_.size(), 500U);
    cancel_ = false;
    cancel_at_ = ImportEvent::Kind::progress;
    EXPECT_EQ(add("large", options), "Error: the import was cancelled\n");
}

TEST_F(ImporterTest, WhatCannotBeReadIsNamed) {
    write("folder/a", "a");
    ASSERT_TRUE(disk_.make_symlink("nowhere", at("folder/link")));
    ImportOptions options{.recursive = true, .dereference_symlinks = true};
    const std::string error = add("folder", options);
    EXPECT_TRUE(
        error.ends_with("Error: stat " + at("folder/link") + ": no such file or directory\n"))
        << error;
    options = {};
    options.ignore_rules_path = at("absent");
    EXPECT_EQ(add("folder", options),
              "Error: open " + at("absent") + ": no such file or directory\n");
    options = {};
    options.shape.file_links_max = 1;
    EXPECT_EQ(add("folder/a", options),
              "Error: a balanced file needs at least 2 links in each node, not 1\n");
}

TEST_F(ImporterTest, RulesMayStandInAFile) {
    for (const char* name : {"a.log", "b.txt", "c.txt"}) write(std::string("folder/") + name, name);
    write("rules", "# comment\r\n*.log\r\n\nc.*\n");
    ImportOptions options{.recursive = true, .ignore_rules_path = at("rules")};
    add("folder", options);
    std::string names;
    for (const ImportEvent& event : events_) {
        if (event.kind == ImportEvent::Kind::added) names += event.name + " ";
    }
    EXPECT_EQ(names, "folder/b.txt folder ");
}

TEST_F(ImporterTest, FilesOutsideTheRootAreNotReferenced) {
    write("a", "a");
    ImportOptions options{.nocopy = true, .nocopy_root = "/elsewhere/"};
    options.shape.raw_leaves = true;
    EXPECT_EQ(add("a", options),
              "Error: cannot add filestore references outside ipfs root (/elsewhere/)\n");
    options.shape.raw_leaves = false;
    EXPECT_EQ(add("a", options),
              "Error: nocopy option requires '--raw-leaves' to be enabled as well\n");
}

}  // namespace
}  // namespace kit::unixfs::test
