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

// Serving. boxo keeps 1,024 wants of a peer and forgets the rest; a peer that follows that rule is
// never cut short here. Answers that wait for a peer to read: a few want-lists of that size.
inline constexpr size_t peer_wants_count_max = 1024;
inline constexpr size_t peer_presences_count_max = 4096;
// A want-have for a block up to this size is answered by the block, as boxo does: asking again
// would cost more.
inline constexpr uint64_t have_as_block_size_bytes_max = 1024;
// A message is closed at this size: large enough that a message's cost does not show (boxo's 16 KiB
// is why Kubo's is slow), small enough that the receiver hashes one while the next is on its way.
inline constexpr size_t message_size_bytes_target = 64 * KiB;
// What waits in the host: enough to keep a line busy between two looks at it. For all peers
// together it is half a second of what the lines carry, so that nobody's answer stands behind
// seconds of others' blocks, and within these bounds: the upper one is what serving costs in
// memory.
inline constexpr size_t peer_unsent_bytes_max = 2 * MiB;
inline constexpr size_t all_unsent_bytes_min = 1 * MiB;
inline constexpr size_t all_unsent_bytes_max = 32 * MiB;

// Fetching. Wants that one peer is asked for at a time: below what boxo remembers.
inline constexpr size_t peer_asked_count_max = 1000;
// Bytes that one peer is asked for at a time: a line of 1 Gbit/s and 60 ms holds 8 MiB.
inline constexpr uint64_t window_bytes_min = 1 * MiB;
inline constexpr uint64_t window_bytes_max = 8 * MiB;
// Before an answer counts as late. A disk that sleeps takes seconds; a line that carries nothing
// for a minute is dead.
inline constexpr int64_t patience_ns_min = 1'500'000'000;
inline constexpr int64_t patience_ns_max = 60'000'000'000;
// Wants of a session that every peer is asked about at a time, and how many peers.
inline constexpr size_t broadcast_wants_count_max = 64;
inline constexpr size_t broadcast_peers_count_max = 256;
// Wants of one session: what an eager reader may announce ahead.
inline constexpr size_t session_wants_count_max = 16'384;
// Wants that ended lately: blocks for them are late, not unasked. 16,384 of them are 2 MiB.
inline constexpr size_t recent_wants_count_max = 16'384;
inline constexpr int64_t recent_wants_ns = 60'000'000'000;
// Blocks that nobody asked for: a few can cross with a cancel that we have forgotten.
inline constexpr uint32_t unwanted_blocks_count_max = 8;
inline constexpr uint64_t duplicate_bytes_max = 16 * MiB;
// Peers that were dropped, and for how long; ledgers of peers that left.
inline constexpr size_t dropped_peers_count_max = 1024;
inline constexpr int64_t dropped_peers_ns = 600'000'000'000;
inline constexpr size_t remembered_ledgers_count_max = 1024;

// HTTP gateways: how many are asked at a time, by how many threads (Kubo's HTTPRetrieval.NumWorkers
// is the same), and how long one may be silent.
inline constexpr size_t http_peers_count_max = 64;
inline constexpr size_t http_threads_count = 16;
inline constexpr int64_t http_stall_ns_max = 10'000'000'000;

// The node's own memory of a fetch. Blocks that came and are not stored yet: nothing more is read
// from peers above it.
inline constexpr uint64_t unstored_bytes_max = 32 * MiB;
// Blocks that were announced, came, and wait for their reader: after that it finds them in the
// store.
inline constexpr uint64_t announced_bytes_max = 16 * MiB;
// Wants of one reader that stand at a time. What it announces above that it gets when it reads it.
inline constexpr size_t announced_count_max = 4096;

}  // namespace kit::exchange::limits
