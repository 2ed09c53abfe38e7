// From what somebody typed to the value of an option, by the rules of Go's strconv, whose words
// the errors have: scripts that ran against Kubo see the same refusals.
#pragma once

#include <string_view>

#include "commands/command.h"

namespace kit::commands {

// Fails with invalid_argument: `strconv.ParseInt: parsing "x": invalid syntax`.
Result<OptionValue> parse_option_value(const Option& option, std::string_view text);

// The name of a type in help: "bool", "int", "array".
std::string_view type_name(OptionType type);
// The help sentence as it is shown: with a full stop and the default.
std::string shown_help(const Option& option);

}  // namespace kit::commands
