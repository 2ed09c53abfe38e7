// What the operations of the document have in common: the records, the failures, the field of the
// correlation, the secrets.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string_view>

#include "commands/command.h"

namespace kit::rest {

commands::Json components();
// {"$ref": "#/components/schemas/Done"}
commands::Json reference(std::string_view kind, std::string_view name);

}  // namespace kit::rest
