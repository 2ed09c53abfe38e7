// The bounds of what pinning services answer.
#pragma once

#include "base/bytes.h"

namespace kit::pinning::limits {

// One answer: ten pins of some kilobytes each, with room for services that give a thousand.
inline constexpr uint64_t answer_size_bytes_max = 16 * MiB;

}  // namespace kit::pinning::limits
