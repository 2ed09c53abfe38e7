// A thousand nodes, and a day: what holds for two for a minute must hold then as well. The seeds
// are printed, and a run with the same one is the same.
#include <gtest/gtest.h>

#include "exchange/simulation.h"

namespace kit::exchange::testing {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr size_t nodes_count = 150;
#else
constexpr size_t nodes_count = 1000;
#endif

class Crowd final {
public:
    static constexpr size_t contents_count = 40;
    static constexpr size_t blocks_count = 8;
    static constexpr size_t holders_count = 4;

    explicit Crowd(uint64_t seed)
        : simulation_(seed, {.loss = 0.05, .upload_bytes_per_s = 4 * MiB}) {
        for (size_t i = 0; i < nodes_count; ++i) simulation_.add();
        for (uint32_t i = 0; i < nodes_count; ++i) {
            for (int j = 0; j < 3; ++j) simulation_.network().connect(i, any());
        }
        for (size_t i = 0; i < contents_count; ++i) {
            contents_.push_back(simulation_.make_blocks(blocks_count, 4 * KiB));
            for (size_t j = 0; j < holders_count; ++j) {
                Node& holder = simulation_[any()];
                for (const TestBlock& block : contents_[i]) holder.hold(block);
                holder.provide(contents_[i][0].cid);
            }
        }
        simulation_.run(2 * second_ns);
    }

    void fetch_all() {
        for (size_t i = 0; i < nodes_count; ++i) {
            const auto& content = contents_[simulation_.random().below(contents_count)];
            std::vector<Cid> missing;
            for (const TestBlock& block : content) {
                if (!*simulation_[i].store().has(block.cid)) missing.push_back(block.cid);
            }
            simulation_[i].fetch(missing);
        }
    }
    // One in a hundred is away at a time, ten seconds long.
    void churn() {
        for (const uint32_t node : away_) simulation_.network().set_online(node, true);
        away_.clear();
        for (size_t i = 0; i < nodes_count / 100; ++i) {
            away_.push_back(any());
            simulation_.network().set_online(away_.back(), false);
        }
    }
    size_t undone_count() {
        size_t count = 0;
        for (size_t i = 0; i < nodes_count; ++i) count += simulation_[i].is_done() ? 0 : 1;
        return count;
    }
    Simulation& simulation() { return simulation_; }

private:
    uint32_t any() { return static_cast<uint32_t>(simulation_.random().below(nodes_count)); }

    Simulation simulation_;
    std::vector<std::vector<TestBlock>> contents_;
    std::vector<uint32_t> away_;
};

TEST(ScaleTest, AThousandNodesFindAndFetchUnderLossAndChurn) {
    for (const uint64_t seed : {uint64_t{21}}) {
        SCOPED_TRACE(seed);
        Crowd crowd(seed);
        crowd.fetch_all();
        int64_t seconds = 0;
        for (; seconds < 1200 && crowd.undone_count() > 0; seconds += 10) {
            crowd.churn();
            crowd.simulation().run(10 * second_ns);
        }
        EXPECT_EQ(crowd.undone_count(), 0U);
        fmt::print("seed {}: {} nodes have what they want after {} s\n", seed, nodes_count,
                   seconds);
    }
}

class DayTest : public ::testing::TestWithParam<double> {};

// Fetches, cancels, peers that come and go, liars that are dropped: after a day every container is
// as long as it was.
TEST_P(DayTest, PassesWithoutGrowth) {
    constexpr size_t hosts_count = 6;
    constexpr int64_t quiet_ns = 120 * second_ns;
    Simulation simulation(31, {.loss = GetParam()});
    for (size_t i = 0; i < hosts_count; ++i) {
        simulation.add(i == hosts_count - 1 ? Manner::liar : Manner::good);
    }
    const auto connect_all = [&] {
        for (uint32_t a = 0; a + 1 < hosts_count; ++a) {
            for (uint32_t b = 0; b < a; ++b) simulation.network().connect(a, b);
        }
        simulation.run(quiet_ns);
    };
    connect_all();
    std::vector<size_t> kept;
    kept.reserve(hosts_count);
    for (size_t i = 0; i < hosts_count; ++i) kept.push_back(simulation[i].kept_count());
    EXPECT_EQ(simulation.network().pending_count(), 0U);

    SimulatedRandom& random = simulation.random();
    const int64_t end_ns = simulation.network().now_ns() + int64_t{24} * 3600 * second_ns;
    while (simulation.network().now_ns() < end_ns) {
        const auto blocks = simulation.make_blocks(20, 2000);
        Node& holder = simulation[random.below(hosts_count - 1)];
        Node& reader = simulation[random.below(hosts_count - 1)];
        const bool is_complete = random.below(4) > 0;
        for (size_t i = is_complete ? 0 : 3; i < blocks.size(); ++i) holder.hold(blocks[i]);
        simulation.network().connect(reader.number(), hosts_count - 1);
        if (&holder != &reader) reader.fetch(Simulation::cids_of(blocks));
        const auto leaver = static_cast<uint32_t>(random.below(hosts_count - 1));
        simulation.network().set_online(leaver, false);
        simulation.run(30 * second_ns);
        simulation.network().set_online(leaver, true);
        connect_all();
        reader.end_fetch();
        for (const TestBlock& block : blocks) {
            holder.store().remove(block.cid);
            reader.store().remove(block.cid);
        }
        simulation.run(300 * second_ns);
    }
    for (uint32_t i = 0; i + 1 < hosts_count; ++i) {
        simulation[i].host().disconnect(simulation[hosts_count - 1].host().id());
        // A cancel that was lost leaves its want with the other until the connection ends.
        if (GetParam() > 0) simulation.network().set_online(i, false);
    }
    for (uint32_t i = 0; i < hosts_count; ++i) simulation.network().set_online(i, true);
    connect_all();
    for (size_t i = 0; i < hosts_count; ++i) EXPECT_EQ(simulation[i].kept_count(), kept[i]) << i;
    EXPECT_EQ(simulation.network().pending_count(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Loss, DayTest, ::testing::Values(0, 0.02));

}  // namespace
}  // namespace kit::exchange::testing
