// A network of a few hosts for tests of blocking calls: what blocks runs on threads of its own, and
// the test's thread lets time pass whenever all of them wait.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "p2p/simulated_network.h"
#include "routing/dht_router.h"

namespace kit::routing::testing {

constexpr int64_t second_ns = 1'000'000'000;
constexpr int64_t step_ns = 50'000'000;

inline Multihash hash_of(std::string_view text) {
    const ByteView piece = as_bytes(text);
    return formats::sha2_256(std::span(&piece, 1));
}
inline Cid cid_of(std::string_view text) {
    return Cid::v1(formats::Codec::raw, hash_of(text));
}

class TestNetwork {
public:
    explicit TestNetwork(uint32_t host_count, uint64_t seed = 1) : network(clock, seed, {}) {
        for (uint32_t i = 0; i < host_count; ++i) {
            p2p::Host& host = network.add_host();
            routers.push_back(std::make_unique<DhtRouter>(clock, host));
        }
    }

    // Runs `call` on a thread of its own while the network goes on; returns when it has returned.
    void run(const std::function<void()>& call) {
        run_beside(call, [] { return false; });
    }
    // `meanwhile` is asked after each step; true ends the stepping, not the wait for `call`.
    void run_beside(const std::function<void()>& call, const std::function<bool()>& meanwhile) {
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
            step();
            if (meanwhile()) break;
        }
        {
            const std::scoped_lock lock(mutex);
            may_go = true;
        }
        changed.notify_all();
        thread.join();
    }
    void step() {
        const auto number = network.step(network.now_ns() + step_ns);
        if (!number) return;
        std::vector<p2p::Event> events;
        (void)network.host(*number).next_events(events, SIZE_MAX, network.now_ns());
        for (p2p::Event& event : events) {
            if (!routers[*number]->on_event(event)) others.push_back(std::move(event));
        }
    }

    SimulatedClock clock;
    p2p::SimulatedNetwork network;
    std::vector<std::unique_ptr<DhtRouter>> routers;
    std::vector<p2p::Event> others;  // That answered no question.
};

}  // namespace kit::routing::testing
