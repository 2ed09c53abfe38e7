// Entries and look-ups in plain and sharded directories, and shards that lie.
#include <gtest/gtest.h>

#include <set>

#include "unixfs/reader.h"
#include "unixfs/test_dag.h"

namespace kit::unixfs::test {
namespace {

class DirectoryTest : public testing::Test {
protected:
    // "a b c", or the problem.
    std::string names(const Cid& cid) {
        std::string text;
        const auto outcome = each_entry(dag_, cid, [&](const Entry& entry) -> Result<bool> {
            text += (text.empty() ? "" : " ") + entry.name;
            return true;
        });
        return outcome ? text : problem(outcome);
    }
    std::string find(const Cid& cid, std::string_view name) {
        const auto found = DirectoryLookup().find_entry(dag_, cid, name);
        if (!found) return problem(found);
        return *found ? (*found)->to_text() : "none";
    }
    std::string listed(const Cid& cid, ReadChildren read_children = ReadChildren::yes) {
        std::string text;
        const auto outcome =
            each_listed(dag_, cid, read_children, [&](const ListedEntry& entry) -> Result<bool> {
                const int type = entry.type ? static_cast<int>(*entry.type) : -1;
                text += fmt::format("{}:{}:{}{} ", entry.name, type, entry.size_bytes,
                                    entry.symlink_target);
                return true;
            });
        return outcome ? text : problem(outcome);
    }
    std::vector<Child> many(int count) {
        std::vector<Child> children;
        for (int i = 0; i < count; ++i) {
            const std::string name = "file " + std::to_string(i);
            children.push_back({name, dag_.raw(name)});
        }
        return children;
    }
    // A shard of one link, with a slot and a name of one's own.
    Cid one_link_shard(uint32_t slot, const std::string& name, const Cid& cid,
                       uint64_t fanout = 256, uint64_t hash_type = hamt_hash_type) {
        HamtBitfield bitfield(256);
        bitfield.set(slot);
        return dag_.node({.type = NodeType::hamt_shard,
                          .data = bitfield.to_bytes(),
                          .hash_type = hash_type,
                          .fanout = fanout},
                         {{name, cid}});
    }

    TestDag dag_;
};

TEST_F(DirectoryTest, APlainDirectoryShowsItsLinksInTheirOrder) {
    const Cid leaf = dag_.raw("x");
    const Cid folder = dag_.directory({{"b", leaf}, {"a", leaf}});
    EXPECT_EQ(names(folder), "b a");
    EXPECT_EQ(find(folder, "a"), leaf.to_text());
    EXPECT_EQ(find(folder, "c"), "none");
    EXPECT_EQ(find(folder, ""), "none");
    EXPECT_TRUE(names(leaf).starts_with("invalid_argument: merkledag node was not a directory"));
}

TEST_F(DirectoryTest, WhatAShardedDirectoryShowsCanBeFound) {
    for (const uint32_t fanout : {8U, 256U, 1024U}) {
        const std::vector<Child> children = many(800);
        const Cid folder = dag_.shards(children, fanout);
        std::set<std::string> seen;
        ASSERT_TRUE(each_entry(dag_, folder, [&](const Entry& entry) -> Result<bool> {
            seen.insert(entry.name);
            return true;
        }));
        EXPECT_EQ(seen.size(), children.size());
        for (const Child& child : children) {
            ASSERT_EQ(find(folder, child.name), child.cid.to_text());
        }
        EXPECT_EQ(find(folder, "file 800"), "none");
    }
}

TEST_F(DirectoryTest, ShardsComeInTheOrderOfTheHash) {
    const Cid folder = dag_.shards(many(50), 8);
    uint64_t last = 0;
    ASSERT_TRUE(each_entry(dag_, folder, [&](const Entry& entry) -> Result<bool> {
        EXPECT_LE(last, hamt_hash(entry.name));
        last = hamt_hash(entry.name);
        return true;
    }));
}

TEST_F(DirectoryTest, ALookUpReadsOnlyTheShardsOnTheWay) {
    const Cid folder = dag_.shards(many(2000));
    const size_t before = dag_.read_count();
    EXPECT_NE(find(folder, "file 77"), "none");
    EXPECT_LE(dag_.read_count() - before, 3U);
}

TEST_F(DirectoryTest, TheVisitorEndsTheListing) {
    int count = 0;
    ASSERT_TRUE(each_entry(dag_, dag_.shards(many(600)),
                           [&](const Entry&) -> Result<bool> { return ++count < 5; }));
    EXPECT_EQ(count, 5);
}

TEST_F(DirectoryTest, AMissingShardIsAMissingBlock) {
    const std::vector<Child> children = many(600);
    const Cid folder = dag_.shards(children);
    TestDag lonely;
    const auto root = dag_.get(folder);
    lonely.put(Codec::dag_pb, to_bytes(root->view()));
    const auto outcome =
        each_entry(lonely, folder, [](const Entry&) -> Result<bool> { return true; });
    EXPECT_TRUE(problem(outcome).starts_with("not_found: block was not found locally (offline)"));
}

TEST_F(DirectoryTest, AShardThatLiesIsCorrupt) {
    const Cid leaf = dag_.raw("x");
    const uint32_t slot = HamtShape::create(256)->slot(hamt_hash("name"), 0).value();
    const std::string prefix = fmt::format("{:02X}", slot);
    EXPECT_EQ(names(one_link_shard(slot, prefix + "name", leaf)), "name");
    for (const Cid& shard : {
             one_link_shard(slot, "name", leaf),
             one_link_shard(slot, prefix + "other", leaf),
             one_link_shard(slot ^ 1, fmt::format("{:02X}name", slot ^ 1), leaf),
             one_link_shard(slot, "", leaf),
             one_link_shard(slot, prefix + "name", leaf, 100),
             one_link_shard(slot, prefix + "name", leaf, uint64_t{1} << 40),
             one_link_shard(slot, prefix, dag_.directory({})),
             dag_.node({.type = NodeType::hamt_shard, .hash_type = 0x22, .fanout = 256},
                       {{"00x", leaf}}),
             dag_.node({.type = NodeType::hamt_shard,
                        .data = Bytes(33, 0),
                        .hash_type = 0x22,
                        .fanout = 256},
                       {}),
         }) {
        EXPECT_TRUE(names(shard).starts_with("corrupt: ")) << names(shard);
        EXPECT_NE(find(shard, "name"), leaf.to_text());
    }
    EXPECT_TRUE(names(one_link_shard(slot, prefix + "name", leaf, 256, 0x12))
                    .starts_with("unsupported: only murmur3"));
}

TEST_F(DirectoryTest, ShardsAreNoDeeperThanTheHash) {
    Cid shard = dag_.shards({});
    for (int level = 0; level < 9; ++level) shard = one_link_shard(0, "00", shard);
    EXPECT_TRUE(names(shard).starts_with("corrupt: sharded directory too deep")) << names(shard);
}

TEST_F(DirectoryTest, NodesThatAreNoDirectoriesHaveNoEntries) {
    const Cid leaf = dag_.raw("x");
    EXPECT_EQ(find(leaf, "a"), "none");
    EXPECT_EQ(find(dag_.node({.block_sizes = {1}}, {{"a", leaf}}), "a"), "none");
    // But a dag-pb node that is no UnixFS node is walked by the names of its links.
    formats::PbNode plain;
    plain.links.push_back({leaf, "a", 1});
    EXPECT_EQ(find(dag_.put(Codec::dag_pb, formats::encode_dag_pb(plain)), "a"), leaf.to_text());
    const Cid missing = dag_.directory({{"lost", leaf}});
    dag_.lose(missing);
    EXPECT_TRUE(find(missing, "lost").starts_with("not_found: block was not found locally"));
}

TEST_F(DirectoryTest, LsReadsTheFactsFromTheChildren) {
    const Cid folder = dag_.directory({{"d", dag_.directory({})},
                                       {"f", dag_.leaf("text")},
                                       {"l", dag_.symlink("f")},
                                       {"r", dag_.raw("raw!!")},
                                       {"x", dag_.put(Codec::dag_cbor, {0xa0})}});
    EXPECT_EQ(listed(folder), "d:1:0 f:0:4 l:2:1f r:0:5 x:-1:0 ");
    EXPECT_EQ(listed(folder, ReadChildren::no), "d:-1:0 f:-1:0 l:-1:0 r:0:5 x:-1:0 ");
    EXPECT_EQ(listed(dag_.file({dag_.raw("ab"), dag_.leaf("c")})), ":0:2 :0:1 ");
    EXPECT_EQ(listed(dag_.raw("none")), "");
}

TEST_F(DirectoryTest, LsOfAMissingChildFailsOnlyWhenItIsRead) {
    const Cid lost = dag_.leaf("lost");
    const Cid folder = dag_.directory({{"f", lost}});
    dag_.lose(lost);
    EXPECT_TRUE(listed(folder).starts_with("not_found: "));
    EXPECT_EQ(listed(folder, ReadChildren::no), "f:-1:0 ");
}

}  // namespace
}  // namespace kit::unixfs::test
