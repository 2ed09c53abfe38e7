// Every bound of the exchange, with the reason for its number.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace kit::exchange::limits {

// A message: what boxo reads at most (libp2p's network.MessageSizeMax).
inline constexpr uint64_t message_size_bytes_max = 4 * MiB;
// Items of one kind in a message. Kubo writes want-lists of up to 2 MiB; an entry takes at least 38
// bytes, which makes 55,000. Empty blocks take two bytes, so their count has to be bounded too.
inline constexpr uint64_t message_items_count_max = 65'536;
// The largest block that fits a message beside its prefix and the message's own frame.
inline constexpr uint64_t block_size_bytes_max = message_size_bytes_max - 4 * KiB;

}  // namespace kit::exchange::limits
