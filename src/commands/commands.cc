// `commands`: the table itself, as a list and as JSON.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "commands/makers.h"

namespace kit::commands {
namespace {

Json describe(std::string_view name, const Command& command) {
    Json described;
    described["Name"] = name;
    Json below = Json::array();
    for (const CommandEntry& entry : subcommands_of(command.path)) {
        const Command sub = entry.make();
        below.push_back(describe(sub.name(), sub));
    }
    described["Subcommands"] = std::move(below);
    Json options = Json::array();
    for (const Option& option : command.options) options.push_back({{"Names", option.names}});
    described["Options"] = std::move(options);
    return described;
}

Result<void> run(Context&, const Request&, Sink& sink) {
    return sink.record(describe("ipfs", root_command()));
}

void append_lines(const Json& command, const std::string& prefix, bool with_flags,
                  std::vector<std::string>& lines) {
    const std::string path = prefix + command.at("Name").get<std::string>();
    lines.push_back(path);
    if (!prefix.empty() && with_flags) {
        for (const Json& option : command.at("Options")) {
            std::string line;
            for (const Json& name_json : option.at("Names")) {
                const auto name = name_json.get<std::string>();
                line += fmt::format("{}{} {}{}", line.empty() ? "" : " / ", path,
                                    name.size() == 1 ? "-" : "--", name);
            }
            lines.push_back(std::move(line));
        }
    }
    for (const Json& sub : command.at("Subcommands")) {
        append_lines(sub, path + " ", with_flags, lines);
    }
}

void print(const Json& record, const Request& request, std::string& out) {
    std::vector<std::string> lines;
    append_lines(record, "", request.flag("flags"), lines);
    std::ranges::sort(lines);
    for (const std::string& line : lines) out += line + "\n";
}

}  // namespace

Command commands_command() {
    return {
        .path = "commands",
        .tagline = "List the commands.",
        .description = "Prints every command with its path, one a line.",
        .examples = {{"commands -f", "With their options."},
                     {"commands --enc=json", "As a tree for programs."}},
        .options = {{.names = {"flags", "f"}, .help = "With the options of each command."}},
        .gives = Gives::record,
        .run = run,
        .print = print,
    };
}

}  // namespace kit::commands
