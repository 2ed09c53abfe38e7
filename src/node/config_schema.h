// What Kubo's config file may hold: the names and types of its settings, and Kubo's words for what
// does not fit.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string_view>

#include "base/result.h"

namespace kit::node {

// Whether a setting of that dotted name can exist: every part is known, or inside a map. Fails with
// invalid_argument: "Swarm.Foo not found", "Datastore.StorageMax key is not a map".
Result<void> check_setting_name(std::string_view key);

// Whether each known setting holds a value of its type; unknown ones may hold anything. Fails with
// invalid_argument as Go's decoder does: "json: cannot unmarshal string into Go struct field
// MDNS.Discovery.MDNS.Enabled of type bool".
Result<void> check_setting_types(const nlohmann::ordered_json& config);

}  // namespace kit::node
