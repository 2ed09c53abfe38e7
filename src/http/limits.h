// The bounds of HTTP: what one client, or ten thousand, may make a server hold.
#pragma once

#include "base/bytes.h"

namespace kit::http::limits {

// Go's server takes heads of 1 MiB; browsers and proxies stay below 16 KiB. A head is held while it
// arrives, so 10,000 slow clients hold at most 640 MiB of address space and seldom more than 1 KiB.
inline constexpr uint64_t head_size_bytes_max = 64 * KiB;
inline constexpr uint32_t header_count_max = 256;
// "7fffffffffffffff;extension": what a chunk's first line may have.
inline constexpr uint64_t chunk_line_size_bytes_max = 4 * KiB;
inline constexpr uint64_t trailer_size_bytes_max = 16 * KiB;

// Answers that gather while the client still sends: a client that reads nothing until it has sent
// everything (fetch in browsers and Node) needs this much at most, some 600,000 added files. Beyond
// it the handler waits until the client takes some.
inline constexpr uint64_t pending_size_bytes_max = 64 * MiB;
// An answer's pieces are gathered until there is this much or somebody waits for them.
inline constexpr uint64_t gather_size_bytes = 64 * KiB;
inline constexpr int64_t gather_time_ns = 5'000'000;
// Pieces from here on are sent from where they lie: for smaller ones a copy costs less than the
// system call that it saves.
inline constexpr uint64_t direct_size_bytes = 32 * KiB;
// A body that a handler left unread is read away up to here, so that the connection can be kept.
inline constexpr uint64_t drain_size_bytes_max = 256 * KiB;

// A connection costs about 400 bytes while it is parked, and a file descriptor.
inline constexpr uint32_t connection_count_max = 16'384;
inline constexpr uint32_t worker_count_max = 256;
// What one worker reads into: a whole head and some of a body.
inline constexpr uint64_t input_size_bytes = head_size_bytes_max + 16 * KiB;
inline constexpr int worker_idle_ms_max = 10'000;  // After that a worker beyond the first goes.

// The multipart reader: the headers of one part, and how long its boundary may be (RFC 2046).
inline constexpr uint64_t part_head_size_bytes_max = 64 * KiB;
inline constexpr uint64_t boundary_size_bytes_max = 70;

inline constexpr int64_t second_ns = 1'000'000'000;
inline constexpr int64_t head_time_ns_max = 15 * second_ns;   // From its first byte to its last.
inline constexpr int64_t idle_time_ns_max = 180 * second_ns;  // Between two requests.
inline constexpr int64_t stall_time_ns_max =
    120 * second_ns;  // Without a byte in either direction.

}  // namespace kit::http::limits
