#include "dag/collect_garbage.h"

#include <set>

#include "dag/test_store.h"

namespace kit::dag {
namespace {

using namespace testing;

class CollectTest : public ::testing::Test {
protected:
    void pin(const Cid& cid, PinMode mode = PinMode::recursive,
             std::optional<int64_t> expires_s = std::nullopt) {
        ASSERT_TRUE(pins_.add({.cid = cid, .mode = mode, .expires_s = expires_s}).has_value());
    }
    // Lets go of the leases and collects; the error, or how many blocks went.
    std::string collect(const std::vector<Cid>& extra_roots = {}) {
        maker_.forget();
        removed_.clear();
        const auto report = collect_garbage(
            store_, pins_, [&] { return Result<std::vector<Cid>>(extra_roots); },
            [&](const Cid& cid, uint64_t size_bytes) {
                EXPECT_TRUE(cid.is(Codec::raw));
                EXPECT_TRUE(removed_.insert(cid.to_text()).second);
                removed_bytes_ += size_bytes;
            },
            cancel_);
        if (!report) return report.error().to_text();
        EXPECT_EQ(report->removed_count, removed_.size());
        EXPECT_EQ(report->removed_bytes, std::exchange(removed_bytes_, 0));
        return std::to_string(removed_.size());
    }
    bool has(const Cid& cid) { return *store_.has(cid); }

    TestEnv env_;
    TestStore store_;
    DagMaker maker_{store_};
    Pins pins_{env_.env, store_};
    std::atomic<bool> cancel_ = false;
    std::set<std::string> removed_;
    uint64_t removed_bytes_ = 0;
};

TEST_F(CollectTest, KeepsWhatPinsReachAndRemovesTheRest) {
    const Cid leaf = maker_.raw("leaf");
    const Cid root = maker_.node("root", {{"x", leaf}});
    const Cid below_direct = maker_.raw("below direct");
    const Cid direct = maker_.node("direct", {{"x", below_direct}});
    const Cid garbage = maker_.raw("garbage");
    pin(root);
    pin(direct, PinMode::direct);
    EXPECT_EQ(collect(), "2");
    EXPECT_TRUE(has(root) && has(leaf) && has(direct));
    EXPECT_FALSE(has(below_direct) || has(garbage));
    EXPECT_TRUE(removed_.contains(garbage.to_text()));
    EXPECT_EQ(collect(), "0");
}

TEST_F(CollectTest, ExtraRootsAreKeptAsFarAsTheyAreHere) {
    const Cid gone = maker_.node("gone", {{"x", maker_.raw("lost with it")}});
    const Cid kept = maker_.raw("kept");
    const Cid root = maker_.node("files", {{"a", gone}, {"b", kept}});
    ASSERT_TRUE(*store_.remove(gone));
    EXPECT_EQ(collect({root, maker_.raw("another")}), "1");
    EXPECT_TRUE(has(root) && has(kept));
}

TEST_F(CollectTest, AnIncompletePinRemovesNothing) {
    const Cid gone = maker_.node("gone");
    const Cid root = maker_.node("root", {{"x", gone}});
    const Cid garbage = maker_.raw("garbage");
    pin(root);
    ASSERT_TRUE(*store_.remove(gone));
    EXPECT_EQ(collect(), "could not retrieve links for " + gone.to_text() +
                             ": block was not found locally (offline): ipld: could not find " +
                             gone.to_text() +
                             "; garbage collection aborted: could not retrieve some links");
    EXPECT_TRUE(has(garbage));
}

TEST_F(CollectTest, AnExpiredPinNoLongerKeeps) {
    const Cid root = maker_.raw("for a while");
    pin(root, PinMode::recursive, 1'000'100);
    EXPECT_EQ(collect(), "0");
    env_.clock.now_s = 1'000'100;
    EXPECT_EQ(collect(), "1");
    env_.clock.now_s = 1;
    EXPECT_EQ(*pins_.count(), 0U);
}

TEST_F(CollectTest, WhatIsLeasedStays) {
    DagMaker writer(store_);
    const Cid fresh = writer.raw("fresh");
    EXPECT_EQ(collect(), "0");
    EXPECT_TRUE(has(fresh));
    writer.forget();
    EXPECT_EQ(collect(), "1");
}

TEST_F(CollectTest, OnlyOneRunsAtATimeAndACancelledOneRemovesNothing) {
    const Cid garbage = maker_.raw("garbage");
    pin(maker_.node("root", {{"x", maker_.node("y")}}));
    {
        const auto running = store_.begin_collection();
        EXPECT_EQ(collect(), "a collection runs already");
    }
    cancel_ = true;
    EXPECT_EQ(collect(), "the walk was stopped before its end");
    EXPECT_TRUE(has(garbage));
}

}  // namespace
}  // namespace kit::dag
