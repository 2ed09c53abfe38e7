// A connected socket, plain or with TLS, that never blocks by itself: waiting is done in one place
// (wait_for), so that every wait has a deadline.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/descriptor.h"
#include "base/env.h"
#include "base/result.h"
#include "http/address.h"

namespace kit::http {

// One thread at a time.
class Transport {
public:
    virtual ~Transport() = default;
    // Fills the pieces one after the other with what there is; 0 at the end of the stream, nullopt
    // when nothing has come yet.
    virtual Result<std::optional<size_t>> try_read(std::span<const iovec> pieces) = 0;
    // As much as goes; nullopt when nothing does.
    virtual Result<std::optional<size_t>> try_write(std::span<const iovec> pieces) = 0;
    // Bytes that were read from the socket and not given out yet: epoll does not see them.
    virtual bool has_buffered() const = 0;
    virtual int descriptor() const = 0;
};

std::unique_ptr<Transport> plain_transport(Descriptor socket);

// The certificate and key of a listener.
class TlsIdentity {
public:
    virtual ~TlsIdentity() = default;
    virtual Result<std::unique_ptr<Transport>> accept(Descriptor socket) const = 0;
    static Result<std::unique_ptr<TlsIdentity>> load(const Path& certificate_file,
                                                     const Path& key_file);
};

// Listens, not blocking; a Unix socket that nobody serves any more is taken over.
Result<Descriptor> listen_at(const Address& address);
// Where a listening socket really is.
Result<Address> local_address(int listening_socket);
// Of a connected socket: "127.0.0.1:40000", "[::1]:2", "unix".
std::string peer_text(int connected_socket);

// Returns the events of poll() that came, 0 when `timeout_ns` passed first.
int wait_for(int descriptor, int16_t events, int64_t timeout_ns);

}  // namespace kit::http
