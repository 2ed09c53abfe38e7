#include "node/company_settings.h"

#include <gtest/gtest.h>

namespace kit::node {
namespace {

constexpr std::string_view peer = "12D3KooWDUzwgKg5cmREbTrFVLBb4bufxrpBj7d4BiRqw3e1ENsX";

Result<CompanySettings> settings_of(const std::string& text) {
    const auto config = Config::from_text(text);
    EXPECT_TRUE(config.has_value());
    return company_settings(*config);
}

TEST(CompanySettings, TheDefaultsAreKubos) {
    const auto settings = settings_of("{}");
    ASSERT_TRUE(settings.has_value());
    EXPECT_TRUE(settings->bootstrap.empty());
    EXPECT_TRUE(settings->marks.is_enabled);
    EXPECT_EQ(settings->marks.low_water, 32U);
    EXPECT_EQ(settings->marks.high_water, 96U);
    EXPECT_EQ(settings->marks.grace, std::chrono::seconds(20));
}

TEST(CompanySettings, EverythingIsRead) {
    const auto settings =
        settings_of(R"({"Bootstrap": ["/ip4/1.2.3.4/tcp/4001/p2p/)" + std::string(peer) +
                    R"("], "Peering": {"Peers": [{"ID": ")" + std::string(peer) +
                    R"(", "Addrs": ["/ip4/1.2.3.4/tcp/1"]}]},
            "Swarm": {"ConnMgr": {"Type": "none", "LowWater": 5, "GracePeriod": "1s"}}})");
    ASSERT_TRUE(settings.has_value()) << settings.error().to_text();
    ASSERT_EQ(settings->bootstrap.size(), 1U);
    EXPECT_EQ(settings->bootstrap[0].peer.to_text(), peer);
    ASSERT_EQ(settings->peering.size(), 1U);
    EXPECT_EQ(settings->peering[0].addresses.size(), 1U);
    EXPECT_FALSE(settings->marks.is_enabled);
    EXPECT_EQ(settings->marks.low_water, 5U);
    EXPECT_EQ(settings->marks.grace, std::chrono::seconds(1));
}

TEST(CompanySettings, WhatIsNoPeerIsRefused) {
    for (const char* text :
         {R"({"Bootstrap": ["/ip4/1.2.3.4/tcp/4001"]})", R"({"Peering": {"Peers": [{}]}})",
          R"({"Peering": {"Peers": [{"ID": "x"}]}})", R"({"Peering": {"Peers": ["x"]}})"}) {
        const auto settings = settings_of(text);
        ASSERT_FALSE(settings.has_value()) << text;
        EXPECT_EQ(settings.error().code, Code::invalid_argument);
    }
}

}  // namespace
}  // namespace kit::node
