#include "base/task_pool.h"

#include <algorithm>
#include <utility>

namespace kit {

TaskPool::TaskPool(size_t thread_count, size_t queue_count_max)
    : thread_count_(thread_count), queue_count_max_(std::max<size_t>(queue_count_max, 1)) {}

TaskPool::~TaskPool() {
    {
        std::scoped_lock lock(mutex_);
        closing_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void TaskPool::submit(std::move_only_function<void()> task) {
    if (thread_count_ == 0) {
        task();
        return;
    }
    bool all_are_busy = false;
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return queue_.size() < queue_count_max_; });
        queue_.push_back(std::move(task));
        all_are_busy = running_count_ + queue_.size() > threads_.size();
    }
    if (all_are_busy && threads_.size() < thread_count_) {
        threads_.emplace_back([this] { run(); });
    }
    changed_.notify_all();
}

void TaskPool::wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return queue_.empty() && running_count_ == 0; });
}

void TaskPool::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return closing_ || !queue_.empty(); });
        if (queue_.empty()) return;
        std::move_only_function<void()> task = std::move(queue_.front());
        queue_.pop_front();
        ++running_count_;
        lock.unlock();
        changed_.notify_all();
        task();
        task = nullptr;
        lock.lock();
        --running_count_;
        changed_.notify_all();
    }
}

size_t hardware_thread_count() {
    // Asked once: the answer costs three system calls.
    static const size_t count = std::max(1U, std::thread::hardware_concurrency());
    return count;
}

}  // namespace kit
