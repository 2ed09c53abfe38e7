// The orders are those that Kubo 0.43.1 printed for the same DAGs.
#include "dag/refs.h"

#include "dag/test_store.h"

namespace kit::dag {
namespace {

using namespace testing;

// a -> b, c, b; b -> c, d; c -> d; d is raw.
class RefsTest : public ::testing::Test {
protected:
    void SetUp() override {
        d_ = maker_.raw("d");
        c_ = maker_.node("c", {{"to d", d_}});
        b_ = maker_.node("b", {{"to c", c_}, {"to d", d_}});
        a_ = maker_.node("a", {{"to b", b_}, {"to c", c_}, {"again", b_}});
        names_ = {{a_, 'a'}, {b_, 'b'}, {c_, 'c'}, {d_, 'd'}};
    }
    // "ab ac": each edge; with an error behind it.
    std::string refs(const std::vector<Cid>& roots, const RefsOptions& options,
                     size_t count_max = SIZE_MAX) {
        std::string text;
        size_t count = 0;
        const auto done = each_ref(store_, roots, options, [&](const Ref& ref) -> Result<bool> {
            if (!text.empty()) text += ' ';
            text += names_.at(ref.from);
            text += names_.at(ref.to);
            link_names_.push_back(ref.link_name);
            return ++count < count_max;
        });
        return done ? text : text + "!" + done.error().to_text();
    }

    TestStore store_;
    DagMaker maker_{store_};
    Cid a_, b_, c_, d_;
    std::map<Cid, char> names_;
    std::vector<std::string> link_names_;
};

TEST_F(RefsTest, DirectLinksComeInTheirOrderWithTheirNames) {
    EXPECT_EQ(refs({a_}, {}), "ab ac ab");
    EXPECT_EQ(link_names_, (std::vector<std::string>{"to b", "to c", "again"}));
    EXPECT_EQ(refs({a_}, {.unique = true}), "ab ac");
    EXPECT_EQ(refs({d_}, {}), "");
}

TEST_F(RefsTest, RecursiveOnesGoDownFirst) {
    EXPECT_EQ(refs({a_}, {.depth_max = -1}), "ab bc cd bd ac cd ab bc cd bd");
    EXPECT_EQ(refs({a_}, {.unique = true, .depth_max = -1}), "ab bc cd");
}

TEST_F(RefsTest, ABoundCutsAndUniqueWalksAgainWhatItHid) {
    EXPECT_EQ(refs({a_}, {.depth_max = 2}), "ab bc bd ac cd ab bc bd");
    // c is met at depth 2 first, which hides d below it; d is found below b.
    EXPECT_EQ(refs({a_}, {.unique = true, .depth_max = 2}), "ab bc bd");
    EXPECT_EQ(refs({a_}, {.depth_max = 0}), "");
    const Cid e = maker_.node("e", {{"c", c_}});
    const Cid top = maker_.node("top", {{"e", e}, {"c", c_}});
    names_[e] = 'e';
    names_[top] = 't';
    EXPECT_EQ(refs({top}, {.unique = true, .depth_max = 2}), "te ec cd");
}

TEST_F(RefsTest, SeveralRootsShareWhatWasSeen) {
    EXPECT_EQ(refs({b_, c_}, {.unique = true}), "bc bd");
    EXPECT_EQ(refs({b_, c_}, {}), "bc bd cd");
}

TEST_F(RefsTest, AMissingTargetIsNotListed) {
    ASSERT_TRUE(*store_.remove(d_));
    EXPECT_EQ(refs({b_}, {}),
              "bc!block was not found locally (offline): ipld: could not find " + d_.to_text());
    ASSERT_TRUE(*store_.remove(a_));
    EXPECT_EQ(refs({a_}, {}),
              "!block was not found locally (offline): ipld: could not find " + a_.to_text());
}

TEST_F(RefsTest, TheVisitorMayStop) {
    EXPECT_EQ(refs({a_, b_}, {}, 2), "ab ac");
}

TEST_F(RefsTest, LinksOfDataHaveNoNames) {
    const Cid data = maker_.cbor({Ipld::Map{{"x", Ipld{d_}}, {"y", Ipld{c_}}}});
    names_[data] = 'x';
    EXPECT_EQ(refs({data}, {}), "xd xc");
    EXPECT_EQ(link_names_, (std::vector<std::string>{"", ""}));
}

}  // namespace
}  // namespace kit::dag
