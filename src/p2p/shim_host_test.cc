// Real hosts on loopback: the interface that the simulated network has is true of libp2p as well.
#include "p2p/shim_host.h"

#include <gtest/gtest.h>

#include <functional>

#include "formats/key.h"

namespace kit::p2p {
namespace {

constexpr std::chrono::seconds patience(30);
constexpr std::string_view protocol = "/test/1.0.0";

Multihash some_key() {
    return Multihash::wrap(static_cast<uint64_t>(formats::HashCode::sha2_256), Bytes(32, 7));
}

class ShimHostTest : public testing::Test {
protected:
    ShimHostTest() : env_(real_env()) {}

    std::unique_ptr<ShimHost> open() {
        ShimHostOptions options;
        options.private_key = formats::PrivateKey::generate(formats::KeyType::ed25519, env_.random)
                                  .value()
                                  .to_protobuf();
        options.agent = "ipfs-kit/test";
        options.listen.push_back(Multiaddr::from_text("/ip4/127.0.0.1/tcp/0").value());
        options.threads = 1;
        options.lan_dht = DhtMode::server;
        options.pubsub = true;
        auto host = ShimHost::open(env_.clock, options);
        EXPECT_TRUE(host.has_value()) << host.error().to_text();
        return *std::move(host);
    }

    // The next event of this type that `wanted` likes; others are dropped.
    template <typename Wanted>
    std::optional<Wanted> wait_for(
        Host& host,
        const std::function<bool(const Wanted&)>& wanted = [](const Wanted&) { return true; }) {
        const int64_t until =
            env_.clock.monotonic_ns() + std::chrono::nanoseconds(patience).count();
        while (env_.clock.monotonic_ns() < until) {
            std::vector<Event> events;
            const auto count = host.next_events(events, 1, until);
            if (!count || *count == 0) return std::nullopt;
            const auto* event = std::get_if<Wanted>(&events.front());
            if (event != nullptr && wanted(*event)) return *event;
        }
        return std::nullopt;
    }

    Env& env_;
};

TEST_F(ShimHostTest, AFrameArrivesAsItWasSent) {
    const auto server = open();
    const auto client = open();
    const std::vector<std::string> protocols{std::string(protocol)};
    ASSERT_TRUE(server->serve_frames(protocols, 1 << 20).has_value());
    ASSERT_TRUE(client->connect({server->id(), server->addresses()}, patience).has_value());
    const auto identified = wait_for<PeerIdentified>(*client);
    ASSERT_TRUE(identified.has_value());
    EXPECT_EQ(identified->agent, "ipfs-kit/test");
    const std::vector<SharedBytes> pieces{SharedBytes::from({1, 2}), SharedBytes::from({3})};
    ASSERT_TRUE(client->send_frame(server->id(), protocols, pieces).has_value());
    const auto frame = wait_for<FrameReceived>(*server);
    ASSERT_TRUE(frame.has_value());
    EXPECT_EQ(frame->peer, client->id());
    EXPECT_EQ(frame->protocol, protocol);
    EXPECT_EQ(to_bytes(frame->frame.view()), (Bytes{1, 2, 3}));
    EXPECT_TRUE(wait_for<FramesSent>(*client).has_value());
    client->disconnect(server->id());
    EXPECT_TRUE(wait_for<PeerDisconnected>(*server).has_value());
}

TEST_F(ShimHostTest, WhatOneProvidesTheOtherFinds) {
    const auto provider = open();
    const auto seeker = open();
    ASSERT_TRUE(seeker->connect({provider->id(), provider->addresses()}, patience).has_value());
    ASSERT_TRUE(wait_for<PeerIdentified>(*seeker).has_value());
    ASSERT_TRUE(wait_for<PeerIdentified>(*provider).has_value());
    const auto provide = provider->provide(some_key());
    ASSERT_TRUE(provide.has_value());
    const auto announced = wait_for<Announced>(*provider);
    ASSERT_TRUE(announced.has_value());
    EXPECT_EQ(announced->query, *provide);
    EXPECT_FALSE(announced->error.has_value());
    ASSERT_TRUE(seeker->find_providers(some_key(), 5).has_value());
    const auto found = wait_for<ProvidersFound>(*seeker);
    ASSERT_TRUE(found.has_value());
    ASSERT_EQ(found->providers.size(), 1U);
    EXPECT_EQ(found->providers.front().peer, provider->id());
    const auto last =
        wait_for<ProvidersFound>(*seeker, [](const ProvidersFound& more) { return more.is_last; });
    EXPECT_TRUE(last.has_value());
}

TEST_F(ShimHostTest, OnePeerIsToldOfManyKeysWithoutASearch) {
    const auto provider = open();
    const auto keeper = open();
    const std::vector<Multihash> keys(200, some_key());
    ASSERT_TRUE(provider->provide_at({keeper->id(), keeper->addresses()}, keys).has_value());
    const auto announced = wait_for<Announced>(*provider);
    ASSERT_TRUE(announced.has_value());
    EXPECT_FALSE(announced->error.has_value()) << announced->error->to_text();
    EXPECT_EQ(announced->accepted_count, 1U);
    // The keeper may read a moment later.
    std::vector<PeerAddress> found;
    const int64_t until_ns = env_.clock.monotonic_ns() + std::chrono::nanoseconds(patience).count();
    while (found.empty() && env_.clock.monotonic_ns() < until_ns) {
        ASSERT_TRUE(keeper->find_providers(some_key(), 5).has_value());
        (void)wait_for<ProvidersFound>(*keeper, [&](const ProvidersFound& more) {
            found.insert(found.end(), more.providers.begin(), more.providers.end());
            return more.is_last;
        });
    }
    ASSERT_FALSE(found.empty());
    EXPECT_EQ(found.front().peer, provider->id());
}

TEST_F(ShimHostTest, KeysForAPeerThatIsGoneAreNotAccepted) {
    const auto provider = open();
    const auto gone = open();
    const PeerAddress address{gone->id(), gone->addresses()};
    gone->close();
    const std::vector<Multihash> keys{some_key()};
    ASSERT_TRUE(provider->provide_at(address, keys).has_value());
    const auto announced = wait_for<Announced>(*provider);
    ASSERT_TRUE(announced.has_value());
    EXPECT_TRUE(announced->error.has_value());
}

TEST_F(ShimHostTest, ASpeakerHearsItselfWhereItSubscribed) {
    const auto speaker = open();
    ASSERT_TRUE(speaker->subscribe("news").has_value());
    ASSERT_TRUE(speaker->publish("news", as_bytes("hello")).has_value());
    const auto own = wait_for<MessageReceived>(*speaker);
    ASSERT_TRUE(own.has_value());
    EXPECT_EQ(own->from, speaker->id());
    EXPECT_EQ(as_text(own->data), "hello");
    EXPECT_TRUE(speaker->unsubscribe("news").has_value());
}

TEST_F(ShimHostTest, ADialToNobodyFailsAsAnEvent) {
    const auto host = open();
    const auto gone = open();
    const PeerAddress address{gone->id(), gone->addresses()};
    gone->close();
    ASSERT_TRUE(host->dial(address).has_value());
    const auto failed = wait_for<DialFailed>(*host);
    ASSERT_TRUE(failed.has_value());
    EXPECT_EQ(failed->peer, gone->id());
    EXPECT_EQ(failed->error.code, Code::offline);
    EXPECT_FALSE(host->connect(address, patience).has_value());
}

TEST_F(ShimHostTest, AClosedHostSaysSo) {
    const auto host = open();
    host->close();
    std::vector<Event> events;
    while (true) {
        const auto count = host->next_events(events, 8, 0);
        if (!count) {
            EXPECT_EQ(count.error().code, Code::cancelled);
            break;
        }
        ASSERT_GT(*count, 0U);
    }
    EXPECT_FALSE(host->subscribe("late").has_value());
}

}  // namespace
}  // namespace kit::p2p
