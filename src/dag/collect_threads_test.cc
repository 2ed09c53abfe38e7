// Collection beside writers on the real store: whoever pins under the lease that put the blocks
// finds all of them, whatever a collection did meanwhile.
#include <atomic>
#include <random>
#include <thread>

#include "dag/collect_garbage.h"
#include "dag/link_walk.h"
#include "dag/pin_query.h"
#include "dag/real_store.h"
#include "dag/test_store.h"

namespace kit::dag {
namespace {

using namespace testing;

class CollectThreadsTest : public ::testing::Test {
protected:
    // A tree of three levels; half of its leaves are those of other writers and other rounds, so
    // that much of what is put is held already, and may be garbage just then.
    Cid make_tree(DagMaker& maker, std::mt19937_64& random, const std::string& name) {
        std::vector<std::pair<std::string, Cid>> branches;
        for (int b = 0; b < 3; ++b) {
            std::vector<std::pair<std::string, Cid>> leaves;
            for (int l = 0; l < 4; ++l) {
                const std::string text = l % 2 == 0
                                             ? "shared " + std::to_string(random() % 40)
                                             : name + std::to_string(b) + "/" + std::to_string(l);
                leaves.emplace_back("l", l % 3 == 0 ? maker.raw(text) : maker.node(text));
            }
            branches.emplace_back("b", maker.node("branch", leaves));
        }
        return maker.node(name, branches);
    }
    void write(uint64_t seed, int round_count) {
        std::mt19937_64 random(seed);
        std::vector<Cid> pinned;
        for (int round = 0; round < round_count; ++round) {
            Cid root;
            {
                DagMaker maker(*store_);
                root = make_tree(maker, random, std::to_string(seed) + "/" + std::to_string(round));
                if (!pins_.add({.cid = root}).has_value()) ++failure_count_;
            }
            pinned.push_back(root);
            if (random() % 2 == 0) {
                const size_t victim = random() % pinned.size();
                if (!pins_.remove(pinned[victim], true).has_value()) ++failure_count_;
                pinned.erase(pinned.begin() + static_cast<ptrdiff_t>(victim));
            }
        }
        if (!check_whole(*store_, pinned, cancel_, {}).has_value()) ++failure_count_;
    }

    RealStore store_;
    Pins pins_{real_env(), *store_};
    std::atomic<bool> cancel_ = false;
    std::atomic<int> failure_count_ = 0;
};

TEST_F(CollectThreadsTest, WritersNeverLoseWhatTheyPinned) {
    std::atomic<bool> is_writing = true;
    std::atomic<int> collection_count = 0;
    std::thread collector([&] {
        while (is_writing) {
            const auto done = collect_garbage(*store_, pins_, {}, {}, cancel_);
            if (!done) {
                ++failure_count_;
                ADD_FAILURE() << done.error().to_text();
                return;
            }
            ++collection_count;
        }
    });
    std::vector<std::thread> writers;
    for (uint64_t seed = 1; seed <= 3; ++seed) {
        writers.emplace_back([this, seed] { write(seed, 60); });
    }
    for (std::thread& writer : writers) writer.join();
    is_writing = false;
    collector.join();
    EXPECT_EQ(failure_count_, 0);
    EXPECT_GE(collection_count, 1);

    // With nobody writing, a last collection leaves exactly what the pins reach.
    ASSERT_TRUE(collect_garbage(*store_, pins_, {}, {}, cancel_).has_value());
    ReachableSet live;
    ASSERT_TRUE(pins_
                    .each([&](const Pin& pin) -> Result<bool> {
                        TRY(live.add_all(*store_, std::span(&pin.cid, 1), false, cancel_));
                        return true;
                    })
                    .has_value());
    EXPECT_EQ((*store_).stat()->block_count, live.size());
}

}  // namespace
}  // namespace kit::dag
