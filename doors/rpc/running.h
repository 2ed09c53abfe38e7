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
#include "http/exchange.h"

namespace kit::rpc {

struct RunningRequest {
    std::atomic<bool> cancel = false;
    std::atomic<bool> timed_out = false;
    http::Exchange* exchange = nullptr;
    int64_t began_ns = 0;     // Monotonic.
    int64_t deadline_ns = 0;  // 0: none.
};

// Any thread. A request that is over within some milliseconds is never looked at; a longer one has
// another worker brought in for it, and is stopped when its client leaves.
class RunningRequests final {
public:
    explicit RunningRequests(Clock& clock);
    ~RunningRequests();
    RunningRequests(const RunningRequests&) = delete;
    RunningRequests& operator=(const RunningRequests&) = delete;

    using Entry = std::list<RunningRequest>::iterator;
    Entry begin(http::Exchange& exchange, int64_t deadline_ns);
    void end(Entry entry);

private:
    void watch();

    Clock& clock_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::list<RunningRequest> running_;  // guarded by mutex_
    bool ends_ = false;                  // guarded by mutex_
    bool sleeps_ = false;                // guarded by mutex_: nothing has run for a while
    std::thread watcher_;
};

}  // namespace kit::rpc
