#include "blocks/sync_thread.h"

#include <utility>

namespace kit::blocks {

SyncThread::SyncThread(const Clock& clock, std::function<void()> sync)
    : clock_(clock), sync_(std::move(sync)), thread_([this] { run(); }) {}

SyncThread::~SyncThread() {
    {
        std::scoped_lock lock(mutex_);
        closing_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void SyncThread::mark_dirty() {
    {
        std::scoped_lock lock(mutex_);
        if (dirty_) return;
        dirty_ = true;
    }
    changed_.notify_all();
}

void SyncThread::hurry() {
    {
        std::scoped_lock lock(mutex_);
        if (urgent_) return;
        dirty_ = true;
        urgent_ = true;
    }
    changed_.notify_all();
}

void SyncThread::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return dirty_ || closing_; });
        const int64_t due_ns = clock_.monotonic_ns() + std::chrono::nanoseconds(delay).count();
        while (!urgent_ && !closing_ && clock_.monotonic_ns() < due_ns) {
            clock_.wait(changed_, lock, due_ns);
        }
        if (closing_) return;
        dirty_ = false;
        urgent_ = false;
        lock.unlock();
        sync_();
        lock.lock();
    }
}

}  // namespace kit::blocks
