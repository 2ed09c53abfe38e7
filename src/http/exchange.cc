#include "http/exchange.h"

#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <vector>

#include "http/body_reader.h"
#include "http/connection.h"

namespace kit::http {

struct Exchange::State {
    State(Connection& connection_given, RequestHead head_given)
        : connection(connection_given),
          request(std::move(head_given)),
          body(connection_given, request),
          all_has_come(body.done()) {}

    int64_t now_ns() const { return connection.host().clock().monotonic_ns(); }
    // Sends `gathered` and then `pieces`. What a client that still sends does not take now is
    // gathered, up to a bound.
    Result<void> send(std::span<const iovec> pieces);
    // Gathers what a client that still sends does not take; false: the caller must wait for it.
    bool keep(std::span<const iovec> unsent, bool gathered_is_first);
    Result<void> broken_with(Error error) {
        broken = true;
        return std::unexpected(std::move(error));
    }

    Connection& connection;
    const RequestHead request;
    BodyReader body;
    std::atomic<bool> all_has_come;  // As body.done(), for other threads.
    bool said_continue = false;

    bool begun = false;
    bool ended = false;
    bool chunked = false;
    bool bodyless = false;  // HEAD, 204, 304: bytes are dropped.
    bool close = false;
    bool broken = false;  // Nothing more can be sent.
    std::atomic<bool> long_worker = false;
    uint64_t left_bytes = 0;  // Of what Content-Length promised.
    bool has_length = false;
    std::string gathered;
    size_t gathered_sent = 0;  // So many of its bytes are on their way already.
    int64_t flushed_ns = 0;
};

Result<void> Exchange::State::send(std::span<const iovec> pieces) {
    if (broken) return fail(Code::io_error, "the connection is broken");
    flushed_ns = now_ns();
    std::vector<iovec> unsent;
    unsent.reserve(pieces.size() + 1);
    unsent.push_back(
        {.iov_base = gathered.data() + gathered_sent, .iov_len = gathered.size() - gathered_sent});
    unsent.insert(unsent.end(), pieces.begin(), pieces.end());
    size_t at = 0;
    while (at < unsent.size()) {
        const auto wrote = connection.transport().try_write(std::span(unsent).subspan(at));
        if (!wrote) return broken_with(wrote.error());
        size_t count = wrote->value_or(0);
        connection.host().count_bytes(0, count);
        if (at == 0) gathered_sent += std::min(count, unsent[0].iov_len);
        while (at < unsent.size() && count >= unsent[at].iov_len) count -= unsent[at++].iov_len;
        if (at == unsent.size()) break;
        unsent[at].iov_base = static_cast<uint8_t*>(unsent[at].iov_base) + count;
        unsent[at].iov_len -= count;
        if (*wrote) continue;
        if (keep(std::span(unsent).subspan(at), at == 0)) return {};
        auto waited = connection.wait(POLLOUT);
        if (!waited) return broken_with(std::move(waited.error()));
    }
    gathered_sent = 0;
    gathered.clear();  // Its memory serves again, unless it grew much.
    if (gathered.capacity() > limits::gather_size_bytes * 2) gathered = {};
    return {};
}

bool Exchange::State::keep(std::span<const iovec> unsent, bool gathered_is_first) {
    if (body.done()) return false;
    uint64_t size_bytes = 0;
    for (const iovec& piece : unsent) size_bytes += piece.iov_len;
    if (size_bytes > limits::pending_size_bytes_max) return false;
    if (!gathered_is_first) {
        gathered.clear();
        gathered_sent = 0;
    }
    for (const iovec& piece : unsent.subspan(gathered_is_first ? 1 : 0)) {
        gathered.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
    }
    return true;
}

Exchange::Exchange(Connection& connection, RequestHead head)
    : state_(std::make_unique<State>(connection, std::move(head))) {}

Exchange::~Exchange() {
    if (state_->long_worker) state_->connection.host().worker_goes_on();
}

const RequestHead& Exchange::request() const {
    return state_->request;
}
const std::string& Exchange::peer() const {
    return state_->connection.peer();
}
size_t Exchange::listener() const {
    return state_->connection.listener();
}
bool Exchange::body_done() const {
    return state_->body.done();
}
bool Exchange::begun() const {
    return state_->begun;
}

Result<size_t> Exchange::read_body(std::span<uint8_t> out) {
    State& state = *state_;
    if (state.request.expects_continue && !state.said_continue && !state.begun &&
        !state.body.done()) {
        state.said_continue = true;
        static constexpr std::string_view line = "HTTP/1.1 100 Continue\r\n\r\n";
        const iovec piece = {.iov_base = const_cast<char*>(line.data()), .iov_len = line.size()};
        TRY(state.send({&piece, 1}));
    }
    if (!state.gathered.empty()) TRY(flush());
    auto count = state.body.read(out);
    if (!count) state.close = true;
    if (state.body.done()) state.all_has_come = true;
    return count;
}

void Exchange::begin(ResponseHead head) {
    State& state = *state_;
    ASSERT(!state.begun);
    state.begun = true;
    state.connection.note_status(head.status);
    state.bodyless = state.request.method == "HEAD" || head.status == 204 || head.status == 304 ||
                     head.status < 200;
    const bool tunnel = state.request.method == "CONNECT" && head.status == 200;
    if (tunnel) state.bodyless = true;
    if (!state.request.keep_alive || state.connection.host().stopping()) head.close = true;
    if (!head.size_bytes && !state.bodyless) {
        state.chunked = state.request.minor_version == 1;
        if (!state.chunked) head.close = true;
    }
    state.close = state.close || head.close;
    state.has_length = head.size_bytes.has_value();
    state.left_bytes = head.size_bytes.value_or(0);
    if (tunnel) head.size_bytes = std::nullopt;
    const bool keeps_old =
        state.request.minor_version == 0 && state.request.keep_alive && !state.close;
    if (keeps_old) head.headers.set("Connection", "keep-alive");
    Clock& clock = state.connection.host().clock();
    // A HEAD's answer has the fields of a GET's.
    const bool says_chunked =
        state.chunked || (state.request.method == "HEAD" && !head.size_bytes && head.status == 200);
    state.gathered +=
        write_response_head(head, date_text(clock.unix_ns() / limits::second_ns), says_chunked);
    state.flushed_ns = clock.monotonic_ns();
}

Result<void> Exchange::write(ByteView bytes) {
    State& state = *state_;
    ASSERT(state.begun && !state.ended);
    if (state.broken) return fail(Code::io_error, "the connection is broken");
    if (bytes.empty() || state.bodyless) return {};
    if (state.has_length) {
        ASSERT(bytes.size() <= state.left_bytes);
        state.left_bytes -= bytes.size();
    }
    if (state.chunked) state.gathered += fmt::format("{:x}\r\n", bytes.size());
    if (bytes.size() >= limits::direct_size_bytes) {
        static constexpr std::string_view line_end = "\r\n";
        const std::array<iovec, 2> pieces = {
            iovec{.iov_base = const_cast<uint8_t*>(bytes.data()), .iov_len = bytes.size()},
            iovec{.iov_base = const_cast<char*>(line_end.data()),
                  .iov_len = state.chunked ? line_end.size() : 0}};
        return state.send(pieces);
    }
    state.gathered += as_text(bytes);
    if (state.chunked) state.gathered += "\r\n";
    if (state.has_length && state.left_bytes == 0) return {};  // end() follows.
    if (state.gathered.size() >= limits::gather_size_bytes ||
        state.now_ns() - state.flushed_ns > limits::gather_time_ns) {
        return flush();
    }
    return {};
}

Result<void> Exchange::flush() {
    if (state_->gathered.empty()) return {};
    return state_->send({});
}

Result<void> Exchange::end(const Headers& trailers) {
    State& state = *state_;
    ASSERT(state.begun);
    if (state.ended) return {};
    state.ended = true;
    if (state.has_length && state.left_bytes > 0 && !state.bodyless) {
        state.broken = true;  // The promise cannot be kept: only a broken connection says so.
        return fail(Code::internal, "the answer is {} bytes short", state.left_bytes);
    }
    if (state.chunked) {
        state.gathered += "0\r\n";
        for (const auto& field : trailers.fields()) {
            std::string value = field.value;
            std::replace_if(
                value.begin(), value.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
            state.gathered += field.name + ": " + value + "\r\n";
        }
        state.gathered += "\r\n";
    }
    return flush();
}

void Exchange::answer(int status, std::string_view content_type, std::string_view body) {
    ResponseHead head = {.status = status, .headers = {}, .size_bytes = body.size()};
    head.headers.add("Content-Type", std::string(content_type));
    begin(std::move(head));
    static_cast<void>(write(as_bytes(body)));  // A client that left wants no answer.
    static_cast<void>(end());
}

void Exchange::abort() {
    state_->broken = true;
    state_->close = true;
}

void Exchange::may_take_long() {
    if (state_->long_worker.exchange(true)) return;
    state_->connection.host().worker_blocks();
}

bool Exchange::client_is_gone() const {
    const State& state = *state_;
    if (state.connection.doomed) return true;
    // A client may end its sending with the body; before that it is gone when it does.
    const int16_t ends = POLLERR | POLLHUP;
    const int16_t asked = state.all_has_come ? static_cast<int16_t>(POLLRDHUP) : int16_t{0};
    const int came = wait_for(state.connection.transport().descriptor(), asked, 0);
    return (came & (ends | asked)) != 0;
}

bool Exchange::finish() {
    State& state = *state_;
    if (!state.begun) {
        answer(500, "text/plain; charset=utf-8", "the handler gave no answer\n");
        state.close = true;
    }
    if (!state.ended && !state.broken && !end()) return false;
    if (state.broken) return false;
    // What is still gathered while the client sends goes out before anything is read away.
    Bytes away;
    uint64_t drained = 0;
    while (!state.body.done() && !state.close && drained < limits::drain_size_bytes_max) {
        if (state.request.expects_continue && !state.said_continue) break;
        away.resize(64 * KiB);
        const auto count = state.body.read(away);
        if (!count) return false;
        drained += *count;
        if (!flush()) return false;
    }
    while (!state.gathered.empty()) {
        if (!state.connection.wait(POLLOUT) || !flush()) return false;
    }
    return state.body.done() && !state.close;
}

}  // namespace kit::http
