// The names of profiles as `init --profile` and `daemon --init-profile` take them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/split.h"

namespace kit::node {

// "server,test" as its parts, empty ones too: they name no profile, and init says so. "" is none.
inline std::vector<std::string> split_profiles(std::string_view text) {
    if (text.empty()) return {};
    const std::vector<std::string_view> names = split(text, ',');
    return {names.begin(), names.end()};
}

}  // namespace kit::node
