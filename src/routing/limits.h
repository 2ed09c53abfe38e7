// The bounds of looking things up and of telling others what is held.
#pragma once

#include "base/bytes.h"

namespace kit::routing::limits {

// Answers of one search that wait for their reader; a DHT gives a few hundred.
inline constexpr size_t answers_count_max = 4096;
// A cancel is looked at ten times a second.
inline constexpr int64_t cancel_look_ns = 100'000'000;

}  // namespace kit::routing::limits
