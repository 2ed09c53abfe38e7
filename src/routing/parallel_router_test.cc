// Routers made of others, with sources that answer, fail, or say nothing until they are stopped.
#include "routing/parallel_router.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>

#include "routing/composed_router.h"
#include "routing/test_network.h"

namespace kit::routing::testing {
namespace {

using std::chrono::milliseconds;

PeerAddress peer_of(std::string_view name, bool has_address = true) {
    PeerAddress peer{PeerId::from_bytes(hash_of(name).bytes()).value(), {}};
    if (has_address) {
        peer.addresses.push_back(p2p::Multiaddr::from_text("/ip4/1.2.3.4/tcp/1").value());
    }
    return peer;
}

class FakeRouter final : public Router {
public:
    Result<void> find_providers(const Cid&, size_t, const VisitPeer& visit,
                                const Wait& wait) override {
        return give(visit, wait);
    }
    Result<PeerAddress> find_peer(const PeerId&, const Wait& wait) override {
        TRY(end(wait));
        if (peers.empty()) return fail(Code::not_found, "routing: not found");
        return peers.front();
    }
    Result<void> closest_peers(ByteView, const VisitPeer& visit, const Wait& wait) override {
        return give(visit, wait);
    }
    Result<uint32_t> provide(const Multihash&, const Wait& wait) override {
        TRY(end(wait));
        return 3U;
    }
    Result<void> get_values(ByteView, const VisitValue& visit, const Wait& wait) override {
        for (const std::string& value : values) {
            if (!TRY(visit(as_bytes(value)))) return {};
        }
        return end(wait);
    }
    Result<uint32_t> put_value(ByteView, ByteView, const Wait& wait) override {
        TRY(end(wait));
        return 3U;
    }

    std::vector<PeerAddress> peers;
    std::vector<std::string> values;
    std::optional<Error> error;
    bool hangs = false;  // Once it has told what it knows.

private:
    Result<void> give(const VisitPeer& visit, const Wait& wait) {
        for (const PeerAddress& peer : peers) {
            if (!TRY(visit(peer))) return {};
        }
        return end(wait);
    }
    Result<void> end(const Wait& wait) {
        std::mutex mutex;
        std::condition_variable never;
        const Clock& clock = real_env().clock;
        std::unique_lock lock(mutex);
        while (hangs) {
            TRY(check(clock, wait));
            clock.wait(never, lock, clock.monotonic_ns() + 1'000'000);
        }
        if (error) return std::unexpected(*error);
        return {};
    }
};

class ParallelRouterTest : public ::testing::Test {
protected:
    // The names of those found among "a" to "d", or the error.
    std::string providers(Router& router, size_t count_max = 10, const Wait& wait = {}) {
        std::string names;
        const auto outcome = router.find_providers(
            cid_of("x"), count_max,
            [&](const PeerAddress& peer) -> Result<bool> {
                for (const std::string_view name : {"a", "b", "c", "d"}) {
                    if (peer_of(name).peer == peer.peer) names += name;
                }
                return true;
            },
            wait);
        std::ranges::sort(names);
        return outcome ? names : names + " " + std::string(code_name(outcome.error().code));
    }
    Wait within(milliseconds time) { return wait_for(clock_, time); }

    const Clock& clock_ = real_env().clock;
    FakeRouter one_;
    FakeRouter two_;
    ParallelRouter both_{clock_, {{.router = &one_}, {.router = &two_}}};
};

TEST_F(ParallelRouterTest, WhatAllFindIsMerged) {
    one_.peers = {peer_of("a"), peer_of("b")};
    two_.peers = {peer_of("b"), peer_of("c")};
    EXPECT_EQ(providers(both_), "abc");
    EXPECT_EQ(both_.provide(hash_of("x"), {}).value(), 6U);
    EXPECT_EQ(both_.put_value({}, {}, {}).value(), 6U);
}

TEST_F(ParallelRouterTest, OneThatFailsDoesNotFailTheOthers) {
    one_.error = Error{Code::io_error, "broken"};
    two_.peers = {peer_of("a")};
    EXPECT_EQ(providers(both_), "a");
    two_.error = Error{Code::offline, "nobody"};
    EXPECT_EQ(providers(both_), "a io_error");
}

TEST_F(ParallelRouterTest, AnErrorToBeIgnoredIsNoError) {
    one_.error = Error{Code::io_error, "broken"};
    ParallelRouter alone(clock_, {{.router = &one_, .ignores_errors = true}});
    EXPECT_EQ(providers(alone), "");
    EXPECT_EQ(alone.find_peer(peer_of("a").peer, {}).error().code, Code::not_found);
    one_.error = Error{Code::unsupported, "cannot"};
    EXPECT_EQ(alone.provide(hash_of("x"), {}).error().code, Code::unsupported);
}

TEST_F(ParallelRouterTest, EnoughEndsThoseWhoAreSilent) {
    one_.hangs = true;
    two_.peers = {peer_of("a"), peer_of("b")};
    EXPECT_EQ(providers(both_, 2), "ab");
    EXPECT_EQ(both_.find_peer(peer_of("a").peer, {}).value().peer, peer_of("a").peer);
}

TEST_F(ParallelRouterTest, ADeadlineEndsAll) {
    one_.hangs = true;
    two_.peers = {peer_of("a")};
    EXPECT_EQ(providers(both_, 10, within(milliseconds(20))), "a timeout");
}

TEST_F(ParallelRouterTest, ASourceHasATimeOfItsOwn) {
    one_.hangs = true;
    two_.peers = {peer_of("a")};
    ParallelRouter limited(clock_,
                           {{.router = &one_, .time_max = milliseconds(20)}, {.router = &two_}});
    EXPECT_EQ(providers(limited), "a");
}

TEST_F(ParallelRouterTest, ACancelEndsAll) {
    one_.hangs = true;
    const std::atomic<bool> cancel = true;
    EXPECT_EQ(providers(both_, 10, {.cancel = &cancel}), " cancelled");
}

TEST_F(ParallelRouterTest, AVisitorThatIsSlowLosesNothing) {
    for (int i = 0; i < 1000; ++i) {
        one_.values.push_back(std::to_string(i));
        two_.values.push_back(std::to_string(i));
    }
    size_t count = 0;
    EXPECT_TRUE(both_
                    .get_values({},
                                [&](ByteView) -> Result<bool> {
                                    ++count;
                                    return true;
                                },
                                {})
                    .has_value());
    EXPECT_EQ(count, 2000U);
}

TEST_F(ParallelRouterTest, InSequenceTheNextIsAskedForTheRest) {
    one_.peers = {peer_of("a"), peer_of("b")};
    two_.peers = {peer_of("b"), peer_of("c")};
    SequentialRouter sequence(clock_, {{.router = &one_}, {.router = &two_}});
    EXPECT_EQ(providers(sequence), "abc");
    EXPECT_EQ(providers(sequence, 2), "ab");
    two_.error = Error{Code::io_error, "broken"};
    EXPECT_EQ(providers(sequence), "abc io_error");
    one_.peers.clear();
    two_.error.reset();
    EXPECT_EQ(sequence.find_peer(peer_of("b").peer, {}).value().peer, peer_of("b").peer);
}

TEST_F(ParallelRouterTest, MethodsGoWhereTheyAreSent) {
    one_.peers = {peer_of("a")};
    MethodRouter methods({.find_providers = &one_});
    EXPECT_EQ(providers(methods), "a");
    EXPECT_EQ(methods.find_peer(peer_of("a").peer, {}).error().code, Code::unsupported);
    EXPECT_EQ(methods.provide(hash_of("x"), {}).error().code, Code::unsupported);
}

TEST_F(ParallelRouterTest, IgnoredProvidersAreNotNamed) {
    one_.peers = {peer_of("a"), peer_of("b"), peer_of("c")};
    FilteredRouter filtered(one_, {peer_of("a").peer});
    EXPECT_EQ(providers(filtered), "bc");
    EXPECT_EQ(providers(filtered, 1), "b");
    EXPECT_EQ(providers(filtered, SIZE_MAX), "bc");
}

}  // namespace
}  // namespace kit::routing::testing
