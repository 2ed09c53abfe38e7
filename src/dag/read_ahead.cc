#include "dag/read_ahead.h"

#include <utility>

namespace kit::dag {

struct ReadAhead::Order {
    enum class State : uint8_t { waiting, reading, done, closed };

    explicit Order(const formats::Cid& wanted) : cid(wanted) {}

    const formats::Cid cid;
    State state = State::waiting;  // Guarded by the ReadAhead's mutex, as all below.
    bool dropped = false;
    Result<Body> body = Body();
    uint64_t size_bytes = 0;
};

ReadAhead::ReadAhead(const blocks::Source& source, size_t thread_count, uint64_t window_bytes)
    : source_(source), window_bytes_(window_bytes) {
    for (size_t i = 0; i < thread_count; ++i) threads_.emplace_back([this] { work(); });
}

ReadAhead::~ReadAhead() {
    {
        std::scoped_lock lock(mutex_);
        closing_ = true;
    }
    may_read_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

std::vector<ReadAhead::Ticket> ReadAhead::order(std::span<const formats::Cid* const> cids) {
    std::vector<Ticket> tickets;
    tickets.reserve(cids.size());
    for (const formats::Cid* cid : cids) tickets.push_back(std::make_shared<Order>(*cid));
    bool wake = false;
    {
        std::scoped_lock lock(mutex_);
        queue_.insert(queue_.end(), tickets.begin(), tickets.end());
        wake = idle_count_ > 0 && may_read();
    }
    if (wake) may_read_.notify_all();
    return tickets;
}

void ReadAhead::close(Order& order) {
    ASSERT(order.state != Order::State::closed);
    order.state = Order::State::closed;
    const bool was_over_half = open_bytes_ * 2 > window_bytes_;
    open_bytes_ -= order.size_bytes;
    // Half a window of room is worth waking the readers for.
    if (was_over_half && open_bytes_ * 2 <= window_bytes_ && idle_count_ > 0 && may_read()) {
        may_read_.notify_all();
    }
}

Result<ReadAhead::Body> ReadAhead::take(const Ticket& ticket, const formats::Cid& cid) {
    if (ticket == nullptr) return source_.find(cid);
    {
        std::unique_lock lock(mutex_);
        while (ticket->state == Order::State::reading) {
            caller_waits_ = true;
            done_.wait(lock);
        }
        caller_waits_ = false;
        const bool is_read = ticket->state == Order::State::done;
        close(*ticket);
        if (is_read) return std::move(ticket->body);
    }
    return source_.find(cid);
}

void ReadAhead::drop(const Ticket& ticket) {
    if (ticket == nullptr) return;
    std::scoped_lock lock(mutex_);
    if (ticket->state == Order::State::reading) {
        ticket->dropped = true;
    } else {
        close(*ticket);
    }
}

void ReadAhead::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        while (!closing_ && !may_read()) {
            ++idle_count_;
            may_read_.wait(lock);
            --idle_count_;
        }
        if (closing_) return;
        const Ticket ticket = std::move(queue_.front());
        queue_.pop_front();
        if (ticket->state != Order::State::waiting) continue;
        ticket->state = Order::State::reading;
        lock.unlock();
        Result<Body> body = source_.find(ticket->cid);
        lock.lock();
        ticket->size_bytes = body && *body ? (*body)->size() : 0;
        open_bytes_ += ticket->size_bytes;
        ticket->body = std::move(body);
        ticket->state = Order::State::done;
        if (ticket->dropped) close(*ticket);
        if (caller_waits_) done_.notify_one();
    }
}

}  // namespace kit::dag
