// An Env for tests, all in memory: the clock stands still until it is told, randomness comes from a
// seed, and the disk forgets on crash() what was not synced, fails the call that it is told to
// fail, and can be full. What it does depends on the seed and the calls alone, so every failure
// found with it can be replayed.
#pragma once

#include <list>
#include <map>
#include <mutex>

#include "base/env.h"
#include "base/thread_annotations.h"

namespace kit {

class SimulatedClock final : public Clock {
public:
    int64_t unix_ns() const override;
    int64_t monotonic_ns() const override;
    void wait(std::condition_variable& changed, std::unique_lock<std::mutex>& lock,
              int64_t until_ns) const override;
    // Wakes who waits. Not while a waiter's condition variable is being destroyed.
    void advance(std::chrono::nanoseconds time);
    // Returns when `count` threads wait; those that advance() woke do so when they wait again.
    void await_waiters(size_t count) const;

private:
    struct Waiter {
        std::condition_variable* changed;
        std::mutex* mutex;
        bool is_woken;
    };
    mutable std::mutex mutex_;
    mutable std::condition_variable waiters_changed_;
    mutable std::list<Waiter> waiters_ GUARDED_BY(mutex_);
    int64_t passed_ns_ GUARDED_BY(mutex_) = 0;
};

// splitmix64. https://prng.di.unimi.it/splitmix64.c
class SimulatedRandom final : public Random {
public:
    explicit SimulatedRandom(uint64_t seed) : state_(seed) {}
    void fill(std::span<uint8_t> out) override;
    // Uniform enough for tests: 0 to bound - 1.
    uint64_t below(uint64_t bound) { return next() % bound; }

private:
    mutable std::mutex mutex_;
    uint64_t state_ GUARDED_BY(mutex_);
};

class SimulatedDisk final : public Disk {
public:
    explicit SimulatedDisk(uint64_t seed);
    ~SimulatedDisk() override;
    SimulatedDisk(const SimulatedDisk&) = delete;
    SimulatedDisk& operator=(const SimulatedDisk&) = delete;

    // What of the unsynced bytes and names is there after a crash: none of it, or a random part,
    // by sectors of 512 bytes and by names.
    enum class Survival : uint8_t { nothing, a_part };
    // The machine loses power and starts again: open files and locks are dead, faults forgotten.
    void crash(Survival survival);

    // Calls that change the disk: creating, writing, truncating, renaming, removing, syncing.
    enum class Call : uint8_t { any_change, write, sync };
    uint64_t change_count() const;
    // The `n`-th such call from now (1 is the next) fails with io_error; a write has then written
    // a random part of its bytes. Only that call, or it and all changes after it.
    enum class Lasting : uint8_t { once, until_crash };
    void fail_call(Call call, uint64_t n, Lasting lasting);
    // Writing beyond this many bytes in all files fails with storage_full after a part.
    void set_capacity(uint64_t bytes);
    // Flips one bit.
    void damage(const Path& path, uint64_t offset_bytes);

    Result<std::unique_ptr<File>> open(const Path& path, OpenMode mode,
                                       uint32_t permissions = 0644) override;
    Result<std::optional<FileInfo>> find_info(const Path& path, bool follow = true) override;
    Result<std::vector<DirectoryEntry>> list(const Path& path) override;
    Result<std::string> read_link(const Path& path) override;
    Result<void> make_directories(const Path& path, uint32_t permissions = 0755) override;
    Result<void> make_symlink(const std::string& target, const Path& path) override;
    Result<void> set_mode(const Path& path, uint32_t mode) override;
    Result<void> set_mtime(const Path& path, int64_t seconds, uint32_t nanoseconds,
                           bool follow = true) override;
    Result<void> rename(const Path& from, const Path& to) override;
    Result<void> remove(const Path& path) override;
    Result<void> remove_all(const Path& path) override;
    Result<void> sync_directory(const Path& path) override;
    Result<std::unique_ptr<FileLock>> lock(const Path& path, const std::string& holder) override;
    Result<uint64_t> free_bytes(const Path& path) override;

    // One file, directory or link, as it is and as it would be after losing power.
    struct Node;

private:
    friend class SimulatedFile;
    friend class SimulatedLock;
    using NodePointer = std::shared_ptr<Node>;

    NodePointer look_up(const Path& path, bool follow) const REQUIRES(mutex_);
    struct Place {
        NodePointer folder;
        std::string name;
    };
    Result<Place> place_of(const Path& path) const REQUIRES(mutex_);
    NodePointer make_node(FileType type, uint32_t mode) REQUIRES(mutex_);
    // Counts the change and fails when its time has come.
    Result<void> change(Call call) REQUIRES(mutex_);
    uint64_t used_bytes(const Node& node) const REQUIRES(mutex_);
    void lose_power(Node& node, Survival survival) REQUIRES(mutex_);
    Result<void> write(Node& node, uint64_t offset, ByteView bytes) REQUIRES(mutex_);

    mutable std::mutex mutex_;
    SimulatedRandom random_;
    NodePointer root_ GUARDED_BY(mutex_);
    uint64_t capacity_bytes_ GUARDED_BY(mutex_) = UINT64_MAX;
    uint64_t change_count_ GUARDED_BY(mutex_) = 0;
    uint64_t start_count_ GUARDED_BY(mutex_) = 0;  // How often the machine has started.
    uint64_t last_inode_ GUARDED_BY(mutex_) = 0;
    struct Fault {
        Call call;
        uint64_t left_count;
        Lasting lasting;
    };
    std::optional<Fault> fault_ GUARDED_BY(mutex_);
    std::map<Path, std::string> locks_ GUARDED_BY(mutex_);
};

struct SimulatedEnv {
    explicit SimulatedEnv(uint64_t seed) : disk(seed), random(seed + 1) {}

    SimulatedClock clock;
    SimulatedDisk disk;
    SimulatedRandom random;
    Env env{clock, disk, random};
};

}  // namespace kit
