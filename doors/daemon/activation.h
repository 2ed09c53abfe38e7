// Sockets that systemd opened for us (sd_listen_fds): they are open from the boot on, survive our
// restarts, and may have ports that our user could not open. The protocol:
// https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kit::daemon {

// The environment as the process got it; all empty when nobody passes sockets.
struct ActivationWords {
    std::string process_id;        // $LISTEN_PID
    std::string descriptor_count;  // $LISTEN_FDS
    std::string names;             // $LISTEN_FDNAMES, parted by colons.
};

struct InheritedSocket {
    int descriptor = -1;
    std::string name;  // FileDescriptorName= of the socket unit.

    bool operator==(const InheritedSocket&) const = default;
};

// Kubo's names for them.
inline constexpr std::string_view api_socket_name = "io.ipfs.api";
inline constexpr std::string_view gateway_socket_name = "io.ipfs.gateway";

// Empty when they are meant for another process than `own_process_id`. Fails with invalid_argument
// when their number makes no sense.
Result<std::vector<InheritedSocket>> inherited_sockets(const ActivationWords& words,
                                                       int own_process_id);

// Fails with invalid_argument when the descriptor is no socket that listens for connections.
Result<void> check_listens(const InheritedSocket& socket);

}  // namespace kit::daemon
