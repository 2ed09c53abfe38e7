#include "http/connection.h"

#include <poll.h>

#include <algorithm>
#include <cstring>

namespace kit::http {

namespace {

constexpr int64_t wait_slice_ns = limits::second_ns;  // How soon a waiter sees that it is doomed.

}  // namespace

std::span<uint8_t> InputBuffer::room() {
    if (begin_ > 0) {
        std::memmove(data_.get(), data_.get() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    return {data_.get() + end_, limits::input_size_bytes - end_};
}

void InputBuffer::assign(ByteView bytes) {
    ASSERT(bytes.size() <= limits::input_size_bytes);
    if (!bytes.empty()) std::memcpy(data_.get(), bytes.data(), bytes.size());
    begin_ = 0;
    end_ = bytes.size();
}

size_t head_end(std::string_view text) {
    const size_t strict = text.find("\r\n\r\n");
    return strict == std::string_view::npos ? strict : strict + 4;
}

Connection::Connection(ConnectionHost& host, std::unique_ptr<Transport> transport, size_t listener)
    : parked_since_ns(host.clock().monotonic_ns()),
      host_(host),
      transport_(std::move(transport)),
      listener_(listener),
      peer_(peer_text(transport_->descriptor())) {}

bool Connection::serve(InputBuffer& spare) {
    parked_since_ns = 0;
    input_ = &spare;
    spare.assign(as_bytes(left_over_));
    left_over_ = {};
    Outcome outcome = Outcome::again;
    const uint64_t served_before = served_count_;
    while (outcome == Outcome::again && !doomed) outcome = serve_one();
    const bool served = served_count_ != served_before;
    if (outcome != Outcome::park) return false;
    left_over_ = as_text(spare.view());
    input_ = nullptr;
    const int64_t now_ns = host_.clock().monotonic_ns();
    // A client that sends a byte now and then gets no more time for its head than others.
    if (left_over_.empty() || served) head_began_ns_ = 0;
    if (!left_over_.empty() && head_began_ns_ == 0) head_began_ns_ = now_ns;
    inside_head = !left_over_.empty();
    parked_since_ns = inside_head ? head_began_ns_ : now_ns;
    return true;
}

Connection::Outcome Connection::serve_one() {
    // Empty lines before a request are skipped (RFC 9112, 2.2).
    while (as_text(input_->view()).starts_with("\r\n")) input_->consume(2);
    size_t end = head_end(as_text(input_->view()));
    while (end == std::string_view::npos) {
        const std::span<uint8_t> room = input_->room();
        if (input_->view().size() >= limits::head_size_bytes_max) {
            refuse({Code::too_large, "the head of the request is too long"});
            return Outcome::close;
        }
        if (host_.stopping() && input_->empty()) return Outcome::close;
        const iovec piece = {.iov_base = room.data(), .iov_len = room.size()};
        const auto got = transport_->try_read({&piece, 1});
        if (!got || *got == 0) return Outcome::close;
        if (!*got) return Outcome::park;
        input_->added(**got);
        host_.count_bytes(**got, 0);
        end = head_end(as_text(input_->view()));
    }
    auto head = parse_request_head(as_text(input_->view()).substr(0, end));
    input_->consume(end);
    if (!head) {
        refuse(head.error());
        return Outcome::close;
    }
    host_.count_request();
    ++served_count_;
    status_ = 0;
    if (host_.options().on_served) request_began_ns_ = host_.clock().monotonic_ns();
    Exchange exchange(*this, *std::move(head));
    host_.handler(listener_)(exchange);
    const bool goes_on = exchange.finish();
    tell_served(exchange);
    if (!goes_on) return Outcome::close;
    // Others wait for this worker too: with nothing left over, epoll says when there is more.
    return input_->empty() && !transport_->has_buffered() ? Outcome::park : Outcome::again;
}

void Connection::refuse(const Error& error) {
    const int status = error.code == Code::too_large     ? 431
                       : error.code == Code::unsupported ? 501
                                                         : 400;
    RequestHead nobody;
    nobody.keep_alive = false;
    Exchange exchange(*this, std::move(nobody));
    exchange.answer(status, "text/plain; charset=utf-8",
                    std::to_string(status) + " " + std::string(status_text(status)) + ": " +
                        error.message + "\n");
    request_began_ns_ = host_.clock().monotonic_ns();
    static_cast<void>(exchange.finish());
    tell_served(exchange, error.message);
}

void Connection::tell_served(const Exchange& exchange, std::string_view refusal) {
    const auto& tell = host_.options().on_served;
    if (!tell) return;
    const int64_t duration_ns = host_.clock().monotonic_ns() - request_began_ns_;
    tell({.request = exchange.request(),
          .peer = peer_,
          .listener = listener_,
          .status = status_,
          .began_unix_ns = host_.clock().unix_ns() - duration_ns,
          .duration_ns = duration_ns,
          .has_stalled = has_stalled_,
          .refusal = refusal});
}

Result<int> Connection::wait(int16_t events) {
    host_.worker_blocks();
    int came = 0;
    int64_t left_ns = host_.options().stall_time_ns_max;
    while (came == 0 && left_ns > 0 && !doomed) {
        const int64_t slice_ns = std::min(left_ns, wait_slice_ns);
        came = wait_for(transport_->descriptor(), events, slice_ns);
        left_ns -= slice_ns;
    }
    host_.worker_goes_on();
    if (doomed) return fail(Code::cancelled, "the server is stopping");
    has_stalled_ = has_stalled_ || came == 0;
    if (came == 0) return fail(Code::timeout, "the client at {} stalls", peer_);
    return came;
}

Result<size_t> Connection::read(std::span<const iovec> pieces) {
    for (;;) {
        const auto got = TRY(transport_->try_read(pieces));
        if (got) {
            host_.count_bytes(*got, 0);
            return *got;
        }
        TRY(wait(POLLIN));
    }
}

}  // namespace kit::http
