#include "dag/pin_query.h"

#include <set>

#include "dag/test_store.h"

namespace kit::dag {
namespace {

using namespace testing;

// Pins: `top` recursive ("top name") over mid, leaf and raw; `mid` direct; `alone` recursive.
class PinQueryTest : public ::testing::Test {
protected:
    void SetUp() override {
        raw_ = maker_.raw("raw");
        leaf_ = maker_.node("leaf");
        mid_ = maker_.node("mid", {{"leaf", leaf_}});
        top_ = maker_.node("top", {{"mid", mid_}, {"raw", raw_}, {"leaf", leaf_}});
        alone_ = maker_.node("alone");
        names_ = {{raw_, "raw"}, {leaf_, "leaf"}, {mid_, "mid"}, {top_, "top"}, {alone_, "alone"}};
        add(top_, PinMode::recursive, "top name");
        add(mid_, PinMode::direct);
        add(alone_, PinMode::recursive);
    }
    void add(const Cid& cid, PinMode mode, const std::string& name = "") {
        ASSERT_TRUE(pins_.add({.cid = cid, .mode = mode, .name = name}).has_value());
    }
    static std::string kind_text(PinKind kind) {
        return kind == PinKind::recursive ? "recursive"
                                          : (kind == PinKind::direct ? "direct" : "indirect");
    }
    std::string text(const ListedPin& pin) const {
        return names_.at(pin.cid) + " " + kind_text(pin.kind) +
               (pin.name.empty() ? "" : " (" + pin.name + ")") +
               (pin.through ? " through " + names_.at(*pin.through) : "");
    }
    // Sorted; each CID must come once.
    std::multiset<std::string> list(PinFilter filter) {
        std::multiset<std::string> all;
        const auto done = each_pin(
            store_, pins_, filter,
            [&](const ListedPin& pin) -> Result<bool> {
                all.insert(text(pin));
                return true;
            },
            cancel_);
        if (!done) all.insert("!" + done.error().to_text());
        return all;
    }
    std::string find(const Cid& cid, PinFilter filter) {
        const auto found = find_pin(store_, pins_, cid, filter, cancel_);
        if (!found) return "!" + found.error().to_text();
        return *found ? text(**found) : "none";
    }
    // "top ok", "top: leaf mid": each pin with its bad nodes, sorted.
    std::multiset<std::string> verify() {
        std::multiset<std::string> all;
        const auto done = verify_pins(
            store_, pins_,
            [&](const PinCheck& check) -> Result<bool> {
                std::string line = names_.at(check.cid) + ":";
                for (const auto& bad : check.bad_nodes) {
                    line += " " + names_.at(bad.cid);
                    EXPECT_EQ(bad.error, error_of(store_.get(bad.cid)));
                }
                all.insert(line);
                return true;
            },
            cancel_);
        if (!done) all.insert("!" + done.error().to_text());
        return all;
    }
    using Lines = std::multiset<std::string>;

    TestEnv env_;
    TestStore store_;
    DagMaker maker_{store_};
    Pins pins_{env_.env, store_};
    std::atomic<bool> cancel_ = false;
    Cid raw_, leaf_, mid_, top_, alone_;
    std::map<Cid, std::string> names_;
};

TEST_F(PinQueryTest, EachKindIsListedByItselfAndAllTogether) {
    EXPECT_EQ(list(PinFilter::recursive), (Lines{"top recursive (top name)", "alone recursive"}));
    EXPECT_EQ(list(PinFilter::direct), Lines{"mid direct"});
    EXPECT_EQ(list(PinFilter::indirect), (Lines{"leaf indirect", "raw indirect"}));
    EXPECT_EQ(list(PinFilter::all), (Lines{"top recursive (top name)", "alone recursive",
                                           "mid direct", "leaf indirect", "raw indirect"}));
}

TEST_F(PinQueryTest, ARecursivePinUnderAnotherIsNotIndirect) {
    add(leaf_, PinMode::recursive);
    EXPECT_EQ(list(PinFilter::indirect), Lines{"raw indirect"});
    EXPECT_EQ(find(leaf_, PinFilter::indirect), "none");
}

TEST_F(PinQueryTest, TheListStopsWhenTheVisitorHasEnough) {
    for (int count_max = 1; count_max <= 5; ++count_max) {
        int count = 0;
        const auto done = each_pin(
            store_, pins_, PinFilter::all,
            [&](const ListedPin&) -> Result<bool> { return ++count < count_max; }, cancel_);
        EXPECT_EQ(error_of(done), "");
        EXPECT_EQ(count, count_max);
    }
}

TEST_F(PinQueryTest, ManyAreFoundWithOneWalk) {
    const Cid unpinned = maker_.node("unpinned");
    const std::vector<Cid> asked = {leaf_, top_, raw_, unpinned, leaf_, mid_};
    const uint64_t before_one = store_.read_count;
    EXPECT_EQ(find(unpinned, PinFilter::all), "none");
    const uint64_t reads_of_one = store_.read_count - before_one;
    const uint64_t before_all = store_.read_count;
    const auto found = find_pins(store_, pins_, asked, PinFilter::all, cancel_);
    EXPECT_EQ(store_.read_count - before_all, reads_of_one);
    ASSERT_TRUE(found) << error_of(found);
    std::vector<std::string> texts;
    for (const auto& pin : *found) texts.push_back(pin ? text(*pin) : "none");
    EXPECT_EQ(texts,
              (std::vector<std::string>{"leaf indirect through top", "top recursive (top name)",
                                        "raw indirect through top", "none",
                                        "leaf indirect through top", "mid direct"}));
}

TEST_F(PinQueryTest, AVisitorsErrorIsHandedOn) {
    const auto done = each_pin(
        store_, pins_, PinFilter::indirect,
        [](const ListedPin&) -> Result<bool> { return fail(Code::io_error, "pipe closed"); },
        cancel_);
    EXPECT_EQ(error_of(done), "pipe closed");
}

TEST_F(PinQueryTest, ABlockTellsHowItIsHeld) {
    EXPECT_EQ(find(top_, PinFilter::all), "top recursive (top name)");
    EXPECT_EQ(find(mid_, PinFilter::all), "mid direct");
    EXPECT_EQ(find(mid_, PinFilter::recursive), "none");
    EXPECT_EQ(find(mid_, PinFilter::indirect), "mid indirect through top");
    EXPECT_EQ(find(leaf_, PinFilter::all), "leaf indirect through top");
    EXPECT_EQ(find(raw_, PinFilter::indirect), "raw indirect through top");
    EXPECT_EQ(find(leaf_, PinFilter::direct), "none");
    EXPECT_EQ(find(maker_.node("stranger"), PinFilter::all), "none");
}

TEST_F(PinQueryTest, IndirectOnesTellVersionsApart) {
    EXPECT_EQ(find(leaf_.to_v1(), PinFilter::all), "none");
    const Cid over = maker_.cbor({Ipld::List{Ipld{leaf_.to_v1()}}});
    names_[over] = "over";
    names_[leaf_.to_v1()] = "leaf1";
    add(over, PinMode::recursive);
    EXPECT_EQ(list(PinFilter::indirect),
              (Lines{"leaf indirect", "leaf1 indirect", "raw indirect"}));
}

TEST_F(PinQueryTest, VerifyNamesWhatIsMissingBelowEachPin) {
    EXPECT_EQ(verify(), (Lines{"top:", "alone:"}));
    ASSERT_TRUE(*store_.remove(leaf_));
    // Below top the leaf hangs twice: through mid and by itself.
    EXPECT_EQ(verify(), (Lines{"top: leaf leaf", "alone:"}));
    ASSERT_TRUE(*store_.remove(raw_));
    ASSERT_TRUE(*store_.remove(alone_));
    EXPECT_EQ(verify(), (Lines{"top: leaf raw leaf", "alone: alone"}));
    ASSERT_TRUE(*store_.remove(top_));
    EXPECT_EQ(verify(), (Lines{"top: top", "alone: alone"}));
}

TEST_F(PinQueryTest, AMissingBlockFailsWhatHasToWalk) {
    ASSERT_TRUE(*store_.remove(leaf_));
    const std::string missing =
        "block was not found locally (offline): ipld: could not find " + leaf_.to_text();
    EXPECT_TRUE(list(PinFilter::indirect).contains("!" + missing));
    EXPECT_EQ(list(PinFilter::direct), Lines{"mid direct"});
    const auto whole = check_whole(store_, std::span(&top_, 1), cancel_, {});
    EXPECT_EQ(error_of(whole), missing);
}

TEST_F(PinQueryTest, AWholeDagIsMeasured) {
    int tick_count = 0;
    const auto size =
        check_whole(store_, std::span(&top_, 1), cancel_, [&](const DagSize&) { ++tick_count; });
    ASSERT_TRUE(size.has_value());
    EXPECT_EQ(size->block_count, 4U);
    EXPECT_GT(size->size_bytes, 3U);
    EXPECT_GE(tick_count, 1);
    ASSERT_TRUE(*store_.remove(raw_));
    EXPECT_NE(error_of(check_whole(store_, std::span(&top_, 1), cancel_, {})), "");
}

TEST_F(PinQueryTest, CancellingStopsListingAndVerifying) {
    cancel_ = true;
    EXPECT_TRUE(list(PinFilter::all).contains("!the listing was stopped"));
    EXPECT_EQ(verify(), Lines{"!the walk was stopped before its end"});
}

TEST(PinFilterTest, IsReadFromTextWithKubosError) {
    EXPECT_EQ(*pin_filter_from_text("indirect"), PinFilter::indirect);
    EXPECT_EQ(error_of(pin_filter_from_text("x")),
              "invalid type 'x', must be one of {direct, indirect, recursive, all}");
}

}  // namespace
}  // namespace kit::dag
