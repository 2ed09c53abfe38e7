// Real hosts on loopback for tests, with a thread that takes their events.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "formats/key.h"
#include "p2p/shim_host.h"

namespace kit::p2p {

constexpr std::chrono::seconds patience(30);

inline ShimHostOptions test_options(Env& env) {
    ShimHostOptions options;
    options.private_key =
        formats::PrivateKey::generate(formats::KeyType::ed25519, env.random).value().to_protobuf();
    options.agent = "ipfs-kit/test";
    options.listen.push_back(Multiaddr::from_text("/ip4/127.0.0.1/tcp/0").value());
    options.threads = 1;
    return options;
}

// A host whose events are taken by a thread of its own until the end.
class RunningHost final {
public:
    explicit RunningHost(const ShimHostOptions& options) : env_(real_env()) {
        auto opened = ShimHost::open(env_.clock, options);
        EXPECT_TRUE(opened.has_value()) << opened.error().to_text();
        host_ = *std::move(opened);
        thread_ = std::thread([this] { run(); });
    }
    RunningHost() : RunningHost(test_options(real_env())) {}
    ~RunningHost() {
        host_->close();
        thread_.join();
    }

    ShimHost* operator->() const { return host_.get(); }
    ShimHost& operator*() const { return *host_; }
    PeerAddress address() const { return {host_->id(), host_->listen_addresses()}; }

    // Waits until an event of this type that `wanted` likes has come; each is seen once.
    template <typename Wanted>
    std::optional<Wanted> wait_for(const std::function<bool(const Wanted&)>& wanted =
                                       [](const Wanted&) { return true; }) {
        std::unique_lock lock(mutex_);
        std::optional<Wanted> found;
        arrived_.wait_for(lock, patience, [&] {
            for (auto event = events_.begin(); event != events_.end(); ++event) {
                const auto* one = std::get_if<Wanted>(&*event);
                if (one == nullptr || !wanted(*one)) continue;
                found = *one;
                events_.erase(event);
                return true;
            }
            return false;
        });
        return found;
    }

private:
    void run() {
        std::vector<Event> taken;
        while (host_->next_events(taken, 64, INT64_MAX)) {
            const std::scoped_lock lock(mutex_);
            std::ranges::move(taken, std::back_inserter(events_));
            taken.clear();
            arrived_.notify_all();
        }
    }

    Env& env_;
    std::unique_ptr<ShimHost> host_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<Event> events_;
    std::thread thread_;
};

}  // namespace kit::p2p
