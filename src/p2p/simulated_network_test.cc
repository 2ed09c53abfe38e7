#include "p2p/simulated_network.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace kit::p2p {
namespace {

const std::vector<std::string> protocols = {"/test/1"};
constexpr int64_t second_ns = 1'000'000'000;

class SimulatedNetworkTest : public ::testing::Test {
protected:
    explicit SimulatedNetworkTest(SimulatedNetworkOptions options = {})
        : network_(clock_, 7, options) {}

    Host& add() {
        Host& host = network_.add_host();
        EXPECT_TRUE(host.serve_frames(protocols, MiB).has_value());
        seen_.emplace_back();
        return host;
    }
    // Two that are connected.
    void add_pair() {
        add();
        add();
        network_.connect(0, 1);
    }
    void run(int64_t time_ns) {
        const int64_t until_ns = network_.now_ns() + time_ns;
        while (const auto number = network_.step(until_ns)) {
            (void)network_.host(*number).next_events(seen_[*number], SIZE_MAX, 0);
        }
    }
    template <typename T>
    std::vector<T> seen(size_t host) const {
        std::vector<T> all;
        for (const Event& event : seen_[host]) {
            if (const T* one = std::get_if<T>(&event)) all.push_back(*one);
        }
        return all;
    }
    Result<void> send(uint32_t from, uint32_t to, size_t size_bytes) {
        const SharedBytes frame = SharedBytes::from(Bytes(size_bytes, 7));
        return network_.host(from).send_frame(network_.host(to).id(), protocols,
                                              std::span(&frame, 1));
    }

    SimulatedClock clock_;
    SimulatedNetwork network_;
    std::vector<std::vector<Event>> seen_;
};

TEST_F(SimulatedNetworkTest, PeersMeetAndAreIdentified) {
    add();
    add();
    ASSERT_TRUE(network_.host(0).dial({network_.host(1).id(), {}}).has_value());
    run(second_ns);
    ASSERT_EQ(seen<PeerConnected>(0).size(), 1U);
    EXPECT_EQ(seen<PeerConnected>(0)[0].direction, Direction::outbound);
    EXPECT_EQ(seen<PeerConnected>(1)[0].direction, Direction::inbound);
    EXPECT_EQ(seen<PeerIdentified>(0).at(0).protocols, protocols);
    EXPECT_EQ(seen<PeerIdentified>(1).at(0).protocols, protocols);
    EXPECT_EQ(network_.host(1).connected_peers().size(), 1U);
}

TEST_F(SimulatedNetworkTest, FramesComeInOrderAndWhole) {
    add_pair();
    for (size_t size = 1; size <= 20; ++size) ASSERT_TRUE(send(0, 1, size).has_value());
    run(second_ns);
    const auto frames = seen<FrameReceived>(1);
    ASSERT_EQ(frames.size(), 20U);
    for (size_t i = 0; i < 20; ++i) EXPECT_EQ(frames[i].frame.size(), i + 1);
    EXPECT_FALSE(seen<FramesSent>(0).empty());
    EXPECT_EQ(network_.host(0).unsent_bytes(network_.host(1).id()), 0U);
}

TEST_F(SimulatedNetworkTest, TheLineIsAsFastAsItIsSaidToBe) {
    add_pair();
    network_.set_upload(0, 100 * KiB);
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(send(0, 1, 100 * KiB).has_value());
    run(3 * second_ns - 1);
    EXPECT_EQ(seen<FrameReceived>(1).size(), 2U);
    run(3 * second_ns);
    EXPECT_EQ(seen<FrameReceived>(1).size(), 5U);
}

TEST_F(SimulatedNetworkTest, ASenderIsBusyAboveItsBound) {
    add_pair();
    for (int i = 0; i < 8; ++i) ASSERT_TRUE(send(0, 1, MiB).has_value());
    const auto refused = send(0, 1, 1);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Code::busy);
    run(second_ns);
    EXPECT_TRUE(send(0, 1, 1).has_value());
}

TEST_F(SimulatedNetworkTest, TooLongAFrameFailsAtTheSender) {
    add_pair();
    ASSERT_TRUE(send(0, 1, MiB + 1).has_value());
    run(second_ns);
    EXPECT_EQ(seen<FramesFailed>(0).size(), 1U);
    EXPECT_TRUE(seen<FrameReceived>(1).empty());
}

TEST_F(SimulatedNetworkTest, LossTakesItsShare) {
    add_pair();
    network_.set_loss(0.1);
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(send(0, 1, 100).has_value());
    run(10 * second_ns);
    EXPECT_NEAR(static_cast<double>(seen<FrameReceived>(1).size()), 900, 40);
}

TEST_F(SimulatedNetworkTest, APartitionBreaksAndHeals) {
    add_pair();
    run(second_ns);
    network_.set_group(1, 1);
    run(second_ns);
    EXPECT_EQ(seen<PeerDisconnected>(0).size(), 1U);
    EXPECT_FALSE(send(0, 1, 1).has_value());
    ASSERT_TRUE(network_.host(0).dial({network_.host(1).id(), {}}).has_value());
    run(10 * second_ns);
    EXPECT_EQ(seen<DialFailed>(0).size(), 1U);
    network_.set_group(1, 0);
    const auto met =
        network_.host(0).connect({network_.host(1).id(), {}}, std::chrono::milliseconds(1000));
    EXPECT_TRUE(met.has_value());
}

TEST_F(SimulatedNetworkTest, WhoIsBehindANatDialsAndIsNotDialled) {
    add();
    add();
    network_.set_reachable(1, false);
    const auto to_it =
        network_.host(0).connect({network_.host(1).id(), {}}, std::chrono::milliseconds(9000));
    EXPECT_FALSE(to_it.has_value());
    const auto from_it =
        network_.host(1).connect({network_.host(0).id(), {}}, std::chrono::milliseconds(9000));
    EXPECT_TRUE(from_it.has_value());
}

TEST_F(SimulatedNetworkTest, ProvidersAreFoundWhileTheyAreThere) {
    for (int i = 0; i < 3; ++i) add();
    const ByteView content = as_bytes("content");
    const Multihash key = formats::sha2_256(std::span(&content, 1));
    ASSERT_TRUE(network_.host(1).provide(key).has_value());
    ASSERT_TRUE(network_.host(2).provide(key).has_value());
    run(second_ns);
    EXPECT_EQ(seen<Announced>(1).size(), 1U);
    network_.set_online(2, false);
    ASSERT_TRUE(network_.host(0).find_providers(key, 10).has_value());
    const auto cancelled = network_.host(0).find_providers(key, 10);
    network_.host(0).cancel(*cancelled);
    run(second_ns);
    const auto found = seen<ProvidersFound>(0);
    ASSERT_EQ(found.size(), 1U);
    ASSERT_EQ(found[0].providers.size(), 1U);
    EXPECT_EQ(found[0].providers[0].peer, network_.host(1).id());
}

TEST_F(SimulatedNetworkTest, ValuesAndTopicsReachOthers) {
    add_pair();
    ASSERT_TRUE(network_.host(1).subscribe("news").has_value());
    ASSERT_TRUE(network_.host(0).publish("news", as_bytes("hello")).has_value());
    ASSERT_TRUE(network_.host(0).put_value(as_bytes("k"), as_bytes("v")).has_value());
    run(second_ns);
    EXPECT_EQ(as_text(seen<MessageReceived>(1).at(0).data), "hello");
    EXPECT_TRUE(seen<MessageReceived>(0).empty());
    ASSERT_TRUE(network_.host(1).get_value(as_bytes("k")).has_value());
    ASSERT_TRUE(network_.host(1).closest_peers(as_bytes("k")).has_value());
    ASSERT_TRUE(network_.host(1).find_peer(network_.host(0).id()).has_value());
    run(second_ns);
    EXPECT_EQ(as_text(seen<ValueFound>(1).at(0).value.value()), "v");
    EXPECT_EQ(seen<PeersFound>(1).size(), 2U);
    EXPECT_EQ(network_.pending_count(), 0U);
}

TEST_F(SimulatedNetworkTest, AWakeComesAtItsTime) {
    add();
    network_.wake_at(0, 5 * second_ns);
    network_.wake_at(0, 2 * second_ns);
    EXPECT_EQ(network_.step(9 * second_ns), 0U);
    EXPECT_EQ(network_.now_ns(), 2 * second_ns);
    EXPECT_EQ(network_.step(9 * second_ns), std::nullopt);
    EXPECT_EQ(network_.now_ns(), 9 * second_ns);
}

// Two runs of the same seed see the same things at the same times.
TEST(SimulatedNetworkSeedTest, ARunCanBeReplayed) {
    const auto run = [](uint64_t seed) {
        SimulatedClock clock;
        SimulatedNetwork network(clock, seed, {.loss = 0.2});
        for (int i = 0; i < 5; ++i) (void)network.add_host().serve_frames(protocols, MiB);
        for (uint32_t i = 1; i < 5; ++i) network.connect(0, i);
        std::vector<std::tuple<int64_t, uint32_t, size_t>> trace;
        std::vector<Event> events;
        for (size_t sent = 0; sent < 200; ++sent) {
            const SharedBytes frame = SharedBytes::from(Bytes(sent * 10));
            (void)network.host(0).send_frame(network.host(1 + static_cast<uint32_t>(sent % 4)).id(),
                                             protocols, std::span(&frame, 1));
        }
        while (const auto number = network.step(second_ns)) {
            events.clear();
            (void)network.host(*number).next_events(events, SIZE_MAX, 0);
            trace.emplace_back(network.now_ns(), *number, events.size());
        }
        return trace;
    };
    EXPECT_EQ(run(1), run(1));
    EXPECT_NE(run(1), run(2));
}

}  // namespace
}  // namespace kit::p2p
