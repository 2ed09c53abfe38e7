#include "commands/peer_address.h"

#include <gtest/gtest.h>

namespace kit::commands {
namespace {

const std::string one = "QmaCpDMGvV2BGHeYERUEnRQAwe3N8SzbUtfsmvsqQLuvuJ";
const std::string other = "QmNnooDu7bfjPFoTZYxMNLWUQJyrVwtbZg5gBMjTezGAJN";

TEST(PeerAddress, AddressesOfOnePeerComeTogetherInTheOrderTheyWereNamed) {
    const std::vector<std::string> asked = {"/ip4/1.2.3.4/tcp/1/p2p/" + one,
                                            "/ip4/5.6.7.8/tcp/2/p2p/" + other,
                                            "/ip4/1.2.3.4/udp/3/quic-v1/p2p/" + one};
    const auto peers = group_by_peer(asked);
    ASSERT_TRUE(peers);
    ASSERT_EQ(peers->size(), 2U);
    EXPECT_EQ(address_texts((*peers)[0]), (std::vector<std::string>{asked[0], asked[2]}));
    EXPECT_EQ(address_texts((*peers)[1]), (std::vector<std::string>{asked[1]}));
}

TEST(PeerAddress, APeerAloneIsAnAddressWithoutTransport) {
    const std::vector<std::string> asked = {"/p2p/" + one};
    const auto peers = group_by_peer(asked);
    ASSERT_TRUE(peers);
    EXPECT_TRUE(peers->front().transports.empty());
    EXPECT_EQ(address_texts(peers->front()), asked);
}

TEST(PeerAddress, WhatEndsInNoPeerIsRefusedInKubosWords) {
    const std::vector<std::string> asked = {"/ip4/1.2.3.4/tcp/1"};
    const auto peers = group_by_peer(asked);
    ASSERT_FALSE(peers);
    EXPECT_EQ(peers.error().message, "invalid p2p multiaddr");
}

}  // namespace
}  // namespace kit::commands
