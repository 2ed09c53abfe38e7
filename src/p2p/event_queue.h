// The events of a host between whoever makes them and the one thread that takes them. It is
// bounded: a maker that may be made to wait asks has_room() first, as for frames; what only says
// how things stand now (connections, FramesSent) is always taken, and cannot pile up.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "base/env.h"
#include "base/thread_annotations.h"
#include "p2p/host.h"
#include "p2p/peer_id_hash.h"

namespace kit::p2p {

// Every call is safe from any thread; take() comes from one.
class EventQueue final {
public:
    // `clock` must outlive the queue.
    EventQueue(const Clock& clock, size_t count_max) : clock_(clock), count_max_(count_max) {}

    bool has_room() const;
    size_t count() const;
    // Nothing is taken after close().
    void push(Event event);
    // As Host::next_events(), wake() and close().
    Result<size_t> take(std::vector<Event>& out, size_t count_max, int64_t until_monotonic_ns);
    void wake();
    void close();

private:
    const Clock& clock_;
    const size_t count_max_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Event> events_ GUARDED_BY(mutex_);
    // Who has a FramesSent among them.
    std::unordered_set<PeerId, PeerIdHash> sent_ GUARDED_BY(mutex_);
    bool awake_ GUARDED_BY(mutex_) = false;
    bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace kit::p2p
