#include "doors/daemon/swarm_text.h"

#include <gtest/gtest.h>

#include <vector>

namespace kit::daemon {
namespace {

TEST(SwarmText, TransportsOfOnePortAreOneLine) {
    std::vector<formats::Multiaddr> addresses;
    for (const char* text : {"/ip4/127.0.0.1/tcp/4001", "/ip4/127.0.0.1/udp/4001/quic-v1",
                             "/ip6/::1/tcp/4001", "/ip4/10.0.0.1/tcp/4002/ws", "/p2p-circuit"}) {
        const auto address = formats::Multiaddr::from_text(text);
        ASSERT_TRUE(address) << text;
        addresses.push_back(*address);
    }
    EXPECT_EQ(swarm_text(addresses),
              "Swarm listening on 10.0.0.1:4002 (TCP)\n"
              "Swarm listening on 127.0.0.1:4001 (TCP+UDP)\n"
              "Swarm listening on [::1]:4001 (TCP)\n"
              "Run 'ipfs id' to inspect announced and discovered multiaddrs of this node.\n");
}

}  // namespace
}  // namespace kit::daemon
