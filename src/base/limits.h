// Every bound of the house, with the reason for its number. What comes from outside is refused
// above its bound with Code::too_large before anything is allocated for it.
#pragma once

#include "base/bytes.h"

namespace kit::limits {

// Blocks. Kubo exchanges blocks up to 2 MiB (kubo:core/commands/cmdutils/utils.go) and refuses to
// make larger ones unless told to; a store still has to hold what `--allow-big-block` made.
inline constexpr uint64_t block_size_bytes_soft_max = 2 * MiB;
inline constexpr uint64_t block_size_bytes_max = 64 * MiB;
// A chunk plus its dag-pb and UnixFS wrapping stays below the soft maximum: 2 MiB - 256.
inline constexpr uint64_t chunk_size_bytes_max = 2 * MiB - 256;

// CIDs. The longest digest in use has 64 bytes; identity digests carry up to 128 bytes (Kubo).
inline constexpr uint64_t digest_size_bytes_max = 128;
inline constexpr uint64_t cid_size_bytes_max = uint64_t{4} * 9 + digest_size_bytes_max;
inline constexpr uint64_t cid_text_size_max = 8 * cid_size_bytes_max + 1;  // base2 is the longest

// Addresses. The longest part is a garlic64 destination of some 400 bytes; relayed addresses have a
// dozen parts. In text a byte takes at most nine characters: /p2p-webrtc-direct has two bytes.
inline constexpr uint64_t multiaddr_size_bytes_max = 4 * KiB;
inline constexpr uint64_t multiaddr_text_size_max = 9 * multiaddr_size_bytes_max;

// Decoders: nesting is recursion, so it is bounded; 1,024 is what go-ipld-prime allows and costs
// less than 1 MiB of stack. An item takes at least one byte, so counts are bounded by the input.
inline constexpr uint32_t decode_depth_max = 1024;
// What a block of the data model may unfold to, in go-ipld-prime's prices (decode_budget.h): about
// two million numbers, some 200 MiB of values. Room is reserved for the first 1,024 entries only.
inline constexpr uint64_t decode_budget = 10 * MiB;
inline constexpr uint64_t decode_reserve_count_max = 1024;
inline constexpr uint64_t car_header_size_bytes_max = 32 * MiB;  // as go-car
inline constexpr uint64_t car_section_size_bytes_max = block_size_bytes_max + cid_size_bytes_max;

// Files and directories.
inline constexpr uint64_t path_size_bytes_max = 64 * KiB;
inline constexpr uint32_t directory_depth_max = 1024;
inline constexpr uint32_t dag_depth_max = 4096;
// Nodes of a file that are held at once while it is read, each with children to come: a layout of
// two links a node reaches 2^64 bytes with 64 of them. At 2 MiB a node that is 256 MiB at worst.
inline constexpr uint32_t file_depth_max = 128;

// What is read whole beside the files that are added: the rules of --ignore-rules-path, and in a
// tar file the names, targets and PAX records of one entry.
inline constexpr uint64_t rules_file_size_bytes_max = 16 * MiB;
inline constexpr uint64_t tar_meta_size_bytes_max = 1 * MiB;

// RSA keys: Kubo makes none below, and above them one check of a signature takes milliseconds.
inline constexpr int rsa_bits_min = 2048;
inline constexpr int rsa_bits_max = 8192;

// Pins: Kubo's own bound for names.
inline constexpr uint64_t pin_name_size_bytes_max = 255;

// IPNS records: 10 KiB by the specification.
inline constexpr uint64_t ipns_record_size_bytes_max = 10 * KiB;

}  // namespace kit::limits
