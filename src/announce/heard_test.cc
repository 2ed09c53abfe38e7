#include "announce/heard.h"

#include <gtest/gtest.h>

#include "announce/rate_limit.h"
#include "announce/test_values.h"
#include "base/simulated_env.h"

namespace kit::announce {
namespace {

using testing::cid_of;
using testing::peer_of;

constexpr int64_t second = 1'000'000'000;

Heard heard(std::string_view from, std::string_view content, int64_t at_ns = 0) {
    return {.from = peer_of(from),
            .announcement = {.cid = cid_of(content), .name = std::string(content)},
            .heard_ns = at_ns,
            .heard_unix_ns = at_ns};
}

TEST(HeardTable, AFlooderFillsItsOwnShareOnly) {
    HeardTable table({.count_max = 10, .of_peer_count_max = 6, .time_ns_max = 100 * second});
    table.add(heard("quiet", "one"));
    for (int i = 0; i < 100; ++i) table.add(heard("loud", "loud " + std::to_string(i)));
    EXPECT_EQ(table.count_of(peer_of("loud")), 6U);
    EXPECT_EQ(table.count_of(peer_of("quiet")), 1U);
}

TEST(HeardTable, AFullTableLosesTheOldestOfWhoeverHasMost) {
    HeardTable table({.count_max = 6, .of_peer_count_max = 6, .time_ns_max = 100 * second});
    table.add(heard("quiet", "one"));
    for (int i = 0; i < 5; ++i) table.add(heard("loud", "loud " + std::to_string(i)));
    for (int i = 0; i < 3; ++i) table.add(heard("new " + std::to_string(i), "new"));
    EXPECT_EQ(table.count(), 6U);
    EXPECT_EQ(table.count_of(peer_of("quiet")), 1U);
    EXPECT_EQ(table.count_of(peer_of("loud")), 2U);
    EXPECT_TRUE(table.list({.cid = cid_of("loud 0")}).empty());
    EXPECT_FALSE(table.list({.cid = cid_of("loud 4")}).empty());
}

TEST(HeardTable, ANewerWordTakesThePlaceOfTheOlder) {
    HeardTable table;
    table.add(heard("a", "one"));
    Heard newer = heard("a", "one", second);
    newer.announcement.name = "renamed";
    table.add(newer);
    const auto found = table.list({.cid = cid_of("one")});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].announcement.name, "renamed");
}

TEST(HeardTable, WhatIsOldGoes) {
    HeardTable table({.count_max = 10, .of_peer_count_max = 10, .time_ns_max = 10 * second});
    table.add(heard("a", "one", 0));
    table.add(heard("a", "two", 5 * second));
    table.expire(10 * second);
    EXPECT_EQ(table.count(), 1U);
    table.expire(15 * second);
    EXPECT_EQ(table.count(), 0U);
}

TEST(HeardTable, AListHasWhatTheFilterAsksFor) {
    HeardTable table;
    Heard tagged = heard("a", "cat picture", second);
    tagged.announcement.tags = {"cats"};
    table.add(tagged);
    table.add(heard("b", "dog picture", 2 * second));
    EXPECT_EQ(table.list({}).size(), 2U);
    EXPECT_EQ(table.list({.tag = "cats"}).size(), 1U);
    EXPECT_EQ(table.list({.name = "picture"}).size(), 2U);
    EXPECT_EQ(table.list({.name = "dog"}).size(), 1U);
    EXPECT_EQ(table.list({.since_unix_ns = 2 * second}).size(), 1U);
    EXPECT_EQ(table.list({.tag = "cats", .name = "dog"}).size(), 0U);
}

// Whatever is added, the bounds hold and every entry is found by its content and by its sender.
TEST(HeardTable, KeepsItsBoundsWhateverIsAdded) {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE(seed);
        SimulatedRandom random(seed);
        HeardTable table({.count_max = 30, .of_peer_count_max = 8, .time_ns_max = 50 * second});
        int64_t now = 0;
        for (int step = 0; step < 500; ++step) {
            now += static_cast<int64_t>(random.below(2 * second));
            const std::string from = "peer " + std::to_string(random.below(7));
            table.expire(now);
            table.add(heard(from, "content " + std::to_string(random.below(60)), now));
            ASSERT_LE(table.count(), 30U);
            ASSERT_LE(table.count_of(peer_of(from)), 8U);
            const auto all = table.list({});
            ASSERT_EQ(all.size(), table.count());
            for (const Heard& each : all) {
                ASSERT_GT(each.heard_ns, now - 50 * second);
                ASSERT_FALSE(table.list({.cid = each.announcement.cid}).empty());
            }
        }
    }
}

TEST(RateLimit, TakesSoManyAtOnceAndThenSoManyASecond) {
    RateLimit limit({.per_s = 2, .at_once = 3});
    const auto taken = [&](int64_t now) {
        int count = 0;
        while (limit.take(now)) ++count;
        return count;
    };
    EXPECT_EQ(taken(second), 3);
    EXPECT_EQ(taken(second), 0);
    EXPECT_EQ(taken(2 * second), 2);
    EXPECT_EQ(taken(100 * second), 3);
}

TEST(RateLimit, OnePeersFloodCostsNobodyElse) {
    PeerRates rates({.per_s = 1, .at_once = 2});
    for (int i = 0; i < 100; ++i) (void)rates.take(peer_of("loud"), second);
    EXPECT_FALSE(rates.take(peer_of("loud"), second));
    EXPECT_TRUE(rates.take(peer_of("quiet"), second));
}

}  // namespace
}  // namespace kit::announce
