#include "blocks/sync_thread.h"

#include <gtest/gtest.h>

#include "base/simulated_env.h"

namespace kit::blocks {
namespace {

using std::chrono::milliseconds;

class SyncThreadTest : public testing::Test {
protected:
    void sync() {
        std::scoped_lock lock(mutex_);
        ++sync_count_;
        synced_.notify_all();
    }
    int sync_count() {
        std::scoped_lock lock(mutex_);
        return sync_count_;
    }
    void await_syncs(int count) {
        std::unique_lock lock(mutex_);
        synced_.wait(lock, [&] { return sync_count_ >= count; });
    }

    std::mutex mutex_;
    std::condition_variable synced_;
    int sync_count_ GUARDED_BY(mutex_) = 0;
    SimulatedClock clock_;
    SyncThread thread_{clock_, [this] { sync(); }};
};

TEST_F(SyncThreadTest, SyncsOnceHalfASecondAfterTheFirstWrite) {
    thread_.mark_dirty();
    clock_.await_waiters(1);
    clock_.advance(SyncThread::delay - milliseconds(1));
    thread_.mark_dirty();
    EXPECT_EQ(sync_count(), 0);
    clock_.advance(milliseconds(1));
    await_syncs(1);
    clock_.advance(SyncThread::delay);
    thread_.hurry();
    await_syncs(2);
    EXPECT_EQ(sync_count(), 2);
}

TEST_F(SyncThreadTest, AHurriedSyncWaitsForNoClock) {
    thread_.mark_dirty();
    clock_.await_waiters(1);
    thread_.hurry();
    await_syncs(1);
    EXPECT_EQ(clock_.monotonic_ns(), 0);
}

TEST_F(SyncThreadTest, DoesNothingWhenNothingIsWritten) {
    clock_.advance(10 * SyncThread::delay);
    thread_.mark_dirty();
    clock_.await_waiters(1);
    EXPECT_EQ(sync_count(), 0);
}

}  // namespace
}  // namespace kit::blocks
