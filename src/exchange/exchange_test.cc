// The exchange with its threads and real stores, over the simulated network: one thread steps the
// clock whenever everybody else waits for it.
#include "exchange/exchange.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <thread>

#include "exchange/simulation.h"
#include "formats/dag_pb.h"

namespace kit::exchange::testing {
namespace {

class Peer final {
public:
    Peer(p2p::SimulatedNetwork& network, SimulatedClock& clock)
        : host_(network.add_host()), env_{clock, real_env().disk, real_env().random} {
        char pattern[] = "/tmp/kit-exchange-XXXXXX";
        folder_ = ::mkdtemp(pattern);
        store_ = *blocks::Store::open(real_env(), folder_, {});
        lease_ = store_->lease();
        exchange_ = *Exchange::open(env_, host_, *store_, {.hash_thread_count = 0});
    }
    ~Peer() {
        close();
        lease_ = nullptr;
        store_ = nullptr;
        EXPECT_TRUE(real_env().disk.remove_all(folder_));
    }
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    void close() { exchange_ = nullptr; }
    void put(const std::vector<TestBlock>& blocks) {
        std::vector<blocks::NewBlock> fresh;
        fresh.reserve(blocks.size());
        for (const TestBlock& block : blocks) {
            fresh.push_back({block.cid, {}, block.body.view(), {}});
        }
        EXPECT_TRUE(store_->put(*lease_, fresh).has_value());
        exchange_->on_added(Simulation::cids_of(blocks));
    }
    Exchange& exchange() { return *exchange_; }
    blocks::Store& store() { return *store_; }

private:
    p2p::Host& host_;
    Env env_;
    Path folder_;
    std::unique_ptr<blocks::Store> store_;
    std::unique_ptr<blocks::Lease> lease_;
    std::unique_ptr<Exchange> exchange_;
};

class ExchangeTest : public ::testing::Test {
protected:
    ExchangeTest() {
        network_.connect(0, 1);
        step(100'000'000);
    }

    void step(int64_t time_ns) {
        const int64_t until_ns = network_.now_ns() + time_ns;
        settle(reader_);
        settle(holder_);
        while (const auto number = network_.step(until_ns))
            settle(*number == 0 ? reader_ : holder_);
    }
    // The first answer comes after what had come was taken, the second after what followed was
    // sent.
    static void settle(Peer& peer) {
        for (int i = 0; i < 2; ++i) (void)peer.exchange().inspect([](const bitswap::Engine&) {});
    }
    // Runs `read` on a thread of its own while time passes.
    template <typename Read>
    void run(const Read& read) {
        std::atomic<bool> done = false;
        std::thread reader([&] {
            read();
            done = true;
        });
        while (!done) {
            step(1'000'000);
        }
        reader.join();
    }
    std::vector<TestBlock> make_blocks(size_t count, size_t size_bytes) {
        std::vector<TestBlock> blocks;
        blocks.reserve(count);
        for (size_t i = 0; i < count; ++i) blocks.push_back(make_block(random_, size_bytes));
        return blocks;
    }
    std::string fetch(const Cid& cid, FetchOptions options = {}) {
        std::string outcome;
        const auto source = reader_.exchange().open_source(options);
        run([&] {
            const auto body = source->find(cid);
            outcome = body ? "found" : std::string(code_name(body.error().code));
        });
        return outcome;
    }

    SimulatedClock clock_;
    SimulatedRandom random_{3};
    p2p::SimulatedNetwork network_{clock_, 4, {}};
    Peer reader_{network_, clock_};
    Peer holder_{network_, clock_};
};

TEST_F(ExchangeTest, WhatIsNotHereIsFetchedAndKept) {
    const auto blocks = make_blocks(3, 5000);
    holder_.put(blocks);
    auto source = reader_.exchange().open_source({});
    run([&] {
        for (const TestBlock& block : blocks) {
            const auto body = source->find(block.cid);
            ASSERT_TRUE(body.has_value()) << body.error().to_text();
            EXPECT_TRUE(equal((*body)->view(), block.body.view()));
            EXPECT_EQ(**source->find_size(block.cid), 5000U);
        }
    });
    source = nullptr;
    reader_.close();  // What came is stored by then.
    for (const TestBlock& block : blocks) EXPECT_TRUE(reader_.store().has(block.cid).value());
}

TEST_F(ExchangeTest, WhatIsAnnouncedIsUnderWayBeforeItIsRead) {
    const auto blocks = make_blocks(300, 3000);
    holder_.put(blocks);
    const auto source = reader_.exchange().open_source({});
    // With the first block that is missing, what was announced before it is asked for, too.
    source->want_soon(Simulation::cids_of(blocks));
    run([&] { EXPECT_TRUE(source->find(blocks[0].cid)->has_value()); });
    step(3 * second_ns);
    bitswap::Statistics seen;
    EXPECT_TRUE(reader_.exchange().inspect([&](const bitswap::Engine& engine) {
        EXPECT_TRUE(engine.wants().empty());
        seen = engine.statistics();
    }));
    EXPECT_EQ(seen.blocks_received, 300U);
    EXPECT_LT(seen.messages_received, 30U);  // 900 KB in messages of 64 KiB.
    run([&] {
        for (const TestBlock& block : blocks) EXPECT_TRUE(source->find(block.cid)->has_value());
    });
}

// A root with fifty leaves: once the root is asked for, the rest needs no word from the reader.
TEST_F(ExchangeTest, LinksAreFollowedWhenTheReaderWill) {
    auto blocks = make_blocks(50, 3000);
    formats::PbNode root;
    for (const TestBlock& block : blocks) root.links.push_back({block.cid, "", 3000, true, true});
    const SharedBytes body = SharedBytes::from(formats::encode_dag_pb(root));
    const ByteView piece = body.view();
    const Cid cid = Cid::v1(formats::Codec::dag_pb, formats::sha2_256(std::span(&piece, 1)));
    blocks.push_back({cid, body});
    holder_.put(blocks);
    const auto source = reader_.exchange().open_source({.follows_links = true});
    run([&] { EXPECT_TRUE(source->find(cid)->has_value()); });
    step(3 * second_ns);
    bitswap::Statistics seen;
    EXPECT_TRUE(reader_.exchange().inspect(
        [&](const bitswap::Engine& engine) { seen = engine.statistics(); }));
    EXPECT_EQ(seen.blocks_received, 51U);
}

TEST_F(ExchangeTest, StoppingEndsWhatIsAwaited) {
    const auto blocks = make_blocks(1, 100);
    const auto source = reader_.exchange().open_source({});
    std::thread stopper([&] {
        clock_.await_waiters(3);
        reader_.exchange().stop();
    });
    const auto body = source->find(blocks[0].cid);
    stopper.join();
    ASSERT_FALSE(body.has_value());
    EXPECT_EQ(body.error().code, Code::cancelled);
    EXPECT_FALSE(reader_.exchange().inspect([](const bitswap::Engine&) {}).has_value());
}

TEST_F(ExchangeTest, WhatNobodyHasEndsWithItsTime) {
    const auto blocks = make_blocks(1, 100);
    EXPECT_EQ(fetch(blocks[0].cid, {.block_timeout = std::chrono::seconds(3)}), "timeout");
    // And is not wanted any more.
    EXPECT_TRUE(reader_.exchange().inspect(
        [&](const bitswap::Engine& engine) { EXPECT_TRUE(engine.wants().empty()); }));
}

TEST_F(ExchangeTest, ACancelledFetchEnds) {
    const std::atomic<bool> cancel = true;
    EXPECT_EQ(fetch(make_blocks(1, 100)[0].cid, {.cancel = &cancel}), "cancelled");
}

TEST_F(ExchangeTest, ABlockThatIsAddedReachesWhoWaits) {
    const auto blocks = make_blocks(1, 3000);
    const auto source = reader_.exchange().open_source({});
    source->want_soon(Simulation::cids_of(blocks));
    step(second_ns);
    holder_.put(blocks);
    run([&] { EXPECT_TRUE(source->find(blocks[0].cid)->has_value()); });
}

TEST_F(ExchangeTest, WhatIsHereNeedsNoPeer) {
    const auto blocks = make_blocks(1, 100);
    reader_.put(blocks);
    const auto source = reader_.exchange().open_source({});
    EXPECT_TRUE(source->find(blocks[0].cid)->has_value());
    EXPECT_EQ((*source->find_prefix(blocks[0].cid, 10))->view().size() >= 10, true);
    EXPECT_EQ((*source->find_head(blocks[0].cid, 10))->size_bytes, 100U);
}

TEST_F(ExchangeTest, StatisticsTellBothSides) {
    const auto blocks = make_blocks(10, 2000);
    holder_.put(blocks);
    for (const TestBlock& block : blocks) EXPECT_EQ(fetch(block.cid), "found");
    bitswap::Statistics seen;
    EXPECT_TRUE(holder_.exchange().inspect(
        [&](const bitswap::Engine& engine) { seen = engine.statistics(); }));
    EXPECT_EQ(seen.bytes_sent, 20'000U);
    EXPECT_EQ(seen.blocks_sent, 10U);
}

}  // namespace
}  // namespace kit::exchange::testing
