// Every bound of the mounts, with the reason for its number.
#pragma once

#include "base/bytes.h"

namespace kit::mount::limits {

// A kernel asks for the parts of its read-ahead at once; more threads would only wait for the disk.
inline constexpr size_t thread_count = 8;  // Of each mount.
// What Linux gives a request at most: 256 pages. Each thread has a buffer for one that writes.
inline constexpr uint32_t page_count_max = 256;
inline constexpr uint32_t transfer_size_bytes_max = page_count_max * 4 * uint32_t{KiB};
// What a request has beside the bytes that it writes: heads, two names, a link's target.
inline constexpr uint32_t request_overhead_bytes_max = 16 * uint32_t{KiB};
// Reads of up to 128 KiB are what Linux reads ahead by itself; it takes the smaller of the two.
inline constexpr uint32_t read_ahead_bytes_max = 64 * uint32_t{MiB};

// Nodes that a kernel knows and has not forgotten: some 300 bytes each. It forgets by itself when
// memory is short; past this an entry that it does not know yet cannot be looked up (ENFILE).
inline constexpr size_t node_count_max = size_t{1} << 20;
// Files and folders that are open at once: more than a process may have descriptors.
inline constexpr size_t handle_count_max = size_t{1} << 16;
// Handles that write: the file of each may hold 2 MiB that are not stored yet.
inline constexpr size_t writer_count_max = 1024;
// The entries of a folder that are held while it is listed: some 120 bytes each.
inline constexpr size_t listed_entry_count_max = size_t{1} << 22;
inline constexpr size_t first_listed_entry_count = 512;
// Linux refuses a whole folder for the sake of a longer name.
inline constexpr size_t name_size_bytes_max = 1024;
// What other file systems take, and what statvfs() says of this one. For names that are given.
inline constexpr size_t new_name_size_bytes_max = 255;
// A file that grows past its end is filled with zeros, block by block, while others wait for its
// names: some seven seconds for this much.
inline constexpr uint64_t hole_size_bytes_max = 10 * GiB;
// Pieces that a reply is written from without putting them together; below IOV_MAX.
inline constexpr size_t reply_piece_count_max = 512;

// How long a kernel believes what it was told. Content never changes; names and the tree do.
inline constexpr uint64_t immutable_cache_s = uint64_t{365} * 24 * 3600;
inline constexpr uint64_t mutable_cache_s = 1;

}  // namespace kit::mount::limits
