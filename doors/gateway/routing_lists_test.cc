#include "doors/gateway/routing_lists.h"

#include <gtest/gtest.h>

namespace kit::gateway {
namespace {

const routing::PeerAddress peer = {
    formats::PeerId::from_text("12D3KooWM8sovaEGU1bmiWGWAzvs47DEcXKZZTuJnpQyVTkRs2Vn").value(),
    {formats::Multiaddr::from_text("/ip4/1.2.3.4/tcp/4001").value(),
     formats::Multiaddr::from_text("/ip4/1.2.3.4/udp/4001/quic-v1").value(),
     formats::Multiaddr::from_text("/ip6/::1/tcp/4001/ws").value()}};

// How many addresses pass, or -1.
int passed(std::vector<std::string> addresses, std::vector<std::string> protocols = {}) {
    const auto left = filtered(peer, {std::move(protocols), std::move(addresses)});
    return left ? static_cast<int>(left->addresses.size()) : -1;
}

// boxo:routing/http/filters/filters_test.go
TEST(PeerFiltersTest, AddressesPassByTheirProtocols) {
    EXPECT_EQ(passed({}), 3);
    EXPECT_EQ(passed({"tcp"}), 2);
    EXPECT_EQ(passed({"!tcp"}), 1);
    EXPECT_EQ(passed({"tcp", "!ws"}), 1);
    EXPECT_EQ(passed({"quic-v1", "ws"}), 2);
    EXPECT_EQ(passed({"webtransport"}), -1);
    EXPECT_EQ(passed({"unknown"}), -1);
    EXPECT_TRUE(filtered({peer.peer, {}}, {{}, {"unknown"}}).has_value());
    EXPECT_FALSE(filtered({peer.peer, {}}, {{}, {"tcp"}}).has_value());
}

TEST(PeerFiltersTest, PeersWhoseProtocolsAreNotKnownAreUnknown) {
    EXPECT_EQ(passed({}, {"unknown", "transport-bitswap"}), 3);
    EXPECT_EQ(passed({}, {"transport-bitswap"}), -1);
}

}  // namespace
}  // namespace kit::gateway
