// The requests that are being served: what `diag cmds` lists, and what a client that leaves, a
// deadline or the daemon's end stops.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "base/env.h"
#include "commands/command.h"
#include "http/exchange.h"

namespace kit::rpc {

struct RunningRequest {
    std::atomic<bool> cancel = false;
    std::atomic<bool> timed_out = false;
    http::Exchange* exchange = nullptr;
    int64_t began_ns = 0;     // Monotonic.
    int64_t deadline_ns = 0;  // 0: none.
    std::list<commands::ServedRequest>::iterator record;
};

// Any thread. A request that is over within some milliseconds is never looked at; a longer one has
// another worker brought in for it, and is stopped when its client leaves.
class RunningRequests final : public commands::ServedRequests {
public:
    explicit RunningRequests(Clock& clock);
    ~RunningRequests() override;
    RunningRequests(const RunningRequests&) = delete;
    RunningRequests& operator=(const RunningRequests&) = delete;

    using Entry = std::list<RunningRequest>::iterator;
    // `record` says what was asked; its number and times are filled in here.
    Entry begin(http::Exchange& exchange, int64_t deadline_ns, commands::ServedRequest record);
    void end(Entry entry);

    std::vector<commands::ServedRequest> report() const override;
    void forget_done() override;
    void keep_done(int64_t duration_ns) override;

private:
    void watch();
    void forget_done_before(int64_t unix_ns);  // With mutex_ held.

    Clock& clock_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::list<RunningRequest> running_;           // guarded by mutex_
    std::list<commands::ServedRequest> records_;  // guarded by mutex_, in the order they came
    uint64_t next_id_ = 0;                        // guarded by mutex_
    int64_t keep_done_ns_ = 0;                    // guarded by mutex_
    bool ends_ = false;                           // guarded by mutex_
    bool sleeps_ = false;                         // guarded by mutex_: nothing has run for a while
    std::thread watcher_;
};

}  // namespace kit::rpc
