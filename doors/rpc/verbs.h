// The command table as the RPC sees it: a path to a command with all options that it takes, made
// when somebody first asks for it and kept, since making a command costs more than many of them do.
#pragma once

#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "commands/command.h"

namespace kit::rpc {

struct Verb {
    commands::Command command;
    // Of the program, the groups above and the command; by every name.
    std::vector<commands::Option> options;
    std::map<std::string, const commands::Option*, std::less<>> by_name;
};

struct FoundVerb {
    const Verb* verb;
    std::string argument;  // The path's last segment, when it is no command's name.
    bool has_argument = false;
};

// Any thread.
class Verbs final {
public:
    // "pin/add", or "pin/add/Qm..." whose last segment is an argument, or "ls/" with an empty one;
    // nullopt when no command of the RPC has that path.
    std::optional<FoundVerb> find(std::string_view path);

private:
    // nullptr when there is none, or it is for the command line alone.
    const Verb* find_exact(std::string_view path);

    std::shared_mutex mutex_;
    std::map<std::string, std::unique_ptr<Verb>, std::less<>> made_;  // guarded by mutex_
};

}  // namespace kit::rpc
