#include "p2p/announced_addresses.h"

#include <gtest/gtest.h>

namespace kit::p2p {
namespace {

using formats::Multiaddr;
using Texts = std::vector<std::string>;

Multiaddr address(const std::string& text) {
    return Multiaddr::from_text(text).value();
}

Texts told(const AnnounceRules& rules, const Texts& listening) {
    std::vector<Multiaddr> addresses;
    for (const std::string& text : listening) addresses.push_back(address(text));
    Texts texts;
    for (const Multiaddr& one : rules.announced(addresses)) texts.push_back(one.to_text());
    return texts;
}

const std::string home = "/ip4/192.168.0.7/tcp/4001";
const std::string world = "/ip4/203.0.113.9/tcp/4001";
const std::string named = "/dns4/node.example/tcp/4001";

TEST(AnnounceRulesTest, WithoutRulesAllIsTold) {
    const auto rules = AnnounceRules::from_texts({}, {}, {}).value();
    EXPECT_TRUE(rules.empty());
    EXPECT_EQ(told(rules, {home, world}), (Texts{home, world}));
}

TEST(AnnounceRulesTest, AnnounceStandsInPlaceAndAppendBesides) {
    const auto instead = AnnounceRules::from_texts({world}, {named, world}, {}).value();
    EXPECT_EQ(told(instead, {home}), (Texts{world, named}));
    const auto besides = AnnounceRules::from_texts({}, {named}, {}).value();
    EXPECT_EQ(told(besides, {home}), (Texts{home, named}));
}

TEST(AnnounceRulesTest, RefusedAddressesAndNetworksAreNotTold) {
    const auto rules =
        AnnounceRules::from_texts({}, {named}, {"/ip4/192.168.0.0/ipcidr/16", named}).value();
    EXPECT_EQ(told(rules, {home, world}), Texts{world});
    EXPECT_FALSE(AnnounceRules::from_texts({"nowhere"}, {}, {}).has_value());
}

TEST(AnnounceRulesTest, NetworksEndBetweenBits) {
    EXPECT_TRUE(is_in_network(address("/ip4/10.15.1.1/tcp/1"), address("/ip4/10.0.0.0/ipcidr/12")));
    EXPECT_FALSE(
        is_in_network(address("/ip4/10.16.1.1/tcp/1"), address("/ip4/10.0.0.0/ipcidr/12")));
    EXPECT_TRUE(is_in_network(address("/ip6/fe80::1/tcp/1"), address("/ip6/fe80::/ipcidr/10")));
    EXPECT_FALSE(is_in_network(address("/ip6/::1/tcp/1"), address("/ip4/0.0.0.0/ipcidr/0")));
    EXPECT_TRUE(is_in_network(address("/ip4/8.8.8.8"), address("/ip4/0.0.0.0/ipcidr/0")));
    EXPECT_FALSE(is_in_network(address("/ip4/8.8.8.8"), address("/ip4/8.8.8.8/ipcidr/99")));
    EXPECT_FALSE(is_in_network(address("/dns4/a/tcp/1"), address("/ip4/0.0.0.0/ipcidr/0")));
}

}  // namespace
}  // namespace kit::p2p
