// Messages of topics, given to those who listen here: each listener has a queue of its own, and the
// host is subscribed to a topic as long as somebody listens to it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/env.h"
#include "base/thread_annotations.h"
#include "p2p/host.h"

namespace kit::node {

// Every call is safe from any thread.
class Pubsub final {
public:
    // Both must outlive it.
    Pubsub(const Clock& clock, p2p::Host& host) : clock_(clock), host_(host) {}

    // Called with every message of the host. Never waits: whoever does not take its messages loses
    // the oldest above the bound.
    void on_message(const p2p::MessageReceived& message);

    // A listener, who listens until it is gone. The hub must outlive it.
    class Subscription final {
    public:
        ~Subscription();
        Subscription(const Subscription&) = delete;
        Subscription& operator=(const Subscription&) = delete;

        // Waits for the next message; fails with cancelled when `cancel` is true.
        Result<p2p::MessageReceived> next(const std::atomic<bool>& cancel);

    private:
        friend class Pubsub;
        Subscription(Pubsub& hub, std::string topic) : hub_(hub), topic_(std::move(topic)) {}

        Pubsub& hub_;
        const std::string topic_;
        std::deque<p2p::MessageReceived> waiting_;  // Guarded by the hub's mutex.
        size_t waiting_bytes_ = 0;
    };

    // Fails as Host::subscribe().
    Result<std::unique_ptr<Subscription>> subscribe(const std::string& topic);
    Result<void> publish(const std::string& topic, ByteView data);
    // Those that somebody listens to, sorted.
    std::vector<std::string> topics() const;

private:
    void unsubscribe(Subscription& subscription);

    const Clock& clock_;
    p2p::Host& host_;
    // Held while the host is told, so that it hears of a topic's listeners in their order.
    std::mutex telling_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::unordered_map<std::string, std::vector<Subscription*>> listeners_ GUARDED_BY(mutex_);
};

}  // namespace kit::node
