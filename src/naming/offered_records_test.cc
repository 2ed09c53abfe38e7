#include "naming/offered_records.h"

#include <gtest/gtest.h>

#include "naming/test_names.h"

namespace kit::naming::testing {
namespace {

class OfferedRecordsTest : public ::testing::Test {
protected:
    static Bytes record(const char* value, uint64_t sequence, uint64_t seed = 1,
                        int64_t lifetime_ns = hour_ns) {
        TestNames elsewhere;
        const auto made = elsewhere.records.publish(
            make_key(seed), value, {.lifetime_ns = lifetime_ns, .sequence = sequence});
        return to_bytes(made.value().bytes());
    }
    // Whether it was kept.
    bool offer(Bytes value, uint64_t seed = 1) {
        const size_t count = kept_.size();
        EXPECT_TRUE(offered_.offer(
            {formats::ipns_routing_key(name_of(make_key(seed))), std::move(value), 7}));
        offered_.judge_all();
        return kept_.size() > count;
    }

    TestNames world_;
    std::vector<std::chrono::nanoseconds> kept_;
    OfferedRecords offered_{world_.records,
                            [this](const OfferedRecord& record, std::chrono::nanoseconds time) {
                                EXPECT_EQ(record.side, 7U);
                                kept_.push_back(time);
                            }};
};

TEST_F(OfferedRecordsTest, GoodRecordsAreKeptForTheirTime) {
    EXPECT_TRUE(offer(record(path_a, 5)));
    EXPECT_EQ(kept_.back(), std::chrono::hours(1));
    EXPECT_TRUE(offer(record(path_a, 6, 1, 100 * hour_ns)));
    EXPECT_EQ(kept_.back(), std::chrono::hours(48));
    EXPECT_TRUE(offer(record(path_a, 1, 2), 2));
}

TEST_F(OfferedRecordsTest, ARecordThatIsWorseOrNoneIsNot) {
    const Bytes best = record(path_a, 5);
    EXPECT_TRUE(offer(best));
    EXPECT_FALSE(offer(record(path_b, 4)));
    EXPECT_TRUE(offer(best));                   // Told again by its owner, its time begins anew.
    EXPECT_FALSE(offer(record(path_a, 9, 2)));  // Another name's.
    EXPECT_FALSE(offer(to_bytes(as_bytes("garbage"))));
    world_.clock.now_s += 7200;
    EXPECT_FALSE(offer(best));  // Over.
}

TEST_F(OfferedRecordsTest, WhatThisNodeHoldsCountsToo) {
    ASSERT_TRUE(world_.records.put(name_of(make_key(1)), record(path_a, 5)).has_value());
    EXPECT_FALSE(offer(record(path_b, 4)));
    EXPECT_TRUE(offer(record(path_b, 6)));
}

TEST_F(OfferedRecordsTest, WhoeverOffersTooMuchIsNotHeard) {
    for (size_t i = 0; i < OfferedRecords::waiting_count_max; ++i) {
        EXPECT_TRUE(offered_.offer({{}, {}, 0}));
    }
    EXPECT_FALSE(offered_.offer({{}, {}, 0}));
    offered_.judge_all();
    EXPECT_TRUE(kept_.empty());
    offered_.start();
    offered_.stop();
    EXPECT_FALSE(offered_.offer({{}, {}, 0}));
}

}  // namespace
}  // namespace kit::naming::testing
