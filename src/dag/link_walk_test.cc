#include "dag/link_walk.h"

#include "dag/test_store.h"

namespace kit::dag {
namespace {

using namespace testing;

// a -> b (c, d), c, e; every letter is a node with that data.
class WalkTest : public ::testing::Test {
protected:
    void SetUp() override {
        c_ = maker_.node("c");
        d_ = maker_.raw("d");
        e_ = maker_.node("e", {{"d", d_}});
        b_ = maker_.node("b", {{"c", c_}, {"d", d_}});
        a_ = maker_.node("a", {{"b", b_}, {"c", c_}, {"e", e_}});
        names_ = {{a_, 'a'}, {b_, 'b'}, {c_, 'c'}, {d_, 'd'}, {e_, 'e'}};
    }
    std::string order(const WalkOptions& options, std::string_view not_below = "") {
        std::string visited;
        const auto done =
            walk(store_, std::span(&a_, 1), options, [&](const Visit& visit) -> Result<bool> {
                visited += names_.at(visit.cid);
                visited += std::to_string(visit.depth);
                if (visit.body != nullptr) visited += '*';
                return not_below.find(names_.at(visit.cid)) == std::string_view::npos;
            });
        return done ? visited : visited + "!" + done.error().to_text();
    }

    TestStore store_;
    DagMaker maker_{store_};
    Cid a_, b_, c_, d_, e_;
    std::map<Cid, char> names_;
};

TEST_F(WalkTest, GoesDownFirstAndVisitsEachOnce) {
    EXPECT_EQ(order({}), "a0*b1*c2d2e1*");
    EXPECT_EQ(order({.read_leaves = true}), "a0*b1*c2*d2*e1*");
    for (const size_t threads : {1U, 3U}) {
        EXPECT_EQ(order({.read_leaves = true, .ahead_threads = threads}), "a0*b1*c2*d2*e1*");
        EXPECT_EQ(order({.ahead_threads = threads}), order({}));
    }
}

TEST_F(WalkTest, TheVisitorChoosesWhereToGoOn) {
    EXPECT_EQ(order({}, "b"), "a0*b1*c1e1*d2");
    EXPECT_EQ(order({}, "a"), "a0*");
}

TEST_F(WalkTest, ADepthBoundHidesWhatIsBelowUntilItIsMetNearer) {
    EXPECT_EQ(order({.depth_max = 0}), "a0*");
    EXPECT_EQ(order({.depth_max = 1}), "a0*b1*c1e1*");
    EXPECT_EQ(order({.depth_max = 2}), "a0*b1*c2d2e1*");
}

TEST_F(WalkTest, AMissingBlockFailsOrIsPassedOver) {
    ASSERT_TRUE(*store_.remove(b_));
    EXPECT_EQ(order({}),
              "a0*!block was not found locally (offline): ipld: could not find " + b_.to_text());
    EXPECT_EQ(order({.skip_missing = true}), "a0*c1e1*d2");
    EXPECT_EQ(order({.skip_missing = true, .read_leaves = true, .ahead_threads = 2}),
              "a0*c1*e1*d2*");
    ASSERT_TRUE(*store_.remove(d_));
    EXPECT_EQ(order({.skip_missing = true}), "a0*c1e1*");
}

TEST_F(WalkTest, LinksOfDagCborAreFollowedInTheOrderOfTheBlock) {
    const Cid root =
        maker_.cbor({Ipld::Map{{"b", Ipld{c_}}, {"a", Ipld{Ipld::List{Ipld{d_}, Ipld{e_}}}}}});
    std::string visited;
    ASSERT_TRUE(walk(store_, std::span(&root, 1), {}, [&](const Visit& visit) -> Result<bool> {
                    visited += names_.contains(visit.cid) ? names_.at(visit.cid) : '*';
                    return true;
                }).has_value());
    EXPECT_EQ(visited, "*dec");  // Keys of one length are sorted.
}

TEST_F(WalkTest, CancellingStopsIt) {
    std::atomic<bool> cancel = true;
    EXPECT_EQ(order({.cancel = &cancel}), "!the walk was stopped before its end");
}

}  // namespace
}  // namespace kit::dag
