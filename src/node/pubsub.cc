#include "node/pubsub.h"

#include <algorithm>

#include "node/limits.h"

namespace kit::node {
namespace {

constexpr int64_t cancel_period_ns = 100'000'000;  // How late a cancel is seen.

}  // namespace

void Pubsub::on_message(const p2p::MessageReceived& message) {
    const std::scoped_lock lock(mutex_);
    const auto found = listeners_.find(message.topic);
    if (found == listeners_.end()) return;
    for (Subscription* const listener : found->second) {
        listener->waiting_.push_back(message);
        listener->waiting_bytes_ += message.data.size();
        while (listener->waiting_bytes_ > limits::pubsub_waiting_bytes_max ||
               listener->waiting_.size() > limits::pubsub_waiting_count_max) {
            listener->waiting_bytes_ -= listener->waiting_.front().data.size();
            listener->waiting_.pop_front();
        }
    }
    changed_.notify_all();
}

Result<std::unique_ptr<Pubsub::Subscription>> Pubsub::subscribe(const std::string& topic) {
    std::unique_ptr<Subscription> made(new Subscription(*this, topic));
    const std::scoped_lock telling(telling_);
    bool is_first = false;
    {
        const std::scoped_lock lock(mutex_);
        auto& listeners = listeners_[topic];
        is_first = listeners.empty();
        listeners.push_back(made.get());
    }
    // What fails here is taken back by the destructor.
    if (is_first) TRY(host_.subscribe(topic));
    return made;
}

void Pubsub::unsubscribe(Subscription& subscription) {
    const std::scoped_lock telling(telling_);
    bool is_last = false;
    {
        const std::scoped_lock lock(mutex_);
        const auto found = listeners_.find(subscription.topic_);
        if (found == listeners_.end()) return;
        std::erase(found->second, &subscription);
        is_last = found->second.empty();
        if (is_last) listeners_.erase(found);
    }
    if (is_last) (void)host_.unsubscribe(subscription.topic_);  // Fails only when it is not.
}

Result<void> Pubsub::publish(const std::string& topic, ByteView data) {
    return host_.publish(topic, data);
}

std::vector<std::string> Pubsub::topics() const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> names;
    for (const auto& each : listeners_) names.push_back(each.first);
    std::ranges::sort(names);
    return names;
}

Pubsub::Subscription::~Subscription() {
    hub_.unsubscribe(*this);
}

Result<p2p::MessageReceived> Pubsub::Subscription::next(const std::atomic<bool>& cancel) {
    std::unique_lock lock(hub_.mutex_);
    while (waiting_.empty()) {
        if (cancel) return fail(Code::cancelled, "the topic is not listened to any more");
        hub_.clock_.wait(hub_.changed_, lock, hub_.clock_.monotonic_ns() + cancel_period_ns);
    }
    p2p::MessageReceived message = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= message.data.size();
    return message;
}

}  // namespace kit::node
