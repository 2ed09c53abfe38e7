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

ReadAhead::ReadAhead(const blocks::Source& source, size_t thread_count, size_t window_count,
                     uint64_t window_bytes)
    : source_(source), window_count_(window_count), window_bytes_(window_bytes) {
    for (size_t i = 0; i < thread_count; ++i) threads_.emplace_back([this] { work(); });
}

ReadAhead::~ReadAhead() {
    {
        std::scoped_lock lock(mutex_);
        closing_ = true;
    }
    ordered_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

ReadAhead::Ticket ReadAhead::order(const formats::Cid& cid) {
    if (threads_.empty()) return nullptr;
    Ticket ticket;
    {
        std::scoped_lock lock(mutex_);
        if (open_count_ >= window_count_ || open_bytes_ >= window_bytes_) return nullptr;
        ticket = std::make_shared<Order>(cid);
        queue_.push_back(ticket);
        ++open_count_;
    }
    ordered_.notify_one();
    return ticket;
}

void ReadAhead::close(Order& order) {
    ASSERT(order.state != Order::State::closed);
    order.state = Order::State::closed;
    --open_count_;
    open_bytes_ -= order.size_bytes;
}

Result<ReadAhead::Body> ReadAhead::take(const Ticket& ticket, const formats::Cid& cid) {
    if (ticket == nullptr) return source_.find(cid);
    {
        std::unique_lock lock(mutex_);
        done_.wait(lock, [&] { return ticket->state != Order::State::reading; });
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
        ordered_.wait(lock, [this] { return closing_ || !queue_.empty(); });
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
        if (ticket->dropped) {
            close(*ticket);
        } else {
            done_.notify_all();
        }
    }
}

}  // namespace kit::dag
