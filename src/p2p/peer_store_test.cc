#include "p2p/peer_store.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/simulated_env.h"
#include "formats/key.h"
#include "p2p/peer_store_file.h"

namespace kit::p2p {
namespace {

constexpr int64_t second_ns = 1'000'000'000;

class PeerStoreTest : public testing::Test {
protected:
    PeerStoreTest() { clock_.advance(std::chrono::seconds(100)); }

    PeerId new_peer() {
        return PeerId::of(
            formats::PrivateKey::generate(formats::KeyType::ed25519, random_).value().public_key());
    }
    static Multiaddr address(const std::string& text) { return Multiaddr::from_text(text).value(); }
    PeerId meet(const std::string& where) {
        PeerId peer = new_peer();
        clock_.advance(std::chrono::seconds(1));
        store_.on_event(PeerConnected{peer, address(where), Direction::outbound});
        return peer;
    }

    SimulatedClock clock_;
    SimulatedRandom random_{5};
    SimulatedDisk disk_{1};
    PeerStore store_{clock_};
};

TEST_F(PeerStoreTest, IdentifyIsRemembered) {
    const PeerId peer = meet("/ip4/1.2.3.4/tcp/1");
    store_.on_event(PeerIdentified{peer,
                                   "kubo",
                                   {"/ipfs/id/1.0.0"},
                                   {address("/ip4/5.6.7.8/tcp/1")},
                                   "ipfs/0.1.0",
                                   {1, 2},
                                   {}});
    const auto known = store_.find(peer);
    ASSERT_TRUE(known.has_value());
    EXPECT_EQ(known->agent, "kubo");
    EXPECT_EQ(known->public_key, (Bytes{1, 2}));
    EXPECT_TRUE(known->is_connected);
    const std::vector expected{address("/ip4/5.6.7.8/tcp/1"), address("/ip4/1.2.3.4/tcp/1")};
    EXPECT_EQ(store_.addresses(peer), expected);
    store_.on_event(PeerDisconnected{peer});
    EXPECT_FALSE(store_.find(peer)->is_connected);
}

TEST_F(PeerStoreTest, TheLastSeenComeFirstAndRelayedOnesNotAtAll) {
    const PeerId first = meet("/ip4/1.2.3.4/tcp/1");
    const PeerId second = meet("/ip4/1.2.3.5/tcp/1");
    meet("/ip4/9.9.9.9/tcp/1/p2p/" + first.to_text() + "/p2p-circuit");
    store_.add({new_peer(), {address("/ip4/7.7.7.7/tcp/1")}});
    const auto recent = store_.recent(10);
    ASSERT_EQ(recent.size(), 2U);
    EXPECT_EQ(recent[0].peer, second);
    EXPECT_EQ(recent[1].peer, first);
    EXPECT_EQ(store_.recent(1).size(), 1U);
}

TEST_F(PeerStoreTest, WhoWasAwayLongestIsForgottenFirst) {
    const PeerId stays = meet("/ip4/1.1.1.1/tcp/1");
    const PeerId leaves = meet("/ip4/1.1.1.2/tcp/1");
    store_.on_event(PeerDisconnected{leaves});
    clock_.advance(std::chrono::seconds(1));
    for (size_t i = 2; i < PeerStore::peers_count_max + 1; ++i) {
        const PeerId peer = meet("/ip4/2.2.2.2/tcp/1");
        store_.on_event(PeerDisconnected{peer});
    }
    EXPECT_EQ(store_.all().size(), PeerStore::peers_count_max);
    EXPECT_TRUE(store_.find(stays).has_value());
    EXPECT_FALSE(store_.find(leaves).has_value());
}

TEST_F(PeerStoreTest, AFileKeepsThemBetweenRuns) {
    const PeerId first = meet("/ip4/1.2.3.4/tcp/1");
    const PeerId second = meet("/ip4/1.2.3.5/udp/1/quic-v1");
    ASSERT_TRUE(disk_.make_directories("/repo").has_value());
    ASSERT_TRUE(save_peers(disk_, "/repo/peers", store_).has_value());
    const auto loaded = load_peers(disk_, "/repo/peers");
    ASSERT_TRUE(loaded.has_value());
    PeerStore later(clock_);
    later.restore(*loaded);
    const auto recent = later.recent(10);
    ASSERT_EQ(recent.size(), 2U);
    EXPECT_EQ(recent[0].peer, second);
    EXPECT_EQ(recent[1].addresses, std::vector{address("/ip4/1.2.3.4/tcp/1")});
    EXPECT_FALSE(later.find(first)->is_connected);
    EXPECT_TRUE(load_peers(disk_, "/repo/none").value().empty());
}

TEST_F(PeerStoreTest, WhatIsNoSuchFileIsRefused) {
    meet("/ip4/1.2.3.4/tcp/1");
    const Bytes good = encode_peers(store_.all());
    ASSERT_TRUE(decode_peers(good).has_value());
    for (size_t size = 0; size < good.size(); ++size) {
        // Without any peer it is a whole file as well.
        const bool is_whole = size == 12;
        EXPECT_EQ(decode_peers(ByteView(good).first(size)).has_value(), is_whole) << size;
    }
    Bytes longer = good;
    longer.push_back(0);
    EXPECT_FALSE(decode_peers(longer).has_value());
    Bytes twice = good;
    twice.insert(twice.end(), good.begin() + 12, good.end());
    EXPECT_FALSE(decode_peers(twice).has_value());
    Bytes other = good;
    other[10] = '2';
    EXPECT_FALSE(decode_peers(other).has_value());
}

}  // namespace
}  // namespace kit::p2p
