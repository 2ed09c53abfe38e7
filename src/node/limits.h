// The bounds of what a node reads for itself.
#pragma once

#include "base/bytes.h"

namespace kit::node::limits {

// The config file, from the disk or from who replaces it. Kubo's own has some 10 KiB; lists of
// peers and pinning services make it longer.
inline constexpr uint64_t config_size_bytes_max = 16 * MiB;

}  // namespace kit::node::limits
