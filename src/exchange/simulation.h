// Nodes that speak bitswap over the simulated network, for tests: each is a store in memory, an
// engine and its pump, run by one loop that steps the clock. A node can be told to misbehave.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

#include "blocks/source.h"
#include "exchange/pump.h"
#include "p2p/simulated_network.h"

namespace kit::exchange::testing {

constexpr int64_t second_ns = 1'000'000'000;

class MemorySource final : public blocks::Source {
public:
    Result<std::optional<SharedBytes>> find(const Cid& cid) const override {
        const auto found = blocks_.find(cid);
        if (found == blocks_.end()) return std::nullopt;
        return found->second;
    }
    Result<std::optional<uint64_t>> find_size(const Cid& cid) const override {
        const auto found = blocks_.find(cid);
        if (found == blocks_.end()) return std::nullopt;
        return found->second.size();
    }
    void put(const Cid& cid, SharedBytes body) { blocks_.insert_or_assign(cid, std::move(body)); }
    void remove(const Cid& cid) { blocks_.erase(cid); }
    size_t count() const { return blocks_.size(); }

private:
    std::unordered_map<Cid, SharedBytes, formats::CidHash> blocks_;
};

struct TestBlock {
    Cid cid;
    SharedBytes body;
};
// Random bytes: no two are alike.
inline TestBlock make_block(SimulatedRandom& random, size_t size_bytes) {
    Bytes body(size_bytes);
    random.fill(body);
    const ByteView piece = body;
    const Cid cid = Cid::v1(formats::Codec::raw, formats::sha2_256(std::span(&piece, 1)));
    return {cid, SharedBytes::from(std::move(body))};
}

enum class Manner : uint8_t {
    good,
    liar,    // Answers every want with HAVE and bytes that are something else.
    staller  // Answers every want with HAVE and nothing more.
};

class Node final {
public:
    Node(p2p::SimulatedNetwork& network, uint32_t number, Manner manner)
        : network_(network),
          host_(network.host(number)),
          number_(number),
          manner_(manner),
          engine_(store_),
          pump_(engine_, host_,
                {[this](const PeerId& from, const std::vector<bitswap::BlockPart>& blocks) {
                     on_blocks(from, blocks);
                 },
                 [this](const bitswap::Drop& drop) { drops_.push_back(drop); }}) {
        EXPECT_TRUE(pump_.start().has_value());
    }

    // Whatever has come since the last call.
    void run() {
        const int64_t now_ns = network_.now_ns();
        events_.clear();
        (void)host_.next_events(events_, SIZE_MAX, now_ns);
        for (p2p::Event& event : events_) {
            if (manner_ != Manner::good && misbehave(event)) continue;
            (void)pump_.handle(event, now_ns);
        }
        const auto due_ns = engine_.next_timer_ns();
        if (due_ns && *due_ns <= now_ns) engine_.on_timer(now_ns);
        pump_.flush(now_ns);
        if (const auto next_ns = engine_.next_timer_ns()) {
            network_.wake_at(number_, std::max(*next_ns, now_ns + 1));
        }
    }

    void hold(const TestBlock& block) { store_.put(block.cid, block.body); }
    void provide(const Cid& cid) { (void)host_.provide(formats::Multihash(cid.hash())); }
    // Begins a fetch; one at a time.
    void fetch(std::span<const Cid> cids) {
        session_ = engine_.open_session();
        EXPECT_EQ(engine_.want(session_, cids, network_.now_ns()), 0U);
        missing_.insert(cids.begin(), cids.end());
        run();
    }
    void end_fetch() {
        engine_.close_session(session_);
        missing_.clear();
        run();
    }
    bool is_done() const { return missing_.empty(); }
    size_t missing_count() const { return missing_.size(); }
    size_t kept_count() const { return engine_.kept_count() + pump_.kept_count(); }
    bool is_sound(const Cid& cid) const {
        const auto body = store_.find(cid);
        return *body && *formats::matches(cid.hash(), (**body).view());
    }

    bitswap::Engine& engine() { return engine_; }
    MemorySource& store() { return store_; }
    p2p::Host& host() { return host_; }
    uint32_t number() const { return number_; }
    const std::vector<bitswap::Drop>& drops() const { return drops_; }

private:
    void on_blocks(const PeerId& from, const std::vector<bitswap::BlockPart>& blocks) {
        const int64_t now_ns = network_.now_ns();
        for (const bitswap::BlockPart& block : blocks) {
            const auto cid = bitswap::cid_of(block);
            if (!cid) {
                engine_.on_garbage(from, cid.error().to_text(), now_ns);
                return;
            }
            if (!engine_.on_block(from, *cid, block.data.size(), now_ns)) continue;
            store_.put(*cid, block.data);
            missing_.erase(*cid);
            engine_.on_held(*cid, block.data.size(), now_ns);
        }
    }

    bool misbehave(const p2p::Event& event) {
        const auto* frame = std::get_if<p2p::FrameReceived>(&event);
        if (frame == nullptr) return false;
        const auto message = bitswap::decode_message(frame->frame);
        if (!message) return true;
        bitswap::Message answer;
        for (const bitswap::WantEntry& want : message->wants) {
            if (want.is_cancel) continue;
            answer.presences.push_back({want.cid, true});
            if (manner_ == Manner::liar && want.type == bitswap::WantType::block) {
                answer.blocks.push_back({bitswap::BlockPrefix::of(want.cid),
                                         SharedBytes::from(Bytes(1000 + ++lie_count_, 1))});
            }
        }
        const auto pieces = bitswap::encode_message(answer, bitswap::Version::v1_2_0);
        (void)host_.send_frame(frame->peer, bitswap::protocols(), pieces);
        return true;
    }

    p2p::SimulatedNetwork& network_;
    p2p::Host& host_;
    const uint32_t number_;
    const Manner manner_;
    MemorySource store_;
    bitswap::Engine engine_;
    Pump pump_;
    std::vector<p2p::Event> events_;
    std::vector<bitswap::Drop> drops_;
    bitswap::SessionId session_ = 0;
    std::set<Cid> missing_;
    size_t lie_count_ = 0;
};

class Simulation final {
public:
    explicit Simulation(uint64_t seed, p2p::SimulatedNetworkOptions options = {})
        : random_(seed), network_(clock_, seed + 1, options) {}

    Node& add(Manner manner = Manner::good) {
        network_.add_host();
        nodes_.push_back(
            std::make_unique<Node>(network_, static_cast<uint32_t>(nodes_.size()), manner));
        return *nodes_.back();
    }
    Node& operator[](size_t number) { return *nodes_.at(number); }
    size_t size() const { return nodes_.size(); }

    // Until `is_over` (asked after each step) or the time has passed; says whether it was.
    template <typename IsOver>
    bool run(int64_t time_ns, const IsOver& is_over) {
        const int64_t until_ns = network_.now_ns() + time_ns;
        while (const auto number = network_.step(until_ns)) {
            nodes_[*number]->run();
            if (is_over()) return true;
        }
        return is_over();
    }
    void run(int64_t time_ns) {
        (void)run(time_ns, [] { return false; });
    }
    bool run_until_done(Node& node, int64_t time_ns) {
        return run(time_ns, [&] { return node.is_done(); });
    }

    std::vector<TestBlock> make_blocks(size_t count, size_t size_bytes) {
        std::vector<TestBlock> blocks;
        blocks.reserve(count);
        for (size_t i = 0; i < count; ++i) blocks.push_back(make_block(random_, size_bytes));
        return blocks;
    }
    static std::vector<Cid> cids_of(const std::vector<TestBlock>& blocks) {
        std::vector<Cid> cids;
        cids.reserve(blocks.size());
        for (const TestBlock& block : blocks) cids.push_back(block.cid);
        return cids;
    }

    p2p::SimulatedNetwork& network() { return network_; }
    SimulatedRandom& random() { return random_; }

private:
    SimulatedClock clock_;
    SimulatedRandom random_;
    p2p::SimulatedNetwork network_;
    std::vector<std::unique_ptr<Node>> nodes_;
};

}  // namespace kit::exchange::testing
