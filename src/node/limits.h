// The bounds of what a node reads for itself.
#pragma once

#include "base/bytes.h"

namespace kit::node::limits {

// The config file, from the disk or from who replaces it. Kubo's own has some 10 KiB; lists of
// peers and pinning services make it longer.
inline constexpr uint64_t config_size_bytes_max = 16 * MiB;

// Messages of a topic that wait for one listener who does not take them.
inline constexpr size_t pubsub_waiting_count_max = 1024;
inline constexpr size_t pubsub_waiting_bytes_max = 16 * MiB;  // A message has 1 MiB at the most.

}  // namespace kit::node::limits
