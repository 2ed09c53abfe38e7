// Where a server listens and a client connects: TCP over IPv4 and IPv6, or a Unix socket.
#pragma once

#include <cstdint>
#include <string>

#include "base/env.h"
#include "base/result.h"

namespace kit::http {

struct Address {
    std::string host;   // "127.0.0.1", "::1", "localhost"; not looked at with `unix_path`.
    uint16_t port = 0;  // 0 when listening: the system chooses one.
    Path unix_path;     // In place of host and port.

    // "127.0.0.1:5001", "[::1]:5001", "unix:/run/x.sock".
    std::string to_text() const;
};

}  // namespace kit::http
