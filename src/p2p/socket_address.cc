#include "p2p/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

namespace kit::p2p {
namespace {

using formats::Multiaddr;
using formats::Protocol;

constexpr int backlog_count = 1024;

Result<SocketAddress> unix_address(const std::string& path) {
    SocketAddress made;
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof at.sun_path) {
        return fail(Code::invalid_argument, "{} is too long for a unix socket: at most {} bytes",
                    path, sizeof at.sun_path - 1);
    }
    std::memcpy(at.sun_path, path.data(), path.size());
    std::memcpy(&made.storage, &at, sizeof at);
    made.size = sizeof at;
    return made;
}

Multiaddr named(const SocketAddress& address) {
    std::string text;
    char number[INET6_ADDRSTRLEN] = {};
    if (address.storage.ss_family == AF_INET) {
        sockaddr_in at{};
        std::memcpy(&at, &address.storage, sizeof at);
        ::inet_ntop(AF_INET, &at.sin_addr, number, sizeof number);
        text = std::string("/ip4/") + number + "/tcp/" + std::to_string(ntohs(at.sin_port));
    } else if (address.storage.ss_family == AF_INET6) {
        sockaddr_in6 at{};
        std::memcpy(&at, &address.storage, sizeof at);
        ::inet_ntop(AF_INET6, &at.sin6_addr, number, sizeof number);
        text = std::string("/ip6/") + number + "/tcp/" + std::to_string(ntohs(at.sin6_port));
    } else if (address.storage.ss_family == AF_UNIX && address.size > sizeof(sa_family_t)) {
        sockaddr_un at{};
        std::memcpy(&at, &address.storage, sizeof at);
        text = std::string("/unix") + at.sun_path;
    }
    return Multiaddr::from_text(text).value_or(Multiaddr());
}

Code code_of(int number) {
    switch (number) {
        case EADDRINUSE:
            return Code::already_exists;
        case EACCES:
        case EPERM:
            return Code::permission_denied;
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM:
            return Code::busy;
        case ECONNREFUSED:
        case ENOENT:
        case EHOSTUNREACH:
        case ENETUNREACH:
            return Code::offline;
        case ETIMEDOUT:
            return Code::timeout;
        default:
            return Code::io_error;
    }
}

Result<Descriptor> open_socket(const SocketAddress& address) {
    const int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
    Descriptor made(::socket(address.storage.ss_family, type, 0));
    if (made.number() < 0) {
        return fail(code_of(errno), "no socket could be opened: {}", std::strerror(errno));
    }
    const int on = 1;
    if (address.storage.ss_family != AF_UNIX) {
        ::setsockopt(made.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        ::setsockopt(made.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    }
    return made;
}

}  // namespace

Result<SocketAddress> to_socket_address(const Multiaddr& address) {
    const auto parts = address.parts();
    if (parts.size() == 1 && parts[0].protocol == Protocol::unix_socket) {
        return unix_address(parts[0].value_text());
    }
    const bool is_tcp = parts.size() == 2 && parts[1].protocol == Protocol::tcp;
    if (!is_tcp || (parts[0].protocol != Protocol::ip4 && parts[0].protocol != Protocol::ip6)) {
        return fail(Code::unsupported,
                    "{} is no address of a socket: write /ip4/127.0.0.1/tcp/8080, an /ip6 one "
                    "or /unix/path",
                    address.to_text());
    }
    SocketAddress made;
    const ByteView port = parts[1].value;
    if (parts[0].protocol == Protocol::ip4) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        std::memcpy(&at.sin_addr, parts[0].value.data(), sizeof at.sin_addr);
        std::memcpy(&at.sin_port, port.data(), sizeof at.sin_port);
        std::memcpy(&made.storage, &at, sizeof at);
        made.size = sizeof at;
    } else {
        sockaddr_in6 at{};
        at.sin6_family = AF_INET6;
        std::memcpy(&at.sin6_addr, parts[0].value.data(), sizeof at.sin6_addr);
        std::memcpy(&at.sin6_port, port.data(), sizeof at.sin6_port);
        std::memcpy(&made.storage, &at, sizeof at);
        made.size = sizeof at;
    }
    return made;
}

Multiaddr bound_address(int socket) {
    SocketAddress found;
    found.size = sizeof found.storage;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&found.storage), &found.size) != 0) {
        return {};
    }
    return named(found);
}

Multiaddr peer_address(int socket) {
    SocketAddress found;
    found.size = sizeof found.storage;
    if (::getpeername(socket, reinterpret_cast<sockaddr*>(&found.storage), &found.size) != 0) {
        return {};
    }
    return named(found);
}

Result<Descriptor> listen_at(const Multiaddr& address) {
    const SocketAddress at = TRY(to_socket_address(address));
    Descriptor made = TRY(open_socket(at));
    if (::bind(made.number(), at.pointer(), at.size) != 0 ||
        ::listen(made.number(), backlog_count) != 0) {
        return fail(code_of(errno), "cannot listen at {}: {}", address.to_text(),
                    std::strerror(errno));
    }
    return made;
}

Result<Descriptor> begin_connect(const Multiaddr& address) {
    const SocketAddress at = TRY(to_socket_address(address));
    Descriptor made = TRY(open_socket(at));
    // A unix socket whose queue is full says EAGAIN, and never becomes writable.
    if (::connect(made.number(), at.pointer(), at.size) != 0 && errno != EINPROGRESS) {
        return fail(code_of(errno), "cannot connect to {}: {}", address.to_text(),
                    std::strerror(errno));
    }
    return made;
}

Result<void> connection_error(int socket, const Multiaddr& address) {
    int number = 0;
    socklen_t size = sizeof number;
    if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &number, &size) != 0) number = errno;
    if (number == 0) return {};
    return fail(code_of(number), "cannot connect to {}: {}", address.to_text(),
                std::strerror(number));
}

}  // namespace kit::p2p
