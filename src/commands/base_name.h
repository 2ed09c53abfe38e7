// The bases as options name them.
#pragma once

#include <optional>
#include <string_view>

#include "formats/multibase.h"

namespace kit::commands {

// "base32", or its prefix "b".
inline std::optional<formats::Base> base_named(std::string_view name) {
    const auto base = formats::find_base(name);
    return base || name.empty() ? base : formats::find_base_by_prefix(name);
}

}  // namespace kit::commands
