// Where the sweep stands, in a small file, so that a restart goes on from there.
#pragma once

#include <optional>
#include <string>

#include "base/env.h"
#include "routing/key_space.h"

namespace kit::routing {

struct SweepState {
    int64_t cycle_start_unix_ns = 0;  // When the first place is due.
    Place position{};                 // Keys before it have been announced in this cycle.
    std::string strategy;             // Another one has other keys.
    friend bool operator==(const SweepState&, const SweepState&) = default;
};

// nullopt when there is none, or none that can be read: then everything is announced anew.
std::optional<SweepState> load_sweep_state(Disk& disk, const Path& path);
Result<void> save_sweep_state(Disk& disk, const Path& path, const SweepState& state);

}  // namespace kit::routing
