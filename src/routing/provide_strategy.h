// Which of the blocks held are announced: Provide.Strategy of the config.
// kubo:config/provide.go
#pragma once

#include <string_view>

#include "base/result.h"

namespace kit::routing {

struct ProvideStrategy {
    bool all = false;       // Every block.
    bool pinned = false;    // Pins and all that they reach.
    bool roots = false;     // The roots of pins.
    bool mfs = false;       // What the mutable tree reaches.
    bool unique = false;    // What several DAGs share is visited once.
    bool entities = false;  // Of files and directories their roots, not their inner nodes.

    // Whether content of this kind is announced when it is new.
    bool wants(bool is_pinned, bool is_pinned_root, bool is_in_mfs) const {
        return all || (pinned && is_pinned) || (roots && is_pinned_root) || (mfs && is_in_mfs);
    }
    friend bool operator==(const ProvideStrategy&, const ProvideStrategy&) = default;
};

// "all", "pinned+mfs", "pinned+entities"; "" is all. Fails with invalid_argument in Kubo's words.
Result<ProvideStrategy> parse_provide_strategy(std::string_view text);

}  // namespace kit::routing
