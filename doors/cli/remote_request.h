// A command line as the request that Kubo's clients would make of it: the path, the options that
// the user gave, the arguments.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "doors/cli/command_line.h"

namespace kit::cli {

struct RemoteTarget {
    std::string path_and_query;  // "/api/v0/pin/add?arg=...&encoding=json&stream-channels=true".
    // What the query would be too long with: to be sent as the body, one a line.
    std::optional<std::string> argument_lines = std::nullopt;
};

// `more` are options beside those that the user gave. Everything is asked for as JSON.
RemoteTarget remote_target(const CommandLine& line,
                           const std::vector<std::pair<std::string, std::string>>& more);

// Servers take a head of 64 KiB at least; longer lists of arguments go into the body.
inline constexpr size_t query_size_bytes_max = 32 * KiB;

}  // namespace kit::cli
