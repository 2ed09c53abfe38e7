// The one list of commands. A new command is a line here, a declaration in makers.h and a file.
#include <algorithm>

#include "commands/command.h"
#include "commands/makers.h"

namespace kit::commands {
namespace {

// Sorted by path, so that a group stands before its commands.
constexpr CommandEntry table[] = {
    {"version", version_command},
    {"version/deps", version_deps_command},
};

}  // namespace

std::span<const CommandEntry> command_table() {
    return table;
}

const CommandEntry* find_command(std::string_view path) {
    const auto* found = std::ranges::lower_bound(table, path, {}, &CommandEntry::path);
    return found != std::end(table) && found->path == path ? found : nullptr;
}

std::vector<CommandEntry> subcommands_of(std::string_view group) {
    std::vector<CommandEntry> found;
    for (const CommandEntry& entry : table) {
        std::string_view rest = entry.path;
        if (!group.empty()) {
            if (!rest.starts_with(group) || rest.size() <= group.size() + 1 ||
                rest[group.size()] != '/') {
                continue;
            }
            rest.remove_prefix(group.size() + 1);
        }
        if (rest.find('/') == std::string_view::npos) found.push_back(entry);
    }
    return found;
}

std::vector<Command> all_commands() {
    std::vector<Command> commands;
    for (const CommandEntry& entry : table) commands.push_back(entry.make());
    return commands;
}

std::string_view Command::name() const {
    const size_t slash = path.rfind('/');
    return slash == std::string::npos ? std::string_view(path)
                                      : std::string_view(path).substr(slash + 1);
}

}  // namespace kit::commands
