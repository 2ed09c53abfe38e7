#include "base/task_pool.h"

#include <gtest/gtest.h>

#include <atomic>

namespace kit {
namespace {

TEST(TaskPoolTest, EveryTaskRunsBeforeWaitReturns) {
    for (const size_t threads : {0U, 1U, 4U}) {
        std::atomic<int> sum = 0;
        TaskPool pool(threads, 3);
        for (int i = 1; i <= 100; ++i) pool.submit([&sum, i] { sum += i; });
        pool.wait();
        EXPECT_EQ(sum, 5050) << threads << " threads";
    }
}

TEST(TaskPoolTest, WhatIsQueuedRunsBeforeThePoolGoes) {
    std::atomic<int> count = 0;
    {
        TaskPool pool(2, 64);
        for (int i = 0; i < 50; ++i) pool.submit([&count] { ++count; });
    }
    EXPECT_EQ(count, 50);
}

}  // namespace
}  // namespace kit
