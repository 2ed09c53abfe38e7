#include "doors/rpc/running.h"

#include <algorithm>
#include <chrono>

namespace kit::rpc {
namespace {

constexpr auto period = std::chrono::milliseconds(20);
constexpr int64_t long_ns = 10'000'000;
constexpr int64_t client_asked_after_ns = 250'000'000;
// How often Kubo looks for records to drop, counted in records.
constexpr size_t records_per_cleanup = 10;
constexpr size_t record_count_max = 10'000;  // Some 5 MB, when each has a few words.

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

RunningRequests::Entry RunningRequests::begin(http::Exchange& exchange, int64_t deadline_ns,
                                              commands::ServedRequest record) {
    const std::lock_guard lock(mutex_);
    running_.emplace_front();
    const Entry entry = running_.begin();
    entry->exchange = &exchange;
    entry->began_ns = clock_.monotonic_ns();
    entry->deadline_ns = deadline_ns;
    record.id = next_id_++;
    record.start_unix_ns = clock_.unix_ns();
    entry->record = records_.insert(records_.end(), std::move(record));
    if (sleeps_) changed_.notify_all();
    return entry;
}

void RunningRequests::end(Entry entry) {
    const std::lock_guard lock(mutex_);
    const int64_t now_ns = clock_.unix_ns();
    entry->record->end_unix_ns = now_ns;
    running_.erase(entry);
    if (records_.size() > record_count_max) {
        forget_done_before(now_ns + 1);
    } else if (records_.size() % records_per_cleanup == 0) {
        forget_done_before(now_ns - keep_done_ns_ + 1);
    }
}

std::vector<commands::ServedRequest> RunningRequests::report() const {
    const std::lock_guard lock(mutex_);
    return {records_.begin(), records_.end()};
}

void RunningRequests::forget_done() {
    const std::lock_guard lock(mutex_);
    forget_done_before(clock_.unix_ns() + 1);
}

void RunningRequests::keep_done(int64_t duration_ns) {
    const std::lock_guard lock(mutex_);
    keep_done_ns_ = std::max<int64_t>(duration_ns, 0);
}

void RunningRequests::forget_done_before(int64_t unix_ns) {
    std::erase_if(records_, [unix_ns](const commands::ServedRequest& record) {
        return record.end_unix_ns != 0 && record.end_unix_ns < unix_ns;
    });
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
