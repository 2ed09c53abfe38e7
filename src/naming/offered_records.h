// Records of names that peers want this node to keep for others, as a server of the DHT does. What
// is kept is valid when it comes and never worse than what was kept before. The signatures are
// checked on a thread of its own, and whoever offers too much is not heard.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>

#include "base/env.h"
#include "base/thread_annotations.h"
#include "naming/records.h"

namespace kit::naming {

// `side` is whatever the offer came with: which DHT, for one.
struct OfferedRecord {
    Bytes key;  // "/ipns/" and a binary name.
    Bytes value;
    uint32_t side = 0;
};

// Every call is safe from any thread. What is given must outlive it.
class OfferedRecords final {
public:
    // Keeps a good record for others, that long; may block.
    using Keep = std::function<void(const OfferedRecord& record, std::chrono::nanoseconds time)>;

    OfferedRecords(const NameRecords& records, Keep keep)
        : records_(records), keep_(std::move(keep)) {}
    ~OfferedRecords() { stop(); }
    OfferedRecords(const OfferedRecords&) = delete;
    OfferedRecords& operator=(const OfferedRecords&) = delete;

    // A thread judges what is offered from now on.
    void start();
    // Nothing is kept any more.
    void stop();
    // Returns at once; false when too much waits.
    bool offer(OfferedRecord record);
    // Judges what waits, on the caller's thread: for start()'s, and for tests without one.
    void judge_all();

    static constexpr size_t waiting_count_max = 256;  // 10 KiB each at most.
    static constexpr size_t known_count_max = 4096;   // As many as the shim keeps.

private:
    struct Known {
        formats::Multihash name;
        formats::IpnsRecord record;
    };
    using Age = std::list<Known>;

    void judge(const OfferedRecord& offered);
    void remember(const formats::PeerId& name, const formats::IpnsRecord& record);

    const NameRecords& records_;
    const Keep keep_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<OfferedRecord> waiting_ GUARDED_BY(mutex_);
    bool is_ending_ GUARDED_BY(mutex_) = false;
    // judge_all()'s thread's alone.
    Age known_;  // The newest is first.
    std::unordered_map<formats::Multihash, Age::iterator, formats::MultihashHash> by_name_;
    std::thread thread_;
};

}  // namespace kit::naming
