// Reads blocks before they are needed, in the order in which they will be. The caller never waits
// for a block that nobody has begun to read: it reads that one itself.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "blocks/source.h"
#include "formats/cid.h"

namespace kit::dag {

// One caller's thread orders and takes; `thread_count` others read. `source` must outlive it.
class ReadAhead final {
public:
    using Body = std::optional<SharedBytes>;

    // At most `window_count` blocks and about `window_bytes` wait to be taken.
    ReadAhead(const blocks::Source& source, size_t thread_count, size_t window_count,
              uint64_t window_bytes);
    ~ReadAhead();
    ReadAhead(const ReadAhead&) = delete;
    ReadAhead& operator=(const ReadAhead&) = delete;

    // A block ordered. Every ticket that is not null is taken or dropped in the end.
    struct Order;
    using Ticket = std::shared_ptr<Order>;

    // Null when the window is full or nobody reads ahead: then take() reads.
    Ticket order(const formats::Cid& cid);
    Result<Body> take(const Ticket& ticket, const formats::Cid& cid);
    void drop(const Ticket& ticket);

private:
    void work();
    void close(Order& order);

    const blocks::Source& source_;
    const size_t window_count_;
    const uint64_t window_bytes_;

    std::mutex mutex_;
    std::condition_variable ordered_;
    std::condition_variable done_;
    std::deque<Ticket> queue_;  // Guarded by mutex_, as all below.
    size_t open_count_ = 0;
    uint64_t open_bytes_ = 0;
    bool closing_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace kit::dag
