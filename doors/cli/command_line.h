// From the words of a command line to a command, its options and what is left for its arguments,
// by the grammar of Kubo's command line: options stand anywhere and may be spelled `--name=value`,
// `--name value`, `-n value`, `-nvalue` or joined (`-rq`); `--` ends them. Touches nothing outside.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands/command.h"

namespace kit::cli {

struct CommandLine {
    // The root, the groups passed through, the command. Never empty.
    std::vector<commands::Command> chain;
    commands::Request request;       // Options with defaults; arguments are not in it yet.
    std::vector<std::string> words;  // What is left for arguments.
    // Whether the options were read to the end: only then is the command known for certain.
    bool complete = false;

    const commands::Command& command() const { return chain.back(); }
};

// Fills `line` as far as it gets, so that help can still be given after an error. Fails with
// invalid_argument in Kubo's words.
Result<void> parse_command_line(const std::vector<std::string>& words, CommandLine& line);

// Commands whose names are near to `word`, best first.
std::vector<std::string> suggest_commands(std::string_view word);

}  // namespace kit::cli
