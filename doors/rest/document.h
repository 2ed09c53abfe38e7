// The REST door as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0), made from the
// command table alone: a verb that is added to the table stands in it at once.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

#include "commands/command.h"
#include "doors/rpc/verbs.h"

namespace kit::rest {

// "pin/add" to "pin_add", which stays what it is as long as the command does.
std::string operation_id(std::string_view command_path);

// Every command of `verbs` that is served over the wire.
commands::Json openapi_document(rpc::Verbs& verbs);

}  // namespace kit::rest
