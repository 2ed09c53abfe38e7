#include "blocks/sync_thread.h"

#include <utility>

namespace kit::blocks {

SyncThread::SyncThread(std::function<void()> sync)
    : sync_(std::move(sync)), thread_([this] { run(); }) {}

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
        changed_.wait_for(lock, delay, [this] { return urgent_ || closing_; });
        if (closing_) return;
        dirty_ = false;
        urgent_ = false;
        lock.unlock();
        sync_();
        lock.lock();
    }
}

}  // namespace kit::blocks
