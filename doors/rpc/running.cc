#include "doors/rpc/running.h"

#include <chrono>

namespace kit::rpc {
namespace {

constexpr auto period = std::chrono::milliseconds(20);
constexpr int64_t long_ns = 10'000'000;
constexpr int64_t client_asked_after_ns = 250'000'000;

}  // namespace

RunningRequests::RunningRequests(Clock& clock) : clock_(clock), watcher_([this] { watch(); }) {}

RunningRequests::~RunningRequests() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    changed_.notify_all();
    watcher_.join();
}

RunningRequests::Entry RunningRequests::begin(http::Exchange& exchange, int64_t deadline_ns) {
    const std::lock_guard lock(mutex_);
    running_.emplace_front();
    const Entry entry = running_.begin();
    entry->exchange = &exchange;
    entry->began_ns = clock_.monotonic_ns();
    entry->deadline_ns = deadline_ns;
    if (sleeps_) changed_.notify_all();
    return entry;
}

void RunningRequests::end(Entry entry) {
    const std::lock_guard lock(mutex_);
    running_.erase(entry);
}

void RunningRequests::watch() {
    std::unique_lock lock(mutex_);
    while (!ends_) {
        // Waking it costs more than most requests do: it goes to sleep only between two of them.
        if (running_.empty()) {
            sleeps_ = true;
            changed_.wait(lock, [this] { return ends_ || !running_.empty(); });
            sleeps_ = false;
        }
        changed_.wait_for(lock, period, [this] { return ends_; });
        const int64_t now_ns = clock_.monotonic_ns();
        for (RunningRequest& each : running_) {
            const int64_t running_ns = now_ns - each.began_ns;
            if (running_ns >= long_ns) each.exchange->may_take_long();
            if (each.cancel) continue;
            if (each.deadline_ns != 0 && now_ns >= each.deadline_ns) {
                each.timed_out = true;
                each.cancel = true;
            } else if (running_ns >= client_asked_after_ns && each.exchange->client_is_gone()) {
                each.cancel = true;
            }
        }
    }
}

}  // namespace kit::rpc
