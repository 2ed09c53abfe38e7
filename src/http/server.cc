#include "http/server.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>
#include <unordered_set>

#include "base/task_pool.h"
#include "http/connection.h"
#include "http/transport.h"

namespace kit::http {
namespace {

constexpr int accept_count_max = 16;  // At one wake-up, so that requests get their turn.
constexpr auto clock_period = std::chrono::seconds(1);
constexpr auto stop_period = std::chrono::milliseconds(5);
constexpr int64_t linger_ns_max = 300'000'000;
constexpr size_t linger_size_bytes_max = 1 * MiB;

struct OpenListener {
    Listener given;
    Descriptor socket;
    std::unique_ptr<TlsIdentity> tls;
    std::atomic<bool> resting = false;  // No descriptor was left: the clock thread asks again.
};

// A socket that somebody else opened, perhaps as one that blocks or that children keep.
Result<Descriptor> take_over(int inherited) {
    Descriptor socket(inherited);
    const int flags = ::fcntl(inherited, F_GETFL);
    if (flags < 0 || ::fcntl(inherited, F_SETFL, flags | O_NONBLOCK) != 0 ||
        ::fcntl(inherited, F_SETFD, FD_CLOEXEC) != 0) {
        return fail(Code::io_error, "taking over the socket {}: {}", inherited,
                    std::strerror(errno));
    }
    return socket;
}

}  // namespace

struct Server::Impl final : ConnectionHost {
    Impl(Env& env_given, const ServerOptions& options_given)
        : env(env_given), chosen(options_given) {}
    ~Impl() override;

    Clock& clock() const override { return env.clock; }
    const ServerOptions& options() const override { return chosen; }
    const Handler& handler(size_t listener) const override {
        return listeners[listener]->given.handler;
    }
    bool stopping() const override { return is_stopping; }
    void worker_blocks() override;
    void worker_goes_on() override { --blocked_count; }
    void count_request() override { request_count.fetch_add(1, std::memory_order_relaxed); }
    void count_bytes(uint64_t in, uint64_t out) override {
        if (in > 0) in_bytes.fetch_add(in, std::memory_order_relaxed);
        if (out > 0) out_bytes.fetch_add(out, std::memory_order_relaxed);
    }

    Result<void> open(std::vector<Listener> wanted);
    Result<void> watch(int descriptor, uint32_t events, void* what) const;
    void start_worker();
    void work();
    // Returns false when the worker has nothing more to do here.
    bool serve_event(const epoll_event& event, InputBuffer& input);
    void accept_from(OpenListener& listener, size_t index);
    void serve(Connection& connection, InputBuffer& input);
    void close(Connection& connection);
    static void linger(Connection& connection);
    void watch_the_clock();
    void close_overdue();
    void doom(bool active_too);
    void stop(int64_t grace_ns);

    Env& env;
    const ServerOptions chosen;
    uint32_t worker_base = 2;
    std::vector<std::unique_ptr<OpenListener>> listeners;
    std::vector<Address> addresses;
    Descriptor epoll;
    Descriptor wake;  // Readable once the server stops.

    std::mutex mutex;
    std::condition_variable changed;
    std::unordered_set<Connection*> connections;  // guarded by mutex
    uint32_t workers_alive = 0;                   // guarded by mutex
    bool stopped = false;                         // guarded by mutex
    bool clock_ends = false;                      // guarded by mutex

    std::atomic<uint32_t> worker_count = 0;
    std::atomic<uint32_t> blocked_count = 0;
    std::atomic<bool> is_stopping = false;
    std::atomic<uint64_t> request_count = 0;
    std::atomic<uint64_t> in_bytes = 0;
    std::atomic<uint64_t> out_bytes = 0;
    std::thread clock_thread;
};

Result<void> Server::Impl::watch(int descriptor, uint32_t events, void* what) const {
    epoll_event event = {};
    event.events = events;
    event.data.ptr = what;
    if (::epoll_ctl(epoll.number(), EPOLL_CTL_ADD, descriptor, &event) == 0) return {};
    return fail(Code::io_error, "watching a socket: {}", std::strerror(errno));
}

Result<void> Server::Impl::open(std::vector<Listener> wanted) {
    epoll = Descriptor(::epoll_create1(EPOLL_CLOEXEC));
    wake = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (epoll.number() < 0 || wake.number() < 0) {
        return fail(Code::io_error, "starting to listen: {}", std::strerror(errno));
    }
    TRY(watch(wake.number(), EPOLLIN, nullptr));
    for (Listener& listener : wanted) {
        auto opened = std::make_unique<OpenListener>();
        if (listener.inherited_descriptor >= 0) {
            opened->socket = TRY(take_over(listener.inherited_descriptor));
        } else {
            opened->socket = TRY(listen_at(listener.address));
        }
        if (!listener.certificate_file.empty()) {
            opened->tls = TRY(TlsIdentity::load(listener.certificate_file, listener.key_file));
        }
        auto address = TRY(local_address(opened->socket.number()));
        addresses.push_back(std::move(address));
        opened->given = std::move(listener);
        listeners.push_back(std::move(opened));
    }
    for (const auto& listener : listeners) {
        TRY(watch(listener->socket.number(), EPOLLIN | EPOLLEXCLUSIVE, listener.get()));
    }
    // Twice the cores: what a worker does between two waits is short, and some wait for the disk.
    const auto cores = static_cast<uint32_t>(std::max<size_t>(2, hardware_thread_count()));
    worker_base = chosen.worker_count > 0 ? chosen.worker_count : 2 * cores;
    for (uint32_t i = 0; i < worker_base; ++i) start_worker();
    clock_thread = std::thread([this] { watch_the_clock(); });
    return {};
}

void Server::Impl::start_worker() {
    {
        const std::lock_guard lock(mutex);
        if (stopped || workers_alive >= chosen.worker_count_max) return;
        ++workers_alive;
        ++worker_count;
    }
    std::thread([this] { work(); }).detach();  // stop() waits until workers_alive is 0.
}

void Server::Impl::worker_blocks() {
    const uint32_t blocked = ++blocked_count;
    if (worker_count.load() < blocked + worker_base) start_worker();
}

void Server::Impl::work() {
    InputBuffer input;
    for (;;) {
        epoll_event event = {};
        const int count = ::epoll_wait(epoll.number(), &event, 1, limits::worker_idle_ms_max);
        if (count < 0 && errno != EINTR) break;
        if (count > 0) {
            if (!serve_event(event, input)) break;
            continue;
        }
        const std::lock_guard lock(mutex);
        if (workers_alive > worker_base + blocked_count.load()) {
            --workers_alive;
            --worker_count;
            changed.notify_all();
            return;
        }
    }
    const std::lock_guard lock(mutex);
    --workers_alive;
    --worker_count;
    changed.notify_all();
}

bool Server::Impl::serve_event(const epoll_event& event, InputBuffer& input) {
    void* what = event.data.ptr;
    if (what == nullptr) {
        const std::lock_guard lock(mutex);
        return !stopped;
    }
    for (size_t i = 0; i < listeners.size(); ++i) {
        if (what != listeners[i].get()) continue;
        accept_from(*listeners[i], i);
        return true;
    }
    serve(*static_cast<Connection*>(what), input);
    return true;
}

void Server::Impl::accept_from(OpenListener& listener, size_t index) {
    for (int i = 0; i < accept_count_max && !is_stopping; ++i) {
        Descriptor socket(
            ::accept4(listener.socket.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (socket.number() < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                listener.resting = true;
                ::epoll_ctl(epoll.number(), EPOLL_CTL_DEL, listener.socket.number(), nullptr);
            }
            return;
        }
        std::unique_ptr<Transport> transport;
        if (listener.tls) {
            auto secured = listener.tls->accept(std::move(socket));
            if (!secured) continue;
            transport = *std::move(secured);
        } else {
            transport = plain_transport(std::move(socket));
        }
        const int descriptor = transport->descriptor();
        auto connection = std::make_unique<Connection>(*this, std::move(transport), index);
        {
            const std::lock_guard lock(mutex);
            if (connections.size() >= chosen.connection_count_max) continue;
            connections.insert(connection.get());
        }
        Connection* watched = connection.release();  // Owned by `connections` from here on.
        if (!watch(descriptor, EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, watched)) close(*watched);
    }
}

void Server::Impl::serve(Connection& connection, InputBuffer& input) {
    if (!connection.doomed && connection.serve(input)) {
        epoll_event event = {};
        event.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT;
        event.data.ptr = &connection;
        const int descriptor = connection.transport().descriptor();
        if (::epoll_ctl(epoll.number(), EPOLL_CTL_MOD, descriptor, &event) == 0) return;
    }
    linger(connection);
    close(connection);
}

// Closing a socket with unread bytes resets it, and the client may lose the answer that it has not
// read yet: so the client hears first that no more will come, and what it sends is thrown away.
void Server::Impl::linger(Connection& connection) {
    const int descriptor = connection.transport().descriptor();
    uint8_t away[4096];
    const iovec piece = {.iov_base = away, .iov_len = sizeof(away)};
    ::shutdown(descriptor, SHUT_WR);
    size_t thrown = 0;
    ConnectionHost& host = connection.host();
    const int64_t end_ns = host.clock().monotonic_ns() + linger_ns_max;
    while (thrown < linger_size_bytes_max && !connection.doomed) {
        const ssize_t got = ::readv(descriptor, &piece, 1);
        if (got == 0) return;
        if (got > 0) {
            thrown += static_cast<size_t>(got);
            continue;
        }
        const int64_t left_ns = end_ns - host.clock().monotonic_ns();
        if ((errno != EAGAIN && errno != EINTR) || left_ns <= 0) return;
        host.worker_blocks();
        const int came = wait_for(descriptor, EPOLLIN, left_ns);
        host.worker_goes_on();
        if (came == 0) return;
    }
}

void Server::Impl::close(Connection& connection) {
    {
        const std::lock_guard lock(mutex);
        connections.erase(&connection);
        if (is_stopping) changed.notify_all();
    }
    delete &connection;
}

void Server::Impl::watch_the_clock() {
    std::unique_lock lock(mutex);
    while (!clock_ends) {
        changed.wait_for(lock, clock_period, [this] { return clock_ends; });
        lock.unlock();
        close_overdue();
        lock.lock();
    }
}

void Server::Impl::close_overdue() {
    const int64_t now_ns = env.clock.monotonic_ns();
    const std::lock_guard lock(mutex);
    for (Connection* connection : connections) {
        const int64_t since_ns = connection->parked_since_ns;
        const int64_t allowed_ns =
            connection->inside_head ? chosen.head_time_ns_max : chosen.idle_time_ns_max;
        // Its worker sees the end and closes it; nothing is freed here.
        if (since_ns != 0 && now_ns - since_ns > allowed_ns) {
            ::shutdown(connection->transport().descriptor(), SHUT_RDWR);
        }
    }
    for (const auto& listener : listeners) {
        if (is_stopping || !listener->resting.exchange(false)) continue;
        if (!watch(listener->socket.number(), EPOLLIN | EPOLLEXCLUSIVE, listener.get())) {
            listener->resting = true;
        }
    }
}

void Server::Impl::doom(bool active_too) {
    const std::lock_guard lock(mutex);
    for (Connection* connection : connections) {
        if (!active_too && connection->parked_since_ns == 0) continue;
        connection->doomed = active_too;
        ::shutdown(connection->transport().descriptor(), active_too ? SHUT_RDWR : SHUT_RD);
    }
}

void Server::Impl::stop(int64_t grace_ns) {
    if (is_stopping.exchange(true)) return;
    for (const auto& listener : listeners) {
        ::epoll_ctl(epoll.number(), EPOLL_CTL_DEL, listener->socket.number(), nullptr);
        // An inherited socket is its owner's: clients wait in it for whoever serves next.
        if (listener->given.inherited_descriptor >= 0) continue;
        // Refuses from now on; closed when no worker can be accepting from it any more.
        ::shutdown(listener->socket.number(), SHUT_RDWR);
        const Path& path = listener->given.address.unix_path;
        if (!path.empty()) ::unlink(path.c_str());
    }
    const int64_t end_ns = env.clock.monotonic_ns() + grace_ns;
    std::unique_lock lock(mutex);
    while (!connections.empty()) {
        const bool late = env.clock.monotonic_ns() >= end_ns;
        lock.unlock();
        doom(late);
        lock.lock();
        if (!connections.empty()) changed.wait_for(lock, stop_period);
    }
    stopped = true;
    const uint64_t one = 1;
    while (workers_alive > 0) {
        static_cast<void>(!::write(wake.number(), &one, sizeof(one)));
        changed.wait_for(lock, stop_period);
    }
    clock_ends = true;
    changed.notify_all();
    lock.unlock();
    if (clock_thread.joinable()) clock_thread.join();
}

Server::Impl::~Impl() {
    stop(0);
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(Env& env, std::vector<Listener> listeners,
                                              const ServerOptions& options) {
    auto impl = std::make_unique<Impl>(env, options);
    TRY(impl->open(std::move(listeners)));
    return std::unique_ptr<Server>(new Server(std::move(impl)));
}

const std::vector<Address>& Server::addresses() const {
    return impl_->addresses;
}

void Server::stop(int64_t grace_ns) {
    impl_->stop(grace_ns);
}

ServerCounts Server::counts() const {
    ServerCounts counts;
    {
        const std::lock_guard lock(impl_->mutex);
        counts.connections_open = impl_->connections.size();
    }
    counts.requests = impl_->request_count;
    counts.bytes_in = impl_->in_bytes;
    counts.bytes_out = impl_->out_bytes;
    counts.workers = impl_->worker_count;
    return counts;
}

}  // namespace kit::http
