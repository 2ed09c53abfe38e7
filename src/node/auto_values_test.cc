#include "node/auto_values.h"

#include <gtest/gtest.h>

#include "formats/multiaddr.h"

namespace kit::node {
namespace {

Config config_of(std::string_view text) {
    auto config = Config::from_text(text);
    EXPECT_TRUE(config.has_value());
    return *std::move(config);
}

TEST(AutoValues, AutoIsReplacedInItsPlace) {
    const Config config = config_of(R"({"Bootstrap": ["/ip4/1.2.3.4/tcp/1/p2p/a", "auto", "z"]})");
    const auto peers = expanded_list(config, "Bootstrap");
    ASSERT_EQ(peers.size(), 9U);
    EXPECT_EQ(peers.front(), "/ip4/1.2.3.4/tcp/1/p2p/a");
    EXPECT_EQ(peers.back(), "z");
}

TEST(AutoValues, EveryBootstrapPeerIsAnAddress) {
    for (const std::string& peer :
         expanded_list(config_of(R"({"Bootstrap": ["auto"]})"), "Bootstrap")) {
        EXPECT_TRUE(formats::Multiaddr::from_text(peer).has_value()) << peer;
    }
}

TEST(AutoValues, NothingStandsForAutoWhereItIsOffOrUnknown) {
    EXPECT_TRUE(
        expanded_list(config_of(R"({"Bootstrap": ["auto"], "AutoConf": {"Enabled": false}})"),
                      "Bootstrap")
            .empty());
    EXPECT_TRUE(expanded_list(config_of(R"({"Ipns": {"DelegatedPublishers": ["auto"]}})"),
                              "Ipns.DelegatedPublishers")
                    .empty());
    EXPECT_TRUE(expanded_list(config_of(R"({"Bootstrap": null})"), "Bootstrap").empty());
}

}  // namespace
}  // namespace kit::node
