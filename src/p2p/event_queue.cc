#include "p2p/event_queue.h"

#include <algorithm>

namespace kit::p2p {

bool EventQueue::has_room() const {
    std::scoped_lock lock(mutex_);
    return events_.size() < count_max_;
}

size_t EventQueue::count() const {
    std::scoped_lock lock(mutex_);
    return events_.size();
}

void EventQueue::push(Event event) {
    {
        std::scoped_lock lock(mutex_);
        if (closed_) return;
        if (auto* sent = std::get_if<FramesSent>(&event)) {
            if (!sent_.insert(sent->peer).second) {
                for (Event& waiting : events_) {
                    auto* older = std::get_if<FramesSent>(&waiting);
                    if (older != nullptr && older->peer == sent->peer) *older = *sent;
                }
                return;
            }
        }
        events_.push_back(std::move(event));
    }
    changed_.notify_one();
}

Result<size_t> EventQueue::take(std::vector<Event>& out, size_t count_max,
                                int64_t until_monotonic_ns) {
    std::unique_lock lock(mutex_);
    while (events_.empty() && !awake_ && !closed_ && clock_.monotonic_ns() < until_monotonic_ns) {
        clock_.wait(changed_, lock, until_monotonic_ns);
    }
    awake_ = false;
    if (closed_) return fail(Code::cancelled, "the host is closed");
    const size_t count = std::min(count_max, events_.size());
    for (size_t i = 0; i < count; ++i) {
        if (const auto* sent = std::get_if<FramesSent>(&events_.front())) sent_.erase(sent->peer);
        out.push_back(std::move(events_.front()));
        events_.pop_front();
    }
    return count;
}

void EventQueue::wake() {
    {
        std::scoped_lock lock(mutex_);
        awake_ = true;
    }
    changed_.notify_one();
}

void EventQueue::close() {
    {
        std::scoped_lock lock(mutex_);
        closed_ = true;
        events_.clear();
        sent_.clear();
    }
    changed_.notify_all();
}

}  // namespace kit::p2p
