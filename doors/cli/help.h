// Help in Kubo's layout, made from the command table alone.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "commands/command.h"

namespace kit::cli {

enum class HelpLength : uint8_t { brief, full };

struct HelpLayout {
    std::string program = "ipfs-kit";  // What the user called.
    size_t width = 80;                 // Of the terminal, in columns.
};

// The text for one command.
std::string render_help(const commands::Command& command, HelpLength length,
                        const HelpLayout& layout);

}  // namespace kit::cli
