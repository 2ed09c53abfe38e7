// The difference of two configurations as Kubo prints it: JSON with marked lines in colours.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace kit::commands {

// Both objects are shown with sorted keys. Without a newline at the end, as Kubo.
std::string config_difference(const nlohmann::ordered_json& before,
                              const nlohmann::ordered_json& after);

}  // namespace kit::commands
