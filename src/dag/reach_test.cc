#include "dag/reach.h"

#include <set>

#include "dag/link_walk.h"
#include "dag/test_store.h"

namespace kit::dag {
namespace {

using namespace testing;

class ReachTest : public ::testing::Test {
protected:
    // Every CID reached, sorted as text; the test waits for each once.
    std::multiset<std::string> reached(std::span<const Cid> roots, ReachOptions options = {}) {
        std::mutex mutex;
        std::multiset<std::string> all;
        BlockSet seen;
        options.on_reached = [&](const Cid& cid, uint64_t size_bytes) {
            std::scoped_lock lock(mutex);
            all.insert(cid.to_text());
            total_bytes_ += size_bytes;
        };
        const auto done = reach(store_, roots, seen, options);
        error_ = error_of(done);
        return all;
    }
    // A tree with `width` nodes under each node, `depth` levels, and leaves of text.
    Cid tree(size_t width, size_t depth, const std::string& name) {
        if (depth == 0) return made(maker_.node("leaf " + name));
        std::vector<std::pair<std::string, Cid>> links;
        for (size_t i = 0; i < width; ++i) {
            const std::string below = name + "/" + std::to_string(i);
            links.emplace_back(std::to_string(i), tree(width, depth - 1, below));
        }
        return made(maker_.node("node", links));
    }
    Cid made(Cid cid) {
        made_.insert(cid.to_text());
        return cid;
    }

    TestStore store_;
    DagMaker maker_{store_};
    std::set<std::string> made_;
    std::string error_;
    std::atomic<uint64_t> total_bytes_ = 0;
};

TEST_F(ReachTest, FindsEverythingOnceOnManyThreads) {
    const Cid root = tree(7, 4, "");
    const auto all = reached(std::span(&root, 1), {.thread_count = 4});
    EXPECT_EQ(error_, "");
    EXPECT_EQ(all, std::multiset<std::string>(made_.begin(), made_.end()));
}

TEST_F(ReachTest, BlocksSharedByManyParentsAreReachedOnce) {
    const Cid leaf = maker_.raw("shared");
    std::vector<Cid> roots;
    roots.reserve(500);
    for (int i = 0; i < 500; ++i) {
        roots.push_back(maker_.node("n" + std::to_string(i % 250), {{"a", leaf}, {"b", leaf}}));
    }
    const auto all = reached(roots, {.thread_count = 3});
    EXPECT_EQ(all.size(), 251U);
    EXPECT_EQ(all.count(leaf.to_text()), 1U);
}

TEST_F(ReachTest, AMissingBlockFailsAndSaysWhich) {
    const Cid gone = maker_.node("gone");
    const Cid root = maker_.node("root", {{"a", maker_.raw("here")}, {"b", gone}});
    ASSERT_TRUE(*store_.remove(gone));
    reached(std::span(&root, 1));
    EXPECT_EQ(error_,
              "block was not found locally (offline): ipld: could not find " + gone.to_text());
    EXPECT_EQ(reached(std::span(&root, 1), {.skip_missing = true}).size(), 2U);
    EXPECT_EQ(error_, "");
}

TEST_F(ReachTest, AMissingRawLeafIsNoticedOnlyWhenLeavesAreLookedUp) {
    const Cid gone = maker_.raw("gone");
    const Cid root = maker_.node("root", {{"a", gone}});
    ASSERT_TRUE(*store_.remove(gone));
    EXPECT_EQ(reached(std::span(&root, 1)).size(), 2U);
    EXPECT_EQ(error_, "");
    reached(std::span(&root, 1), {.look_up_leaves = true});
    EXPECT_NE(error_, "");
}

TEST_F(ReachTest, SizesAreTheBlocks) {
    const Cid root = maker_.node("x", {{"a", maker_.raw("12345")}});
    reached(std::span(&root, 1), {.look_up_leaves = true});
    EXPECT_EQ(total_bytes_, store_.find(root)->value().size() + 5);
}

TEST_F(ReachTest, ABlockPinnedAsRawIsStillWalkedAsDagPb) {
    const Cid leaf = maker_.raw("leaf");
    const Cid node = maker_.node("node", {{"a", leaf}});
    const Cid as_raw = Cid::v1(Codec::raw, node.hash());
    ReachableSet set;
    std::atomic<bool> cancel = false;
    ASSERT_TRUE(set.add_all(store_, std::vector{as_raw, node}, false, cancel).has_value());
    EXPECT_TRUE(set.contains(leaf.hash()));
    EXPECT_EQ(set.size(), 2U);
}

TEST_F(ReachTest, CancellingStopsTheWalk) {
    const Cid root = tree(7, 4, "");
    std::atomic<bool> cancel = true;
    reached(std::span(&root, 1), {.cancel = &cancel});
    EXPECT_EQ(error_, "the walk was stopped before its end");
}

TEST_F(ReachTest, AnUnknownCodecMayHideLinksAndFails) {
    const Cid odd = maker_.put(0x300000, as_bytes("odd"));
    reached(std::span(&odd, 1));
    EXPECT_TRUE(error_.starts_with("cannot read the links of " + odd.to_text())) << error_;
}

TEST(LeafByHeadTest, OnlyDataThatSpansTheBlockTells) {
    const Bytes leaf = {0x0a, 3, 'a', 'b', 'c'};
    EXPECT_TRUE(is_leaf_by_head(leaf, 5));
    EXPECT_TRUE(is_leaf_by_head(ByteView(leaf).first(2), 5));
    EXPECT_FALSE(is_leaf_by_head(leaf, 6));
    EXPECT_TRUE(is_leaf_by_head({}, 0));
    EXPECT_FALSE(is_leaf_by_head(Bytes{0x12, 0}, 2));
    EXPECT_FALSE(is_leaf_by_head(Bytes{0x0a}, 1));
    EXPECT_FALSE(is_leaf_by_head(
        Bytes{0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, 10));
}

}  // namespace
}  // namespace kit::dag
