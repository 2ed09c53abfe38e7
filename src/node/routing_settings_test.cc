#include "node/routing_settings.h"

#include <gtest/gtest.h>

namespace kit::node {
namespace {

Result<RoutingSettings> settings_of(const std::string& json) {
    return routing_settings(Config::from_text(json).value());
}
std::string refused(const std::string& json) {
    const auto settings = settings_of(json);
    return settings ? "" : settings.error().to_text();
}

TEST(RoutingSettingsTest, WithoutWordsKubosDefaultsHold) {
    const auto settings = settings_of("{}").value();
    EXPECT_EQ(settings.routers.type, "auto");
    EXPECT_TRUE(settings.routers.delegated_routers.empty());
    EXPECT_EQ(settings.names.kept_count_max, 128U);
    EXPECT_TRUE(settings.provides);
    EXPECT_TRUE(settings.strategy.all);
    EXPECT_EQ(settings.provider.interval, std::chrono::hours(22));
    EXPECT_EQ(settings.provider.workers_count_max, 16U);
}

TEST(RoutingSettingsTest, TheConfigIsRead) {
    const auto settings = settings_of(R"({
        "Routing": {"Type": "custom", "DelegatedRouters": ["https://a.example"],
            "IgnoreProviders": ["12D3KooWM8sovaEGU1bmiWGWAzvs47DEcXKZZTuJnpQyVTkRs2Vn"],
            "Routers": {"web": {"Type": "http", "Parameters": {"Endpoint": "https://b.example"}},
                "both": {"Type": "parallel", "Parameters": {"Routers": [
                    {"RouterName": "web", "Timeout": "3s", "IgnoreErrors": true,
                     "ExecuteAfter": "500ms"}]}}},
            "Methods": {"provide": {"RouterName": "both"}}},
        "Ipns": {"ResolveCacheSize": 7, "MaxCacheTTL": "1m", "DelegatedPublishers": ["auto"]},
        "DNS": {"Resolvers": {"eth.": "https://c.example"}, "MaxCacheTTL": "30s"},
        "Provide": {"Enabled": false, "Strategy": "pinned+mfs",
            "DHT": {"Interval": "10h", "MaxWorkers": 3, "SweepEnabled": false}}})")
                              .value();
    EXPECT_EQ(settings.routers.ignored_providers.size(), 1U);
    EXPECT_EQ(settings.routers.delegated_publishers, std::vector<std::string>{"auto"});
    EXPECT_EQ(settings.routers.routers.at("web").endpoint, "https://b.example");
    const auto& part = settings.routers.routers.at("both").parts.at(0);
    EXPECT_EQ(part.router, "web");
    EXPECT_EQ(part.time_max, std::chrono::seconds(3));
    EXPECT_EQ(part.delay, std::chrono::milliseconds(500));
    EXPECT_TRUE(part.ignores_errors);
    EXPECT_EQ(settings.routers.methods.at("provide"), "both");
    EXPECT_EQ(settings.names.kept_count_max, 7U);
    EXPECT_EQ(settings.names.kept_ns_max, 60'000'000'000);
    EXPECT_EQ(settings.dns_resolvers.at("eth."), "https://c.example");
    EXPECT_EQ(settings.dns_keep_s_max, 30U);
    EXPECT_FALSE(settings.provides);
    EXPECT_TRUE(settings.strategy.pinned && settings.strategy.mfs);
    EXPECT_EQ(settings.provider.interval, std::chrono::hours(10));
    EXPECT_EQ(settings.provider.workers_count_max, 3U);
    EXPECT_FALSE(settings.provider.spreads);
}

TEST(RoutingSettingsTest, WhatMakesNoSenseIsRefusedInKubosWords) {
    EXPECT_EQ(refused(R"({"Provide": {"Strategy": "roots+unique"}})"),
              "Provide.Strategy: +unique/+entities must combine with pinned and/or mfs in "
              "\"roots+unique\"");
    EXPECT_EQ(refused(R"({"Provide": {"DHT": {"Interval": "72h"}}})"),
              "Provide.DHT.Interval (72h0m0s) must be less than or equal to DHT provider record "
              "validity (48h0m0s)");
    EXPECT_EQ(refused(R"({"Provide": {"DHT": {"MaxWorkers": 0}}})"),
              "Provide.DHT.MaxWorkers must be positive, got 0");
    EXPECT_NE(refused(R"({"Provide": {"DHT": {"Interval": "0"}}})"), "");
    EXPECT_EQ(refused(R"({"Provide": {"Enabled": true, "DHT": {"Interval": "0"}}})"), "");
    EXPECT_EQ(refused(R"({"Ipns": {"ResolveCacheSize": -1}})"),
              "cannot specify negative resolve cache size");
    EXPECT_NE(refused(R"({"Routing": {"IgnoreProviders": ["x"]}})"), "");
    EXPECT_EQ(refused(R"({"Routing": {"Routers": {"a": {"Type": "b"}}}})"),
              "Routing.Routers.a in the config: unknown router type \"b\"");
}

}  // namespace
}  // namespace kit::node
