// One call of the program, from its words to its exit code. Everything that belongs to the process
// (streams, environment, signals) is handed in, so that a test is a call of run().
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "base/env.h"
#include "doors/cli/inputs.h"
#include "doors/cli/terminal_sink.h"
#include "node/denylists.h"

namespace kit::cli {

struct Process {
    Env& env;
    StandardInput& in;
    Output& out;
    Output& err;
    std::string program;             // "ipfs-kit" or "ipfs".
    std::vector<std::string> words;  // Without the program's name.
    Path working_directory;
    Path repo;  // From the environment: $IPFS_PATH, or ~/.ipfs.
    std::string editor;
    std::string static_names = {};                // $IPFS_NS_MAP: "domain:path,domain:path".
    bool asks_dns = false;                        // The program does; tests have no network.
    node::DenylistFolders denylist_folders = {};  // As node::NodeOptions takes them.
    Path certificates_file = {};                  // From the environment: whom to trust over TLS.
    // What the command "daemon" does; tests have none.
    std::function<Result<void>(const commands::Context&, const commands::Request&, commands::Sink&)>
        run_daemon = nullptr;
    const std::atomic<bool>& cancel;     // Set by a signal.
    const std::atomic<bool>& timed_out;  // Set with `cancel` when --timeout passed.
    // Sets both flags after that long.
    void (*start_timer)(int64_t duration_ns);
};

// 0, or 1 after the error was written to process.err, as Kubo.
int run(const Process& process);

}  // namespace kit::cli
