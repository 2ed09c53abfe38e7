// What "auto" stands for in the config: the network that a node joins when nobody says another.
// Kubo asks a service for it (AutoConf.URL) and has these values for when nobody answers; here they
// are the values, so that nobody learns of a node's start.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/config.h"

namespace kit::node {

inline constexpr std::string_view auto_word = "auto";

// A setting that is a list of texts, with "auto" replaced by what it stands for. Something does in
// Bootstrap alone, and nothing where AutoConf.Enabled is false: no service is asked that the
// operator did not name.
std::vector<std::string> expanded_list(const Config& config, std::string_view key);

}  // namespace kit::node
