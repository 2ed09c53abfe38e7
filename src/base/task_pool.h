// A bounded pool of threads for one piece of work: an import, a walk, a verification. Made for the
// work and gone with it, so nothing outlives its caller; a thread starts when a task needs it.
// With no thread wanted it runs each task at once on the caller's own, which keeps tests
// deterministic.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace kit {

// submit() and wait() come from one thread; the tasks run on the pool's.
class TaskPool final {
public:
    // At most `queue_count_max` tasks wait; submit() blocks while that many do.
    TaskPool(size_t thread_count, size_t queue_count_max);
    // Waits for every task.
    ~TaskPool();
    TaskPool(const TaskPool&) = delete;
    TaskPool& operator=(const TaskPool&) = delete;

    void submit(std::move_only_function<void()> task);
    // Returns when every task submitted so far has ended.
    void wait();
    size_t thread_count() const { return thread_count_; }

private:
    void run();

    const size_t thread_count_;
    const size_t queue_count_max_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::move_only_function<void()>> queue_;
    size_t running_count_ = 0;
    bool closing_ = false;
    std::vector<std::thread> threads_;  // Started as work comes; touched by the submitter alone.
};

// How many threads this machine runs at once; at least 1.
size_t hardware_thread_count();

}  // namespace kit
