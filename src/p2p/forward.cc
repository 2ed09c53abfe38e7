#include "p2p/forward.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "p2p/socket_address.h"

namespace kit::p2p {
namespace {

// Tunnels of all listeners, those on their way included: two descriptors each.
constexpr size_t tunnels_count_max = 16'384;
constexpr size_t listeners_count_max = 1024;
constexpr std::chrono::seconds open_timeout(30);  // As Kubo waits for a peer.
constexpr int64_t pause_ns = 1'000'000'000;       // When no descriptor is left.

Result<void> check_protocol(const std::string& protocol) {
    if (protocol.size() > 1 && protocol.starts_with('/')) return {};
    return fail(Code::invalid_argument, "'{}' is no protocol name: it must begin with /", protocol);
}

}  // namespace

Result<std::unique_ptr<Forward>> Forward::open(const Clock& clock, std::unique_ptr<StreamPort> port,
                                               PeerId self) {
    Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
    Descriptor bell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (epoll.number() < 0 || bell.number() < 0) {
        return fail(Code::io_error, "no descriptors are left for tunnels: errno {}", errno);
    }
    std::unique_ptr<Forward> made(
        new Forward(clock, std::move(port), std::move(self), std::move(epoll), std::move(bell)));
    {
        const std::scoped_lock lock(made->mutex_);
        TRY(made->watch(made->bell_.number(), EPOLLIN));
        TRY(made->watch(made->port_->descriptor(), EPOLLIN));
    }
    made->thread_ =
        std::jthread([raw = made.get()](const std::stop_token& stop) { raw->run(stop); });
    return made;
}

Forward::Forward(const Clock& clock, std::unique_ptr<StreamPort> port, PeerId self,
                 Descriptor epoll, Descriptor bell)
    : clock_(clock),
      self_(std::move(self)),
      port_(std::move(port)),
      epoll_(std::move(epoll)),
      bell_(std::move(bell)) {}

Forward::~Forward() {
    if (thread_.joinable()) {
        thread_.request_stop();
        const uint64_t one = 1;
        while (::write(bell_.number(), &one, sizeof one) < 0 && errno == EINTR) {
        }
        thread_.join();
    }
    close({});
}

Result<void> Forward::watch(int descriptor, uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = descriptor;
    if (::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, descriptor, &event) == 0) return {};
    return fail(Code::io_error, "a socket cannot be watched: errno {}", errno);
}

Multiaddr Forward::self_address() const {
    return Multiaddr::from_text("/p2p/" + self_.to_text()).value_or(Multiaddr());
}

bool Forward::has_room() const {
    return opening_.size() + connecting_.size() + tunnels_.size() < tunnels_count_max;
}

Result<TunnelListener> Forward::forward(const std::string& protocol, const Multiaddr& address,
                                        const PeerAddress& peer) {
    TRY(check_protocol(protocol));
    const auto target = TRY(Multiaddr::from_text("/p2p/" + peer.peer.to_text()));
    Descriptor socket = TRY(listen_at(address));
    const Multiaddr bound = bound_address(socket.number());
    const std::scoped_lock lock(mutex_);
    if (listeners_.size() >= listeners_count_max) {
        return fail(Code::busy, "there are {} listeners already", listeners_.size());
    }
    TRY(watch(socket.number(), EPOLLIN));
    const uint64_t number = next_listener_++;
    TunnelListener shown{number, protocol, bound, target};
    listeners_.emplace(number, Listener{shown, std::move(socket), peer});
    return shown;
}

Result<TunnelListener> Forward::listen(const std::string& protocol, const Multiaddr& target,
                                       bool reports_peer) {
    TRY(check_protocol(protocol));
    TRY(to_socket_address(target));
    const std::scoped_lock lock(mutex_);
    if (listeners_.size() >= listeners_count_max) {
        return fail(Code::busy, "there are {} listeners already", listeners_.size());
    }
    if (auto accepted = port_->accept(protocol); !accepted) {
        if (accepted.error().code != Code::already_exists) return std::unexpected(accepted.error());
        return fail(Code::already_exists, "listener already registered");
    }
    const uint64_t number = next_listener_++;
    TunnelListener shown{number, protocol, self_address(), target};
    listeners_.emplace(number, Listener{shown, Descriptor(), std::nullopt, reports_peer});
    return shown;
}

Result<void> Forward::serve(const std::string& protocol, OnSocket on_socket) {
    TRY(check_protocol(protocol));
    const std::scoped_lock lock(mutex_);
    TRY(port_->accept(protocol));
    served_[protocol] = std::make_shared<OnSocket>(std::move(on_socket));
    return {};
}

Result<void> Forward::stop_serving(const std::string& protocol) {
    const std::scoped_lock lock(mutex_);
    if (served_.erase(protocol) == 0) return fail(Code::not_found, "{} is not served", protocol);
    return port_->refuse(protocol);
}

std::vector<TunnelListener> Forward::listeners() const {
    const std::scoped_lock lock(mutex_);
    std::vector<TunnelListener> found;
    found.reserve(listeners_.size());
    for (const auto& [number, listener] : listeners_) found.push_back(listener.shown);
    return found;
}

void Forward::end(const Listener& listener) {
    if (listener.socket.number() < 0) {
        // It was accepted when the listener was made.
        [[maybe_unused]] const auto refused = port_->refuse(listener.shown.protocol);
        return;
    }
    if (auto path = listener.shown.listen.find(formats::Protocol::unix_socket)) {
        ::unlink(path->value_text().c_str());
    }
}

size_t Forward::close(const TunnelMatch& match) {
    const std::scoped_lock lock(mutex_);
    const size_t count = std::erase_if(listeners_, [&](const auto& entry) {
        const Listener& listener = entry.second;
        const TunnelListener& shown = listener.shown;
        if (match.protocol && *match.protocol != shown.protocol) return false;
        if (match.listen && *match.listen != shown.listen) return false;
        if (match.target && *match.target != shown.target) return false;
        end(listener);
        return true;
    });
    closed_.notify_all();
    return count;
}

Result<void> Forward::wait_closed(uint64_t number, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    if (closed_.wait(lock, std::move(stop), [&] { return !listeners_.contains(number); })) {
        return {};
    }
    return fail(Code::cancelled, "stopped while listener {} is open", number);
}

std::vector<Tunnel> Forward::tunnels() const {
    const std::scoped_lock lock(mutex_);
    std::vector<Tunnel> found;
    found.reserve(tunnels_.size());
    for (const auto& [request, tunnel] : tunnels_) found.push_back(tunnel);
    return found;
}

Result<void> Forward::close_tunnel(uint64_t number) {
    const std::scoped_lock lock(mutex_);
    const auto found = std::ranges::find_if(
        tunnels_, [&](const auto& entry) { return entry.second.number == number; });
    if (found == tunnels_.end()) return fail(Code::not_found, "no stream has the id {}", number);
    port_->cancel(found->first);
    tunnels_.erase(found);
    return {};
}

size_t Forward::close_tunnels() {
    const std::scoped_lock lock(mutex_);
    const size_t count = tunnels_.size();
    for (const auto& [request, tunnel] : tunnels_) port_->cancel(request);
    tunnels_.clear();
    return count;
}

// --- the thread of the tunnels -------------------------------------------------------------------

void Forward::run(const std::stop_token& stop) {
    std::array<epoll_event, 64> events{};
    while (!stop.stop_requested()) {
        const int64_t due_ns = resume_paused();
        int timeout_ms = -1;
        if (due_ns != INT64_MAX) {
            const int64_t left_ns = std::max<int64_t>(due_ns - clock_.monotonic_ns(), 0);
            timeout_ms = static_cast<int>(left_ns / 1'000'000 + 1);
        }
        const int count = ::epoll_wait(epoll_.number(), events.data(),
                                       static_cast<int>(events.size()), timeout_ms);
        for (int i = 0; i < count; ++i) {
            const int descriptor = events.at(static_cast<size_t>(i)).data.fd;
            if (descriptor == port_->descriptor()) {
                take_news();
            } else if (descriptor != bell_.number()) {
                on_ready(descriptor);
            }
        }
    }
}

void Forward::take_news() {
    while (auto news = port_->take()) {
        switch (news->kind) {
            case StreamNews::Kind::accepted:
                on_accepted(std::move(news->stream));
                break;
            case StreamNews::Kind::opened:
                on_opened(*std::move(news));
                break;
            case StreamNews::Kind::carried: {
                const std::scoped_lock lock(mutex_);
                tunnels_.erase(news->request);
                break;
            }
        }
    }
}

// A stream that leads nowhere is dropped, which resets it.
void Forward::on_accepted(std::unique_ptr<Stream> stream) {
    std::shared_ptr<OnSocket> on_socket;
    Descriptor ours;
    const PeerId peer = stream->peer();
    {
        const std::scoped_lock lock(mutex_);
        if (!has_room()) return;
        const auto origin = Multiaddr::from_text("/p2p/" + peer.to_text());
        if (const auto served = served_.find(stream->protocol()); served != served_.end()) {
            int ends[2];
            if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return;
            ours = Descriptor(ends[0]);
            on_socket = served->second;
            Tunnel shown{next_tunnel_++, stream->protocol(), origin.value_or(Multiaddr()), {}};
            carry(std::move(shown), std::move(stream), Descriptor(ends[1]));
        } else {
            const auto listener = std::ranges::find_if(listeners_, [&](const auto& entry) {
                return entry.second.socket.number() < 0 &&
                       entry.second.shown.protocol == stream->protocol();
            });
            if (listener == listeners_.end()) return;
            const Multiaddr& target = listener->second.shown.target;
            auto socket = begin_connect(target);
            if (!socket || !watch(socket->number(), EPOLLOUT)) return;
            const int descriptor = socket->number();
            Tunnel shown{next_tunnel_++, stream->protocol(), origin.value_or(Multiaddr()), target};
            connecting_.emplace(descriptor,
                                Connecting{std::move(shown), *std::move(socket), std::move(stream),
                                           listener->second.reports_peer});
        }
    }
    if (on_socket != nullptr) (*on_socket)(std::move(ours), peer);
}

void Forward::on_opened(StreamNews news) {
    const std::scoped_lock lock(mutex_);
    auto opening = opening_.extract(news.request);
    // Without a stream the connection is closed, as Kubo does.
    if (!opening || news.stream == nullptr) return;
    carry(std::move(opening.mapped().shown), std::move(news.stream),
          std::move(opening.mapped().socket));
}

void Forward::on_ready(int descriptor) {
    const std::scoped_lock lock(mutex_);
    if (connecting_.contains(descriptor)) {
        finish_connecting(descriptor);
        return;
    }
    for (auto& [number, listener] : listeners_) {
        if (listener.socket.number() == descriptor) {
            accept_from(listener);
            return;
        }
    }
}

void Forward::accept_from(Listener& listener) {
    const int listening = listener.socket.number();
    for (;;) {
        Descriptor socket(::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (socket.number() < 0) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            if (errno == EAGAIN) return;
            // What waits would wake the thread again at once.
            ::epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, listening, nullptr);
            listener.paused_until_ns = clock_.monotonic_ns() + pause_ns;
            return;
        }
        if (!has_room()) continue;
        Tunnel shown{next_tunnel_++, listener.shown.protocol, peer_address(socket.number()),
                     listener.shown.target};
        const auto request = port_->open(*listener.peer, {listener.shown.protocol}, open_timeout);
        if (request) opening_.emplace(*request, Opening{std::move(shown), std::move(socket)});
    }
}

int64_t Forward::resume_paused() {
    const std::scoped_lock lock(mutex_);
    const int64_t now_ns = clock_.monotonic_ns();
    int64_t due_ns = INT64_MAX;
    for (auto& [number, listener] : listeners_) {
        if (listener.paused_until_ns == 0) continue;
        if (listener.paused_until_ns <= now_ns && watch(listener.socket.number(), EPOLLIN)) {
            listener.paused_until_ns = 0;
        } else {
            due_ns = std::min(due_ns, std::max(listener.paused_until_ns, now_ns + pause_ns));
        }
    }
    return due_ns;
}

void Forward::finish_connecting(int descriptor) {
    auto found = connecting_.extract(descriptor);
    Connecting& connecting = found.mapped();
    ::epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, descriptor, nullptr);
    if (!connection_error(descriptor, connecting.shown.target)) return;
    if (connecting.reports_peer) {
        const std::string line = connecting.stream->peer().to_text() + "\n";
        const ssize_t sent = ::send(descriptor, line.data(), line.size(), MSG_NOSIGNAL);
        // An empty socket has room for a line.
        if (sent != static_cast<ssize_t>(line.size())) return;
    }
    carry(std::move(connecting.shown), std::move(connecting.stream), std::move(connecting.socket));
}

void Forward::carry(Tunnel shown, std::unique_ptr<Stream> stream, Descriptor socket) {
    const auto request = port_->carry(std::move(stream), std::move(socket));
    if (request) tunnels_.emplace(*request, std::move(shown));
}

}  // namespace kit::p2p
