// What a real host tells about itself and its peers.
#include "p2p/shim_test_host.h"

namespace kit::p2p {
namespace {

ShimHostOptions with_pubsub_and_dht() {
    ShimHostOptions options = test_options(real_env());
    options.pubsub = true;
    options.lan_dht = DhtMode::server;
    return options;
}

class ShimListsTest : public testing::Test {
protected:
    ShimListsTest() : server_(with_pubsub_and_dht()), client_(with_pubsub_and_dht()) {}

    void meet() {
        ASSERT_TRUE(client_->connect(server_.address(), patience).has_value());
        identified_ = client_.wait_for<PeerIdentified>().value();
        ASSERT_TRUE(server_.wait_for<PeerIdentified>().has_value());
    }

    RunningHost server_;
    RunningHost client_;
    PeerIdentified identified_{server_->id(), {}, {}, {}};
};

TEST_F(ShimListsTest, IdentifyTellsWhoAPeerIs) {
    meet();
    EXPECT_EQ(identified_.protocol_version, "ipfs/0.1.0");
    const auto key = formats::PublicKey::from_protobuf(identified_.public_key);
    ASSERT_TRUE(key.has_value());
    EXPECT_EQ(PeerId::of(*key), server_->id());
    EXPECT_TRUE(identified_.observed.to_text().starts_with("/ip4/127.0.0.1/tcp/"));
    EXPECT_EQ(identified_.addresses, server_->listen_addresses());
}

TEST_F(ShimListsTest, AConnectionIsListedAndCanBeClosed) {
    meet();
    const auto listed = client_->connections();
    ASSERT_TRUE(listed.has_value());
    ASSERT_EQ(listed->size(), 1U);
    const ShimConnection& open = listed->front();
    EXPECT_EQ(open.peer, server_->id());
    EXPECT_EQ(open.direction, Direction::outbound);
    EXPECT_FALSE(open.is_relayed);
    EXPECT_EQ(open.agent, "ipfs-kit/test");
    EXPECT_EQ(client_->counts().value().connections, 1U);
    EXPECT_GT(client_->traffic(server_->id()).received_bytes, 0U);
    ASSERT_TRUE(client_->close_connection(open.number).has_value());
    EXPECT_TRUE(client_.wait_for<PeerDisconnected>().has_value());
    EXPECT_FALSE(client_->close_connection(open.number).has_value());
}

TEST_F(ShimListsTest, FramesAreCountedByProtocol) {
    const std::vector<std::string> protocols{"/test/frames"};
    ASSERT_TRUE(server_->serve_frames(protocols, 1000).has_value());
    meet();
    const std::vector<SharedBytes> pieces{SharedBytes::from(Bytes(99, 1))};
    ASSERT_TRUE(client_->send_frame(server_->id(), protocols, pieces).has_value());
    ASSERT_TRUE(server_.wait_for<FrameReceived>().has_value());
    const auto traffic = server_->protocol_traffic();
    ASSERT_TRUE(traffic.has_value());
    const auto counted = std::ranges::find(*traffic, "/test/frames", &ProtocolTraffic::protocol);
    ASSERT_NE(counted, traffic->end());
    EXPECT_EQ(counted->traffic.received_bytes, 99U);
    const auto streams = server_->streams();
    ASSERT_TRUE(streams.has_value());
    ASSERT_EQ(streams->size(), 1U);
    EXPECT_EQ(streams->front().protocol, "/test/frames");
}

TEST_F(ShimListsTest, TopicsAndTheirPeersAreListed) {
    ASSERT_TRUE(server_->subscribe("news").has_value());
    meet();
    const auto joined = client_.wait_for<TopicPeerChanged>();
    ASSERT_TRUE(joined.has_value());
    EXPECT_EQ(joined->topic, "news");
    EXPECT_TRUE(joined->is_subscribed);
    EXPECT_EQ(client_->topic_peers("news").value(), std::vector{server_->id()});
    EXPECT_TRUE(client_->topic_peers("silence").value().empty());
    EXPECT_EQ(server_->topics().value(), std::vector<std::string>{"news"});
    ASSERT_TRUE(client_->publish("news", as_bytes("hello")).has_value());
    const auto message = server_.wait_for<MessageReceived>();
    ASSERT_TRUE(message.has_value());
    EXPECT_EQ(message->from, client_->id());
}

TEST_F(ShimListsTest, APeerOfTheDhtStandsInTheTable) {
    meet();
    const auto routes = client_->routes(DhtSide::lan);
    ASSERT_TRUE(routes.has_value());
    ASSERT_EQ(routes->size(), 1U);
    EXPECT_EQ(routes->front().peer, server_->id());
    EXPECT_TRUE(routes->front().is_connected);
    EXPECT_LT(routes->front().bucket, 64U);
    EXPECT_TRUE(client_->fill_routes(DhtSide::lan, patience).has_value());
    EXPECT_FALSE(client_->routes(DhtSide::wan).has_value());
}

TEST_F(ShimListsTest, ABannedNetworkIsNotReached) {
    ASSERT_TRUE(client_->set_banned("/ip4/127.0.0.0/ipcidr/8", true).has_value());
    const auto refused = client_->connect(server_.address(), patience);
    ASSERT_FALSE(refused.has_value());
    ASSERT_TRUE(client_->set_banned("127.0.0.0/8", false).has_value());
    EXPECT_TRUE(client_->connect(server_.address(), patience).has_value());
    EXPECT_FALSE(client_->set_banned("/ip4/127.0.0.1/tcp/4001", true).has_value());
}

TEST_F(ShimListsTest, OnlyAnnouncedAddressesAreToldWhenListeningIsHidden) {
    ShimHostOptions options = test_options(real_env());
    options.hide_listen_addresses = true;
    RunningHost hidden(options);
    const auto announced = Multiaddr::from_text("/ip4/203.0.113.9/tcp/4001").value();
    ASSERT_TRUE(hidden->announce_address(announced, true).has_value());
    ASSERT_TRUE(client_->connect(hidden.address(), patience).has_value());
    const auto told = client_.wait_for<PeerIdentified>();
    ASSERT_TRUE(told.has_value());
    EXPECT_EQ(told->addresses, std::vector{announced});
    EXPECT_EQ(hidden->reachable_addresses(), std::vector{announced});
}

}  // namespace
}  // namespace kit::p2p
