#include "p2p/ping.h"

#include "p2p/shim_test_host.h"

namespace kit::p2p {
namespace {

TEST(PingTest, RoundTripsAreMeasuredOneByOne) {
    RunningHost server;
    RunningHost client;
    const auto pinger = Pinger::open(real_env(), *client, server.address(), patience);
    ASSERT_TRUE(pinger.has_value()) << pinger.error().to_text();
    for (int i = 0; i < 3; ++i) {
        const auto took = (*pinger)->ping(patience);
        ASSERT_TRUE(took.has_value()) << took.error().to_text();
        EXPECT_GT(took->count(), 0);
    }
    client->disconnect(server->id());
    EXPECT_FALSE((*pinger)->ping(patience).has_value());
}

TEST(PingTest, NobodyAnswersForOneWhoIsGone) {
    RunningHost client;
    auto gone = std::make_unique<RunningHost>();
    const PeerAddress address = gone->address();
    gone.reset();
    const auto pinger = Pinger::open(real_env(), *client, address, patience);
    ASSERT_FALSE(pinger.has_value());
    EXPECT_EQ(pinger.error().code, Code::offline);
}

}  // namespace
}  // namespace kit::p2p
