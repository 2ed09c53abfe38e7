#include "http/transport.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

namespace kit::http {
namespace {

constexpr int backlog_count = 4096;

Error socket_error(std::string_view doing, const Address& address) {
    const Code code = errno == EADDRINUSE                 ? Code::busy
                      : errno == EACCES || errno == EPERM ? Code::permission_denied
                                                          : Code::io_error;
    return {code, fmt::format("{} {}: {}", doing, address.to_text(), std::strerror(errno))};
}

// "Try again" is no failure, and a reset is the end as far as a reader is concerned.
Result<std::optional<size_t>> count_of(ssize_t count, std::string_view doing) {
    if (count >= 0) return static_cast<size_t>(count);
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return std::nullopt;
    return fail(Code::io_error, "{} a connection: {}", doing, std::strerror(errno));
}

class PlainTransport final : public Transport {
public:
    explicit PlainTransport(Descriptor socket) : socket_(std::move(socket)) {}

    Result<std::optional<size_t>> try_read(std::span<const iovec> pieces) override {
        return count_of(::readv(socket_.number(), pieces.data(), static_cast<int>(pieces.size())),
                        "reading from");
    }
    Result<std::optional<size_t>> try_write(std::span<const iovec> pieces) override {
        msghdr message = {};
        message.msg_iov = const_cast<iovec*>(pieces.data());
        message.msg_iovlen = std::min<size_t>(pieces.size(), IOV_MAX);
        return count_of(::sendmsg(socket_.number(), &message, MSG_NOSIGNAL), "writing to");
    }
    bool has_buffered() const override { return false; }
    int descriptor() const override { return socket_.number(); }

private:
    const Descriptor socket_;
};

Result<Descriptor> listen_at_unix(const Address& address) {
    sockaddr_un name = {};
    name.sun_family = AF_UNIX;
    if (address.unix_path.size() >= sizeof(name.sun_path)) {
        return fail(Code::invalid_argument, "the path of a Unix socket has at most {} bytes: {}",
                    sizeof(name.sun_path) - 1, address.unix_path);
    }
    std::memcpy(name.sun_path, address.unix_path.data(), address.unix_path.size());
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket.number() < 0) return std::unexpected(socket_error("opening", address));
    const auto* bound = reinterpret_cast<const sockaddr*>(&name);
    struct stat info = {};
    if (::lstat(address.unix_path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode)) {
        const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (::connect(probe.number(), bound, sizeof(name)) != 0 && errno == ECONNREFUSED) {
            ::unlink(address.unix_path.c_str());
        }
    }
    if (::bind(socket.number(), bound, sizeof(name)) != 0 ||
        ::listen(socket.number(), backlog_count) != 0) {
        return std::unexpected(socket_error("listening at", address));
    }
    return socket;
}

struct FreeAddresses {
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

}  // namespace

std::string Address::to_text() const {
    if (!unix_path.empty()) return "unix:" + unix_path;
    if (host.find(':') != std::string::npos) return fmt::format("[{}]:{}", host, port);
    return fmt::format("{}:{}", host, port);
}

std::unique_ptr<Transport> plain_transport(Descriptor socket) {
    return std::make_unique<PlainTransport>(std::move(socket));
}

Result<Descriptor> listen_at(const Address& address) {
    if (!address.unix_path.empty()) return listen_at_unix(address);
    addrinfo hints = {};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int status =
        ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
    if (status != 0) {
        return fail(Code::invalid_argument, "listening at {}: {}", address.to_text(),
                    ::gai_strerror(status));
    }
    const std::unique_ptr<addrinfo, FreeAddresses> list(found);
    Descriptor socket(
        ::socket(list->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, list->ai_protocol));
    if (socket.number() < 0) return std::unexpected(socket_error("opening", address));
    const int on = 1;
    ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (list->ai_family == AF_INET6) {
        ::setsockopt(socket.number(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    }
    // Accepted sockets inherit it: answers are gathered before they are sent, so waiting for more
    // would only add delay.
    ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (::bind(socket.number(), list->ai_addr, list->ai_addrlen) != 0 ||
        ::listen(socket.number(), backlog_count) != 0) {
        return std::unexpected(socket_error("listening at", address));
    }
    return socket;
}

namespace {

std::optional<Address> address_of(const sockaddr_storage& storage) {
    char text[INET6_ADDRSTRLEN] = {};
    if (storage.ss_family == AF_INET) {
        sockaddr_in in = {};
        std::memcpy(&in, &storage, sizeof(in));
        ::inet_ntop(AF_INET, &in.sin_addr, text, sizeof(text));
        return Address{.host = text, .port = ntohs(in.sin_port), .unix_path = {}};
    }
    if (storage.ss_family == AF_INET6) {
        sockaddr_in6 in = {};
        std::memcpy(&in, &storage, sizeof(in));
        ::inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof(text));
        return Address{.host = text, .port = ntohs(in.sin6_port), .unix_path = {}};
    }
    return std::nullopt;
}

}  // namespace

Result<Address> local_address(int listening_socket) {
    sockaddr_storage storage = {};
    socklen_t size = sizeof(storage);
    if (::getsockname(listening_socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
        return fail(Code::io_error, "asking a socket where it listens: {}", std::strerror(errno));
    }
    if (auto address = address_of(storage)) return *address;
    sockaddr_un name = {};
    std::memcpy(&name, &storage, std::min(sizeof(name), sizeof(storage)));
    return Address{.host = {}, .port = 0, .unix_path = name.sun_path};
}

std::string peer_text(int connected_socket) {
    sockaddr_storage storage = {};
    socklen_t size = sizeof(storage);
    ::getpeername(connected_socket, reinterpret_cast<sockaddr*>(&storage), &size);
    const auto address = address_of(storage);
    return address ? address->to_text() : "unix";
}

int wait_for(int descriptor, int16_t events, int64_t timeout_ns) {
    pollfd entry = {.fd = descriptor, .events = events, .revents = 0};
    const int64_t timeout_ms = std::clamp<int64_t>((timeout_ns + 999'999) / 1'000'000, 0, INT_MAX);
    const int count = ::poll(&entry, 1, static_cast<int>(timeout_ms));
    if (count < 0) return errno == EINTR ? events : POLLERR;
    return count == 0 ? 0 : entry.revents;
}

}  // namespace kit::http
