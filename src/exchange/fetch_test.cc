// Fetching over the simulated network, from two nodes to fifty, among peers that misbehave.
#include <gtest/gtest.h>

#include "exchange/limits.h"
#include "exchange/simulation.h"

namespace kit::exchange::testing {
namespace {

constexpr p2p::SimulatedNetworkOptions calm = {};

// Connected hosts 0 and 1, of which 1 holds the blocks.
class PairTest : public ::testing::Test {
protected:
    std::vector<Cid> hold(size_t count, size_t size_bytes) {
        const auto blocks = simulation_.make_blocks(count, size_bytes);
        for (const TestBlock& block : blocks) holder_.hold(block);
        return Simulation::cids_of(blocks);
    }
    double fetch_seconds(std::span<const Cid> cids) {
        simulation_.network().connect(0, 1);
        simulation_.run(second_ns);
        const int64_t start_ns = simulation_.network().now_ns();
        fetcher_.fetch(cids);
        EXPECT_TRUE(simulation_.run_until_done(fetcher_, 600 * second_ns));
        return static_cast<double>(simulation_.network().now_ns() - start_ns) / 1e9;
    }

    Simulation simulation_{1, calm};
    Node& fetcher_ = simulation_.add();
    Node& holder_ = simulation_.add();
};

TEST_F(PairTest, BlocksComeWholeAndAreCounted) {
    const auto cids = hold(100, 10 * KiB);
    fetch_seconds(cids);
    for (const Cid& cid : cids) EXPECT_TRUE(fetcher_.is_sound(cid));
    const bitswap::Statistics& seen = fetcher_.engine().statistics();
    EXPECT_EQ(seen.blocks_received, 100U);
    EXPECT_EQ(seen.bytes_received, 1000 * KiB);
    EXPECT_EQ(seen.duplicate_blocks_received, 0U);
    const auto ledger = holder_.engine().find_ledger(fetcher_.host().id());
    ASSERT_TRUE(ledger.has_value());
    EXPECT_EQ(ledger->bytes_sent, 1000 * KiB);
    EXPECT_EQ(ledger->exchange_count, 100U);
}

// 100 MiB/s: the line is kept full, whatever the way there and back takes.
TEST_F(PairTest, TheLineIsKeptFull) {
    const double seconds = fetch_seconds(hold(400, 256 * KiB));
    RecordProperty("seconds", std::to_string(seconds));
    EXPECT_LT(seconds, 1.8);
}

// Three thousand tiny files take a few round trips, not thousands.
TEST_F(PairTest, TinyBlocksAreAskedForTogether) {
    const double seconds = fetch_seconds(hold(3000, 300));
    EXPECT_LT(seconds, 0.9);
    EXPECT_LT(fetcher_.engine().statistics().messages_received, 60U);
}

TEST_F(PairTest, ABlockThatComesLaterIsSentThen) {
    const auto blocks = simulation_.make_blocks(2, 5000);
    simulation_.network().connect(0, 1);
    fetcher_.fetch(Simulation::cids_of(blocks));
    simulation_.run(5 * second_ns);
    EXPECT_EQ(fetcher_.missing_count(), 2U);
    for (const TestBlock& block : blocks) {
        holder_.hold(block);
        holder_.engine().on_held(block.cid, 5000, simulation_.network().now_ns());
    }
    holder_.run();
    EXPECT_TRUE(simulation_.run_until_done(fetcher_, 2 * second_ns));
}

TEST_F(PairTest, WhatIsCancelledLeavesNothing) {
    const auto blocks = simulation_.make_blocks(300, 100);
    simulation_.network().connect(0, 1);
    simulation_.run(second_ns);
    const size_t fetcher_kept = fetcher_.kept_count();
    const size_t holder_kept = holder_.kept_count();
    fetcher_.fetch(Simulation::cids_of(blocks));
    simulation_.run(3 * second_ns);
    EXPECT_GT(holder_.kept_count(), holder_kept);
    fetcher_.end_fetch();
    simulation_.run(70 * second_ns);
    EXPECT_EQ(fetcher_.kept_count(), fetcher_kept);
    EXPECT_EQ(holder_.kept_count(), holder_kept);
}

TEST_F(PairTest, WithoutAConnectionProvidersAreSearched) {
    const auto cids = hold(50, 5000);
    holder_.provide(cids[0]);
    simulation_.run(second_ns);
    fetcher_.fetch(cids);
    EXPECT_TRUE(simulation_.run_until_done(fetcher_, 5 * second_ns));
}

TEST_F(PairTest, GarbageEndsTheConnection) {
    simulation_.network().connect(0, 1);
    simulation_.run(second_ns);
    const SharedBytes garbage = SharedBytes::from(Bytes(1000, 0xff));
    (void)holder_.host().send_frame(fetcher_.host().id(), bitswap::protocols(),
                                    std::span(&garbage, 1));
    simulation_.run(second_ns);
    ASSERT_EQ(fetcher_.drops().size(), 1U);
    EXPECT_TRUE(fetcher_.host().connected_peers().empty());
    // And for a while it is not let back in.
    simulation_.network().connect(0, 1);
    simulation_.run(second_ns);
    EXPECT_TRUE(fetcher_.host().connected_peers().empty());
}

// Wants without end, and answers that are never read, cost no more than the bounds.
TEST_F(PairTest, EndlessWantListsAreBounded) {
    simulation_.network().connect(0, 1);
    simulation_.run(second_ns);
    for (int round = 0; round < 20; ++round) {
        bitswap::Message message;
        for (const TestBlock& block : simulation_.make_blocks(1000, 40)) {
            message.wants.push_back({block.cid, 1, false, bitswap::WantType::have, true});
        }
        fetcher_.engine().on_message(holder_.host().id(), message, simulation_.network().now_ns());
    }
    EXPECT_EQ(fetcher_.engine().wants_of(holder_.host().id()).size(), limits::peer_wants_count_max);
    EXPECT_LT(fetcher_.kept_count(),
              20 + 3 * limits::peer_wants_count_max + limits::peer_presences_count_max);
}

class SwarmTest : public ::testing::TestWithParam<uint64_t> {
protected:
    // Node 0 fetches; the others are connected to it.
    void add(size_t count, Manner manner = Manner::good) {
        for (size_t i = 0; i < count; ++i) {
            Node& node = simulation_.add(manner);
            if (node.number() > 0) simulation_.network().connect(0, node.number());
        }
        simulation_.run(second_ns);
    }
    Node& fetcher() { return simulation_[0]; }

    Simulation simulation_{GetParam(), {.upload_bytes_per_s = 4 * MiB}};
};

TEST_P(SwarmTest, TheWorkIsSplitAmongThoseWhoHaveIt) {
    add(9);
    const auto blocks = simulation_.make_blocks(256, 128 * KiB);
    for (const TestBlock& block : blocks) {
        for (size_t i = 1; i < 9; ++i) simulation_[i].hold(block);
    }
    fetcher().fetch(Simulation::cids_of(blocks));
    const int64_t start_ns = simulation_.network().now_ns();
    ASSERT_TRUE(simulation_.run_until_done(fetcher(), 60 * second_ns));
    // 32 MiB from eight lines of 4 MiB/s: a second at best, eight seconds from one.
    EXPECT_LT(simulation_.network().now_ns() - start_ns, 5 * second_ns / 2);
    const auto& seen = fetcher().engine().statistics();
    EXPECT_LT(seen.duplicate_blocks_received, seen.blocks_received / 10);
}

TEST_P(SwarmTest, LiarsAreDroppedAndStallersPassedBy) {
    add(1);
    add(3, Manner::liar);
    add(3, Manner::staller);
    add(1);
    const auto blocks = simulation_.make_blocks(200, 20 * KiB);
    for (const TestBlock& block : blocks) simulation_[7].hold(block);
    fetcher().fetch(Simulation::cids_of(blocks));
    ASSERT_TRUE(simulation_.run_until_done(fetcher(), 120 * second_ns));
    for (const TestBlock& block : blocks) EXPECT_TRUE(fetcher().is_sound(block.cid));
    EXPECT_EQ(fetcher().store().count(), 200U);
    for (const bitswap::Drop& drop : fetcher().drops()) {
        EXPECT_TRUE(drop.peer == simulation_[1].host().id() ||
                    drop.peer == simulation_[2].host().id() ||
                    drop.peer == simulation_[3].host().id());
    }
    EXPECT_GE(fetcher().drops().size(), 1U);
}

TEST_P(SwarmTest, LeaversAreReplaced) {
    add(4);
    const auto blocks = simulation_.make_blocks(200, 64 * KiB);
    for (const TestBlock& block : blocks) {
        for (size_t i = 1; i < 4; ++i) simulation_[i].hold(block);
    }
    fetcher().fetch(Simulation::cids_of(blocks));
    simulation_.run(second_ns / 2);
    simulation_.network().set_online(1, false);
    simulation_.run(second_ns / 2);
    simulation_.network().set_online(2, false);
    EXPECT_TRUE(simulation_.run_until_done(fetcher(), 60 * second_ns));
}

TEST_P(SwarmTest, FiftyNodesShareUnderLoss) {
    add(1);
    const auto blocks = simulation_.make_blocks(40, 16 * KiB);
    for (size_t i = 1; i < 50; ++i) simulation_.add();
    for (uint32_t i = 0; i < 50; ++i) {
        for (int j = 0; j < 5; ++j) {
            simulation_.network().connect(i, static_cast<uint32_t>(simulation_.random().below(50)));
        }
    }
    simulation_.network().set_loss(0.05);
    for (const TestBlock& block : blocks) fetcher().hold(block);
    const auto cids = Simulation::cids_of(blocks);
    for (size_t i = 1; i < 50; ++i) simulation_[i].fetch(cids);
    const auto all_done = [&] {
        for (size_t i = 1; i < 50; ++i) {
            if (!simulation_[i].is_done()) return false;
        }
        return true;
    };
    EXPECT_TRUE(simulation_.run(600 * second_ns, all_done));
    RecordProperty("seconds", std::to_string(simulation_.network().now_ns() / second_ns));
    for (size_t i = 1; i < 50; ++i) EXPECT_EQ(simulation_[i].store().count(), 40U);
}

TEST_P(SwarmTest, TenLeechersGetFairShares) {
    add(11);
    const auto blocks = simulation_.make_blocks(400, 64 * KiB);
    for (const TestBlock& block : blocks) fetcher().hold(block);  // Node 0 serves here.
    const auto cids = Simulation::cids_of(blocks);
    for (size_t i = 1; i <= 10; ++i) simulation_[i].fetch(cids);
    simulation_.run(20 * second_ns);
    std::vector<size_t> got;
    for (size_t i = 1; i <= 10; ++i) got.push_back(simulation_[i].store().count());
    const auto [least, most] = std::ranges::minmax(got);
    EXPECT_GT(least, 50U);
    EXPECT_LE(most, least + least / 4);
}

TEST_P(SwarmTest, APartitionHeals) {
    add(3);
    const auto blocks = simulation_.make_blocks(200, 64 * KiB);
    for (const TestBlock& block : blocks) simulation_[1].hold(block);
    simulation_[1].provide(blocks[0].cid);
    fetcher().fetch(Simulation::cids_of(blocks));
    simulation_.run(second_ns);
    simulation_.network().set_group(0, 1);
    simulation_.run(100 * second_ns);
    const size_t missing = fetcher().missing_count();
    EXPECT_GT(missing, 0U);
    simulation_.network().set_group(0, 0);
    // The search for providers goes on, at most a minute apart.
    EXPECT_TRUE(simulation_.run_until_done(fetcher(), 100 * second_ns));
}

INSTANTIATE_TEST_SUITE_P(Seeds, SwarmTest, ::testing::Values(11, 12));

}  // namespace
}  // namespace kit::exchange::testing
