#include "routing/dht_router.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "routing/test_network.h"

namespace kit::routing::testing {
namespace {

class DhtRouterTest : public ::testing::Test {
protected:
    Wait within(int64_t time_ns) { return wait_for(net_.clock, std::chrono::nanoseconds(time_ns)); }
    DhtRouter& router(size_t number) { return *net_.routers[number]; }
    void provide(size_t number, std::string_view text) {
        net_.run([&] {
            const auto taken = router(number).provide(hash_of(text), within(20 * second_ns));
            ASSERT_TRUE(taken.has_value()) << taken.error().to_text();
            EXPECT_EQ(*taken, 20U);
        });
    }
    // The peers found, or the error.
    Result<std::vector<PeerId>> providers(std::string_view text, size_t count_max = 20,
                                          const Wait& wait = {}) {
        std::vector<PeerId> found;
        Result<void> outcome;
        net_.run([&] {
            outcome = router(0).find_providers(
                cid_of(text), count_max,
                [&](const PeerAddress& provider) -> Result<bool> {
                    found.push_back(provider.peer);
                    return true;
                },
                wait);
        });
        if (!outcome) return std::unexpected(outcome.error());
        return found;
    }

    TestNetwork net_{30};
};

TEST_F(DhtRouterTest, WhatIsProvidedIsFound) {
    provide(3, "a");
    provide(4, "a");
    const auto found = providers("a");
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->size(), 2U);
    EXPECT_TRUE(providers("b")->empty());
}

TEST_F(DhtRouterTest, NoMoreProvidersAreGivenThanAskedFor) {
    for (size_t number = 3; number < 9; ++number) provide(number, "a");
    EXPECT_EQ(providers("a", 4)->size(), 4U);
}

TEST_F(DhtRouterTest, AVisitorThatFailsEndsTheSearchWithItsError) {
    provide(3, "a");
    Result<void> outcome;
    net_.run([&] {
        outcome = router(0).find_providers(
            cid_of("a"), 20,
            [](const PeerAddress&) -> Result<bool> { return fail(Code::io_error, "full"); }, {});
    });
    EXPECT_EQ(outcome.error().message, "full");
}

TEST_F(DhtRouterTest, PeersAreFoundByTheirId) {
    net_.run([&] {
        const auto found = router(0).find_peer(net_.network.host(7).id(), within(second_ns));
        ASSERT_TRUE(found.has_value());
        EXPECT_EQ(found->addresses, net_.network.host(7).addresses());
    });
    net_.network.set_online(7, false);
    net_.run([&] {
        const auto found = router(0).find_peer(net_.network.host(7).id(), within(second_ns));
        EXPECT_EQ(found.error().code, Code::not_found);
    });
}

TEST_F(DhtRouterTest, TheTwentyClosestPeersAreNamed) {
    std::set<std::string> names;
    net_.run([&] {
        const auto visit = [&](const PeerAddress& peer) -> Result<bool> {
            names.insert(peer.peer.to_text());
            return true;
        };
        EXPECT_TRUE(router(0).closest_peers(as_bytes("x"), visit, {}).has_value());
    });
    EXPECT_EQ(names.size(), 20U);
}

TEST_F(DhtRouterTest, EveryPeersValueIsShown) {
    const Bytes key = to_bytes(as_bytes("/ipns/x"));
    net_.network.add_value(key, as_bytes("old"));
    net_.run([&] {
        EXPECT_EQ(router(1).put_value(key, as_bytes("new"), within(second_ns)).value(), 20U);
    });
    std::vector<std::string> values;
    net_.run([&] {
        const auto visit = [&](ByteView value) -> Result<bool> {
            values.emplace_back(as_text(value));
            return true;
        };
        EXPECT_TRUE(router(0).get_values(key, visit, {}).has_value());
    });
    EXPECT_EQ(values, (std::vector<std::string>{"new", "old"}));
}

TEST_F(DhtRouterTest, ADeadlineEndsTheWait) {
    const auto found = providers("a", 20, within(second_ns / 10));
    EXPECT_EQ(found.error().code, Code::timeout);
    EXPECT_EQ(net_.network.pending_count(), 1U);  // The answer that nobody waits for.
}

TEST_F(DhtRouterTest, ACancelEndsTheWait) {
    std::atomic<bool> cancel = true;
    EXPECT_EQ(providers("a", 20, {.cancel = &cancel}).error().code, Code::cancelled);
    cancel = false;
    EXPECT_TRUE(providers("a", 20, {.cancel = &cancel}).has_value());
}

TEST_F(DhtRouterTest, TheEndOfTheHostEndsEveryWait) {
    Result<void> outcome;
    const auto visit = [](const PeerAddress&) -> Result<bool> { return true; };
    net_.run_beside([&] { outcome = router(0).find_providers(cid_of("a"), 20, visit, {}); },
                    [&] {
                        router(0).stop();
                        return true;
                    });
    EXPECT_EQ(outcome.error().code, Code::cancelled);
    EXPECT_EQ(router(0).find_providers(cid_of("a"), 20, visit, {}).error().code, Code::cancelled);
}

TEST_F(DhtRouterTest, OnePeerIsToldOfManyKeysWithoutASearch) {
    const std::vector<Multihash> keys{hash_of("a"), hash_of("b")};
    size_t told_count = 0;
    net_.network.watch_provides([&](const PeerId&, const PeerId& keeper, const Multihash&) {
        told_count += keeper == net_.network.host(9).id() ? 1 : 100;
    });
    const std::vector<PeerAddress> peers{{net_.network.host(9).id(), {}}};
    net_.run([&] { EXPECT_EQ(router(2).provide_at(peers, keys, {}).value(), 1U); });
    EXPECT_EQ(told_count, 2U);
    EXPECT_EQ(providers("b")->size(), 1U);
    net_.network.set_online(9, false);
    net_.run([&] { EXPECT_EQ(router(2).provide_at(peers, keys, {}).value(), 0U); });
}

TEST_F(DhtRouterTest, EventsOfOthersAreLeft) {
    p2p::Event event = p2p::ProvidersFound{77, {}, true, std::nullopt};
    EXPECT_FALSE(router(0).on_event(event));
    event = p2p::PeerDisconnected{net_.network.host(1).id()};
    EXPECT_FALSE(router(0).on_event(event));
}

TEST(PeerMergeTest, APeerComesAgainOnlyWhenItsAddressesAreNew) {
    const auto peer = PeerId::from_bytes(hash_of("peer").bytes()).value();
    const auto address = p2p::Multiaddr::from_text("/ip4/1.2.3.4/tcp/1").value();
    PeerMerge merge;
    EXPECT_TRUE(merge.is_new({peer, {}}));
    EXPECT_FALSE(merge.is_new({peer, {}}));
    EXPECT_TRUE(merge.is_new({peer, {address}}));
    EXPECT_FALSE(merge.is_new({peer, {address}}));
    EXPECT_EQ(merge.count(), 1U);
}

}  // namespace
}  // namespace kit::routing::testing
