// The daemon: a node and its doors on the network, from its first line to its last. What Kubo's
// `ipfs daemon` prints, writes into the repository and listens to is the same here.
#pragma once

#include "base/log.h"
#include "commands/command.h"
#include "doors/daemon/activation.h"

namespace kit::daemon {

// What the process gives a daemon besides the command's own context.
struct Process {
    std::string notify_socket = {};  // $NOTIFY_SOCKET: told when it is ready and when it ends.
    ActivationWords activation = {};
    int process_id = 0;
    LogSettings log = {};
    Log::Output write_error = {};      // Standard error: whole lines, one thread at a time.
    std::string traces_exporter = {};  // $OTEL_TRACES_EXPORTER: "file" is the one there is.
    std::string traces_file = {};      // $OTEL_EXPORTER_FILE_PATH; "" is traces.json.
};

// Runs until `context.cancel` is set or somebody asks it to shut down; returns when everything is
// closed. Fails with busy when another process has the repository or an address.
Result<void> run_daemon(const Process& process, const commands::Context& context,
                        const commands::Request& request, commands::Sink& sink);

}  // namespace kit::daemon
