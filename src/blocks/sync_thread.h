// Calls for a sync at most one second after something was written.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "base/env.h"
#include "base/thread_annotations.h"

namespace kit::blocks {

class SyncThread final {
public:
    // Half of the promised second is for waiting, so that more comes together; the other half is
    // for the sync itself.
    static constexpr std::chrono::milliseconds delay{500};

    SyncThread(const Clock& clock, std::function<void()> sync);
    // Waits for a sync that runs; does not call for a last one.
    ~SyncThread();
    SyncThread(const SyncThread&) = delete;
    SyncThread& operator=(const SyncThread&) = delete;

    // Any thread: something has been written.
    void mark_dirty();
    // Any thread: too much waits already.
    void hurry();

private:
    void run();

    const Clock& clock_;
    const std::function<void()> sync_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool dirty_ GUARDED_BY(mutex_) = false;
    bool urgent_ GUARDED_BY(mutex_) = false;
    bool closing_ GUARDED_BY(mutex_) = false;
    std::thread thread_;
};

}  // namespace kit::blocks
