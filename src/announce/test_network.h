// Nodes that announce on the simulated network, for tests. Content is a name; fetching it takes a
// connection to somebody who has it, and the time that its bytes take. A node can be told to lie.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "announce/announcements.h"
#include "announce/test_values.h"
#include "p2p/simulated_network.h"

namespace kit::announce::testing {

constexpr int64_t second_ns = 1'000'000'000;

class TestNode final {
public:
    TestNode(Env& env, p2p::SimulatedNetwork& network, uint32_t number)
        : host_(network.host(number)), network_(network) {
        AnnouncementsOptions options;
        options.may_give = [this](const Cid& cid) { return !forbidden.contains(cid); };
        options.find_holding = [this](const Cid& cid) -> std::optional<Holding> {
            const std::scoped_lock lock(mutex_);
            if (!held_.contains(cid) && !is_liar) return std::nullopt;
            return Holding{size_bytes};
        };
        options.load_percent = [this] { return load_percent; };
        announcements_ = Announcements::open(env, host_, std::move(options)).value();
    }

    void run() {
        std::vector<p2p::Event> events;
        (void)host_.next_events(events, SIZE_MAX, network_.now_ns());
        for (p2p::Event& event : events) {
            if (!announcements_->on_event(event)) ++others_count;
        }
    }
    void hold(const Cid& cid) {
        const std::scoped_lock lock(mutex_);
        held_.insert(cid);
    }
    bool has(const Cid& cid) const {
        const std::scoped_lock lock(mutex_);
        return held_.contains(cid);
    }
    Announcements& operator*() { return *announcements_; }
    Announcements* operator->() { return announcements_.get(); }
    p2p::Host& host() { return host_; }

    bool is_liar = false;  // Offers whatever is wanted, and has nothing.
    std::set<Cid> forbidden;
    uint32_t load_percent = 0;
    std::optional<uint64_t> size_bytes = MiB;
    uint64_t bytes_per_s = 10 * MiB;
    size_t others_count = 0;

private:
    p2p::Host& host_;
    p2p::SimulatedNetwork& network_;
    mutable std::mutex mutex_;
    std::set<Cid> held_;
    std::unique_ptr<Announcements> announcements_;
};

// How a request went.
struct Course {
    bool is_sent = false;
    std::optional<PeerId> from;
    std::vector<PeerId> asked;  // In order, of all rounds.
    size_t rounds_count = 0;
    int64_t time_ns = 0;
    friend bool operator==(const Course&, const Course&) = default;
};

class TestNetwork final {
public:
    explicit TestNetwork(uint32_t nodes_count, uint64_t seed = 1,
                         p2p::SimulatedNetworkOptions options = {})
        : random_(seed), network(clock, seed + 1, options) {
        for (uint32_t i = 0; i < nodes_count; ++i) {
            network.add_host();
            nodes_.push_back(std::make_unique<TestNode>(env_, network, i));
        }
    }

    TestNode& operator[](size_t number) { return *nodes_.at(number); }
    void run(int64_t time_ns) {
        const int64_t until_ns = network.now_ns() + time_ns;
        while (const auto number = network.step(until_ns)) nodes_[*number]->run();
    }

    // Runs a whole request of one node, step by step.
    Course request(uint32_t asker, const Cid& cid, int64_t deadline_ns,
                   std::optional<uint64_t> size_bytes_max = std::nullopt) {
        Announcements& announcements = *(*this)[asker];
        const int64_t start_ns = network.now_ns();
        const uint64_t search =
            announcements.begin_search(cid, start_ns + deadline_ns, size_bytes_max).value();
        Course course;
        while (!course.is_sent) {
            const SearchStep step = announcements.next_step(search);
            if (std::holds_alternative<GiveUp>(step)) break;
            if (const auto* waits = std::get_if<WaitUntil>(&step)) {
                step_once(waits->until_ns);
                continue;
            }
            const auto& round = std::get<AskPeers>(step);
            ++course.rounds_count;
            for (const PeerAddress& peer : round.peers) course.asked.push_back(peer.peer);
            course.from = fetch(asker, cid, round, start_ns + deadline_ns);
            course.is_sent = course.from.has_value();
            if (!course.is_sent) announcements.end_round(search);
        }
        announcements.end_search(search);
        course.time_ns = network.now_ns() - start_ns;
        return course;
    }

    // Runs `call` on a thread of its own while the network goes on; returns when it has returned.
    void run_beside(const std::function<void()>& call) {
        std::mutex mutex;
        std::condition_variable changed;
        bool is_done = false;
        bool may_go = false;
        std::thread thread([&] {
            call();
            // Still seen to wait, so that the other thread need not know when it ended.
            std::unique_lock lock(mutex);
            is_done = true;
            while (!may_go) clock.wait(changed, lock, INT64_MAX);
        });
        const auto is_over = [&] {
            const std::scoped_lock lock(mutex);
            return is_done;
        };
        for (;;) {
            clock.await_waiters(1);
            if (is_over()) break;
            step_once(network.now_ns() + second_ns / 20);
        }
        {
            const std::scoped_lock lock(mutex);
            may_go = true;
        }
        changed.notify_all();
        thread.join();
    }

    // Who of those that `node` is connected to has it, the fastest; of those that are asked, if
    // any.
    TestNode* find_sender(uint32_t node, const Cid& cid, const AskPeers& round) {
        TestNode* sender = nullptr;
        for (const PeerId& peer : (*this)[node].host().connected_peers()) {
            const bool is_asked = round.peers.empty() ||
                                  std::ranges::any_of(round.peers, [&](const PeerAddress& each) {
                                      return each.peer == peer;
                                  });
            if (!is_asked) continue;
            TestNode& other = *by_peer(peer);
            if (!other.has(cid)) continue;
            if (sender == nullptr || other.bytes_per_s > sender->bytes_per_s) sender = &other;
        }
        return sender;
    }

private:
    TestNode* by_peer(const PeerId& peer) {
        for (const auto& node : nodes_) {
            if (node->host().id() == peer) return node.get();
        }
        return nullptr;
    }
    void step_once(int64_t until_ns) {
        if (const auto number = network.step(until_ns)) nodes_[*number]->run();
    }

    std::optional<PeerId> fetch(uint32_t asker, const Cid& cid, const AskPeers& round,
                                int64_t deadline_ns) {
        const int64_t until_ns =
            std::min(deadline_ns, network.now_ns() + round.patience.count() * 1'000'000);
        const int64_t start_ns = network.now_ns();
        while (network.now_ns() < until_ns) {
            TestNode* sender = find_sender(asker, cid, round);
            if (sender != nullptr) {
                const uint64_t bytes = sender->size_bytes.value_or(MiB);
                run(static_cast<int64_t>(bytes * uint64_t{second_ns} / sender->bytes_per_s));
                (*this)[asker].hold(cid);
                (*this)[asker]->on_received(sender->host().id(), bytes,
                                            network.now_ns() - start_ns);
                return sender->host().id();
            }
            step_once(until_ns);
        }
        return std::nullopt;
    }

public:
    SimulatedClock clock;

private:
    SimulatedDisk disk_{1};
    SimulatedRandom random_;
    Env env_{clock, disk_, random_};

public:
    p2p::SimulatedNetwork network;

private:
    std::vector<std::unique_ptr<TestNode>> nodes_;
};

}  // namespace kit::announce::testing
