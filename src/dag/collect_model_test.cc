// Pins and collection under random operations, compared with a plain model after each collection:
// what is in the store is exactly what the model's pins reach. On the store in memory with many
// seeds, on the real one with a few.
#include <random>
#include <set>

#include "dag/collect_garbage.h"
#include "dag/pin_query.h"
#include "dag/real_store.h"
#include "dag/test_store.h"

namespace kit::dag {
namespace {

using namespace testing;

class Model final {
public:
    Model(Env& env, TestClock& clock, blocks::Store& store, uint64_t seed)
        : clock_(clock), store_(store), maker_(store), pins_(env, store), random_(seed) {}

    void step() {
        switch (pick(8)) {
            case 0:
            case 1:
                return make_leaf();
            case 2:
            case 3:
                return make_node();
            case 4:
                return add_pin();
            case 5:
                return remove_pin();
            case 6:
                return update_pin();
            default:
                return pick(6) == 0 ? collect() : pass_time();
        }
    }
    void collect() {
        maker_.forget();
        std::atomic<bool> cancel = false;
        std::set<Cid> removed;
        const auto report = collect_garbage(
            store_, pins_, {},
            [&](const Cid& cid, uint64_t) { EXPECT_TRUE(removed.insert(cid).second); }, cancel);
        ASSERT_TRUE(report.has_value()) << report.error().to_text();
        std::set<size_t> live;
        for (const auto& [node, pin] : held()) reach_in_model(node, pin.mode, live);
        for (size_t i = 0; i < nodes_.size(); ++i) {
            const bool was_here = nodes_[i].is_here;
            nodes_[i].is_here = was_here && live.contains(i);
            EXPECT_EQ(*store_.has(nodes_[i].cid), nodes_[i].is_here);
            const bool went = removed.contains(Cid::v1(Codec::raw, nodes_[i].cid.hash()));
            EXPECT_EQ(went, was_here && !nodes_[i].is_here);
        }
    }
    // The lists of pins say what the model says.
    void compare_lists() {
        std::set<Cid> listed;
        std::set<Cid> expected;
        std::atomic<bool> cancel = false;
        const auto done = each_pin(
            store_, pins_, PinFilter::all,
            [&](const ListedPin& pin) -> Result<bool> {
                EXPECT_TRUE(listed.insert(pin.cid).second);
                return true;
            },
            cancel);
        EXPECT_EQ(error_of(done), "");
        std::set<size_t> live;
        for (const auto& [node, pin] : held()) reach_in_model(node, pin.mode, live);
        for (const size_t node : live) expected.insert(nodes_[node].cid);
        EXPECT_EQ(listed, expected);
    }

private:
    struct Node {
        Cid cid;
        std::vector<size_t> links;
        bool is_here = true;
    };
    struct HeldPin {
        PinMode mode;
        std::optional<int64_t> expires_s;
    };

    size_t pick(size_t count) {
        return std::uniform_int_distribution<size_t>(0, count - 1)(random_);
    }

    std::map<size_t, HeldPin> held() const {
        std::map<size_t, HeldPin> all;
        for (const auto& [node, pin] : held_) {
            if (!pin.expires_s || *pin.expires_s > clock_.now_s) all.emplace(node, pin);
        }
        return all;
    }
    void reach_in_model(size_t node, PinMode mode, std::set<size_t>& live) const {
        if (!live.insert(node).second && mode == PinMode::direct) return;
        if (mode == PinMode::direct) return;
        for (const size_t link : nodes_[node].links) reach_in_model(link, mode, live);
    }
    bool is_whole(size_t node) const {
        if (!nodes_[node].is_here) return false;
        return std::all_of(nodes_[node].links.begin(), nodes_[node].links.end(),
                           [&](size_t link) { return is_whole(link); });
    }

    void make_leaf() {
        const std::string text = "leaf " + std::to_string(nodes_.size());
        nodes_.push_back({pick(2) == 0 ? maker_.raw(text) : maker_.node(text), {}, true});
    }
    void make_node() {
        if (nodes_.empty()) return;
        Node node;
        std::vector<std::pair<std::string, Cid>> links;
        for (size_t i = 0; i <= pick(4); ++i) {
            const size_t link = nodes_.size() - 1 - pick(std::min<size_t>(nodes_.size(), 20));
            if (!is_whole(link)) continue;
            node.links.push_back(link);
            links.emplace_back(std::to_string(i), nodes_[link].cid);
        }
        node.cid = maker_.node("node " + std::to_string(nodes_.size()), links);
        nodes_.push_back(std::move(node));
    }
    void add_pin() {
        if (nodes_.empty()) return;
        const size_t node = pick(nodes_.size());
        HeldPin pin{pick(3) == 0 ? PinMode::direct : PinMode::recursive, std::nullopt};
        if (pick(3) == 0) pin.expires_s = clock_.now_s + 1 + static_cast<int64_t>(pick(5));
        if (pin.mode == PinMode::recursive ? !is_whole(node) : !nodes_[node].is_here) return;
        const auto before = held();
        const auto known = before.find(node);
        const bool refused = pin.mode == PinMode::direct && known != before.end() &&
                             known->second.mode == PinMode::recursive;
        const auto added =
            pins_.add({.cid = nodes_[node].cid, .mode = pin.mode, .expires_s = pin.expires_s});
        EXPECT_EQ(added.has_value(), !refused);
        if (added) held_[node] = pin;
    }
    void remove_pin() {
        if (held_.empty()) return;
        const auto chosen = std::next(held_.begin(), static_cast<ptrdiff_t>(pick(held_.size())));
        EXPECT_EQ(pins_.remove(nodes_[chosen->first].cid, true).has_value(),
                  held().contains(chosen->first));
        held_.erase(chosen);
    }
    void update_pin() {
        const auto before = held();
        if (before.empty()) return;
        const auto from = std::next(before.begin(), static_cast<ptrdiff_t>(pick(before.size())));
        const size_t to = pick(nodes_.size());
        if (!is_whole(to)) return;
        const bool keep_from = pick(2) == 0;
        const auto other = before.find(to);
        const bool allowed =
            from->second.mode == PinMode::recursive &&
            (to == from->first || other == before.end() || other->second.mode == PinMode::direct);
        EXPECT_EQ(pins_.update(nodes_[from->first].cid, nodes_[to].cid, keep_from).has_value(),
                  allowed);
        if (!allowed || to == from->first) return;
        held_[to] = from->second;
        if (!keep_from) held_.erase(from->first);
    }
    void pass_time() { clock_.now_s += 1; }

    TestClock& clock_;
    blocks::Store& store_;
    DagMaker maker_;
    Pins pins_;
    std::mt19937_64 random_;
    std::vector<Node> nodes_;
    std::map<size_t, HeldPin> held_;  // Expired ones included.
};

TEST(CollectModelTest, WhatIsLeftIsWhatPinsReachInMemory) {
    for (uint64_t seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE(seed);
        TestEnv env;
        TestStore store;
        Model model(env.env, env.clock, store, seed);
        for (int i = 0; i < 300; ++i) model.step();
        model.compare_lists();
        model.collect();
        if (HasFailure()) return;
    }
}

TEST(CollectModelTest, WhatIsLeftIsWhatPinsReachOnDisk) {
    for (uint64_t seed = 1; seed <= 4; ++seed) {
        SCOPED_TRACE(seed);
        TestEnv env;
        RealStore store(env.env);
        Model model(env.env, env.clock, *store, seed);
        for (int i = 0; i < 300; ++i) model.step();
        model.compare_lists();
        model.collect();
        if (HasFailure()) return;
    }
}

}  // namespace
}  // namespace kit::dag
