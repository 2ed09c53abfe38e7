// What the results of the most used operations look like. The table of commands does not describe
// records, so this is written by hand, and tests/daemon/rest.py compares it with real answers.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string_view>

#include "commands/command.h"

namespace kit::rest {

// The schema of one result; nullopt for a command that is not described.
std::optional<commands::Json> result_schema(std::string_view command_path);

}  // namespace kit::rest
