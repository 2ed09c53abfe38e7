// What only shows with several threads or processes: putters, readers and a collector at once, and
// a writer that is killed. These run on the real disk and RocksDB.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <set>
#include <thread>

#include "blocks/store_fixture.h"

namespace kit::blocks {
namespace {

class StoreThreadsTest : public StoreFixture {
protected:
    static std::string block(int number) {
        std::string text = "block " + std::to_string(number) + " ";
        text.resize(200 + static_cast<size_t>(number) % 700, 'x');
        return text;
    }
    static bool put_in(Store& store, Lease& lease, int number) {
        const std::string text = block(number);
        const NewBlock one{cid_of(text), {}, as_bytes(text), {}};
        return store.put(lease, std::span(&one, 1)).has_value();
    }
};

TEST_F(StoreThreadsTest, APutIsNeverAnsweredAndThenCollected) {
    open({.segment_size_bytes_max = 64 * KiB});
    std::atomic<bool> done = false;
    std::thread collector([&] {
        const std::atomic<bool> cancel = false;
        while (!done) {
            auto collection = store_->begin_collection();
            ASSERT_TRUE(collection);
            ASSERT_TRUE((*collection)
                            ->sweep([](formats::MultihashView) { return false; },
                                    [](const Collection::Removed&) {}, cancel));
        }
    });
    std::vector<std::thread> putters;
    putters.reserve(3);
    for (int thread = 0; thread < 3; ++thread) {
        putters.emplace_back([&, thread] {
            // All threads put the same few blocks again and again, each under a lease of its own.
            for (int round = 0; round < 40; ++round) {
                const auto lease = store_->lease();
                for (int i = 0; i < 10; ++i) {
                    ASSERT_TRUE(put_in(*store_, *lease, (thread + round + i) % 25));
                }
                for (int i = 0; i < 10; ++i) {
                    const std::string text = block((thread + round + i) % 25);
                    ASSERT_EQ(find(text), text);
                }
            }
        });
    }
    for (std::thread& putter : putters) putter.join();
    done = true;
    collector.join();
}

TEST_F(StoreThreadsTest, ThreadsThatPutTheSameStoreItOnce) {
    open();
    std::atomic<uint64_t> new_bytes = 0;
    std::vector<std::thread> putters;
    putters.reserve(4);
    for (int thread = 0; thread < 4; ++thread) {
        putters.emplace_back([&] {
            const auto lease = store_->lease();
            for (int i = 0; i < 200; ++i) {
                const std::string text = block(i);
                const NewBlock one{cid_of(text), {}, as_bytes(text), {}};
                new_bytes += *store_->put(*lease, std::span(&one, 1));
                if (i % 50 == 0) {
                    ASSERT_TRUE(store_->sync());
                }
            }
        });
    }
    for (std::thread& putter : putters) putter.join();
    EXPECT_EQ(block_count(), 200U);
    EXPECT_EQ(new_bytes, store_->stat()->block_bytes);
}

TEST_F(StoreThreadsTest, PutsAtOnceDoNotPassStorageMaxTogether) {
    constexpr uint64_t storage_bytes_max = 1'000'000;
    open({.storage_bytes_max = storage_bytes_max});
    std::vector<std::thread> putters;
    putters.reserve(4);
    for (int thread = 0; thread < 4; ++thread) {
        putters.emplace_back([&, thread] {
            const auto lease = store_->lease();
            for (int i = 0; i < 4; ++i) {
                std::string text = std::to_string(thread * 10 + i);
                text.resize(150'000, 'x');
                const NewBlock one{cid_of(text), {}, as_bytes(text), {}};
                const auto put = store_->put(*lease, std::span(&one, 1));
                if (!put) {
                    EXPECT_EQ(put.error().code, Code::storage_full);
                }
            }
        });
    }
    for (std::thread& putter : putters) putter.join();
    EXPECT_GE(store_->stat()->block_bytes, storage_bytes_max / 2);
    EXPECT_LE(store_->stat()->block_bytes, storage_bytes_max);
}

TEST_F(StoreThreadsTest, OperationDurabilitySharesSyncs) {
    open({.durability = Durability::operation});
    std::vector<std::thread> putters;
    putters.reserve(4);
    for (int thread = 0; thread < 4; ++thread) {
        putters.emplace_back([&, thread] {
            const auto lease = store_->lease();
            for (int i = 0; i < 50; ++i) ASSERT_TRUE(put_in(*store_, *lease, thread * 100 + i));
        });
    }
    for (std::thread& putter : putters) putter.join();
    EXPECT_EQ(block_count(), 200U);
}

TEST_F(StoreThreadsTest, AKilledWriterLosesNothing) {
    // The child says the number of each block that it has put; a killed process loses not even
    // what was not synced, because the kernel holds it.
    std::array<int, 2> pipe_ends = {};
    ASSERT_EQ(::pipe(pipe_ends.data()), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        auto store = Store::open(real_env(), folder_, {.segment_size_bytes_max = 32 * KiB});
        if (!store) ::_exit(1);
        const auto lease = (*store)->lease();
        for (int i = 0;; ++i) {
            if (!put_in(**store, *lease, i)) ::_exit(2);
            if (i % 64 == 63 && !(*store)->sync()) ::_exit(3);
            if (::write(pipe_ends[1], &i, sizeof i) != sizeof i) ::_exit(4);
        }
    }
    int last = 0;
    while (last < 300) ASSERT_EQ(::read(pipe_ends[0], &last, sizeof last), ssize_t{sizeof last});
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    ::close(pipe_ends[0]);
    ::close(pipe_ends[1]);
    open();
    for (int i = 0; i <= last; ++i) ASSERT_EQ(find(block(i)), block(i)) << i;
    EXPECT_GE(block_count(), static_cast<uint64_t>(last) + 1);
}

}  // namespace
}  // namespace kit::blocks
