// Reads blocks before they are needed, in the order in which they will be. The caller never waits
// for a block that nobody has begun to read: it reads that one itself.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "blocks/source.h"
#include "formats/cid.h"

namespace kit::dag {

// One caller's thread orders and takes; `thread_count` others read. `source` must outlive it.
// Threads are woken for many blocks at once: waking one costs more than reading a small block.
class ReadAhead final {
public:
    using Body = std::optional<SharedBytes>;

    // Reading pauses while about `window_bytes` wait to be taken.
    ReadAhead(const blocks::Source& source, size_t thread_count, uint64_t window_bytes);
    ~ReadAhead();
    ReadAhead(const ReadAhead&) = delete;
    ReadAhead& operator=(const ReadAhead&) = delete;

    // A block ordered. Every ticket that is not null is taken or dropped in the end.
    struct Order;
    using Ticket = std::shared_ptr<Order>;

    // Orders the blocks in this order.
    std::vector<Ticket> order(std::span<const formats::Cid* const> cids);
    // Without a ticket it reads.
    Result<Body> take(const Ticket& ticket, const formats::Cid& cid);
    void drop(const Ticket& ticket);

private:
    void work();
    bool may_read() const { return !queue_.empty() && open_bytes_ < window_bytes_; }
    void close(Order& order);

    const blocks::Source& source_;
    const uint64_t window_bytes_;

    std::mutex mutex_;
    std::condition_variable may_read_;
    std::condition_variable done_;
    std::deque<Ticket> queue_;  // Guarded by mutex_, as all below.
    uint64_t open_bytes_ = 0;   // Read and not taken.
    size_t idle_count_ = 0;     // Threads that wait.
    bool caller_waits_ = false;
    bool closing_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace kit::dag
