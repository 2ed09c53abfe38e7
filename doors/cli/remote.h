// A command run by the daemon that holds the repository, or by the one that --api names. What it
// prints is what it would print without one.
#pragma once

#include <optional>
#include <string>

#include "doors/cli/command_line.h"
#include "doors/cli/remote_address.h"

namespace kit::cli {

// Where a command is to run, and what else the way there needs.
struct Remote {
    RemoteAddress address;
    bool is_forced = false;       // By --api: without a daemon there, the command fails.
    std::string secret = {};      // --api-auth.
    Path certificates_file = {};  // Whom to trust over TLS; the system's without it.
};

// By the command, --api and the repository's file `api`; nullopt: on this machine. Fails with
// invalid_argument for an address or a command that cannot be.
Result<std::optional<Remote>> find_remote(Disk& disk, const CommandLine& line, const Path& repo);

// False when nobody listens there, nothing was done and the command may run here instead.
// `line` is complete, with its arguments and files; of `context` nothing is needed but what belongs
// to this process.
Result<bool> run_on_remote(const Remote& remote, const commands::Context& context,
                           const CommandLine& line, commands::Sink& sink);

}  // namespace kit::cli
