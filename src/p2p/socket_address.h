// Multiaddrs as sockets of this machine: what `p2p forward` listens at and `p2p listen` connects
// to.
#pragma once

#include <sys/socket.h>

#include "base/descriptor.h"
#include "base/result.h"
#include "formats/multiaddr.h"

namespace kit::p2p {

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;

    const sockaddr* pointer() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// /ip4/A/tcp/P, /ip6/A/tcp/P and /unix/PATH. Fails with unsupported for others, names included.
Result<SocketAddress> to_socket_address(const formats::Multiaddr& address);
// What a socket is bound to, or who stands at its other end. A nameless unix socket is empty.
formats::Multiaddr bound_address(int socket);
formats::Multiaddr peer_address(int socket);

// A socket that listens and does not block. A unix socket's file must not be there. Fails with
// already_exists (the address is in use), permission_denied, io_error.
Result<Descriptor> listen_at(const formats::Multiaddr& address);
// A socket that is being connected and does not block: writable when that is decided, and
// connection_error() then tells how.
Result<Descriptor> begin_connect(const formats::Multiaddr& address);
Result<void> connection_error(int socket, const formats::Multiaddr& address);

}  // namespace kit::p2p
