#include "doors/daemon/periodic_collection.h"

#include <gtest/gtest.h>

namespace kit::daemon {
namespace {

Result<CollectionRule> rule_of(const std::string& datastore) {
    const auto config = node::Config::from_text("{\"Datastore\": " + datastore + "}");
    EXPECT_TRUE(config) << config.error().message;
    return collection_rule(*config);
}

TEST(PeriodicCollectionTest, TheRuleIsTheConfigs) {
    const auto rule =
        rule_of(R"({"StorageMax": "10GB", "StorageGCWatermark": 90, "GCPeriod": "30m"})");
    ASSERT_TRUE(rule);
    EXPECT_EQ(rule->watermark_bytes, 9'000'000'000U);
    EXPECT_EQ(rule->period_ns, int64_t{1800} * 1'000'000'000);
}

TEST(PeriodicCollectionTest, WithoutAMaximumNothingIsCollected) {
    EXPECT_EQ(rule_of("{}")->watermark_bytes, UINT64_MAX);
}

TEST(PeriodicCollectionTest, AnImpossibleWatermarkIsRefused) {
    EXPECT_FALSE(rule_of(R"({"StorageMax": "10GB", "StorageGCWatermark": 101})"));
    EXPECT_FALSE(rule_of(R"({"StorageMax": "10GB", "StorageGCWatermark": -1})"));
}

}  // namespace
}  // namespace kit::daemon
