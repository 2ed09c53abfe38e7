// The daemon: a node and its doors on the network, from its first line to its last. What Kubo's
// `ipfs daemon` prints, writes into the repository and listens to is the same here.
#pragma once

#include "commands/command.h"

namespace kit::daemon {

// What the process gives a daemon besides the command's own context.
struct Process {
    std::string notify_socket = {};  // $NOTIFY_SOCKET: told when it is ready and when it ends.
    // Sentences about the store, from any thread.
    std::function<void(const std::string&)> on_notice = {};
};

// Runs until `context.cancel` is set or somebody asks it to shut down; returns when everything is
// closed. Fails with busy when another process has the repository or an address.
Result<void> run_daemon(const Process& process, const commands::Context& context,
                        const commands::Request& request, commands::Sink& sink);

}  // namespace kit::daemon
