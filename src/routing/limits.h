// The bounds of looking things up and of telling others what is held.
#pragma once

#include "base/bytes.h"

namespace kit::routing::limits {

// Answers of one search that wait for their reader; a DHT gives a few hundred.
inline constexpr size_t answers_count_max = 4096;
// A cancel is looked at ten times a second.
inline constexpr int64_t cancel_look_ns = 100'000'000;

// What a delegated router says to one question: Kubo reads 1 MiB. A record has some hundred bytes,
// one with many addresses a few KiB.
inline constexpr uint64_t delegated_answer_size_bytes_max = 1 * MiB;
inline constexpr uint64_t delegated_line_size_bytes_max = 64 * KiB;
inline constexpr size_t record_addresses_count_max = 64;
inline constexpr size_t record_protocols_count_max = 64;
inline constexpr int64_t delegated_time_ns_max = 15'000'000'000;  // Kubo's.

// What several sources have found and nobody has looked at yet.
inline constexpr size_t merged_count_max = 256;
// Routers that the config names, and how deep they may refer to each other.
inline constexpr size_t routers_count_max = 64;
inline constexpr uint32_t routers_depth_max = 8;

// Announcing. Kademlia's k: so many peers keep a record.
inline constexpr uint32_t replication_count = 20;
// Both DHTs, of the internet and of the local network, name so many.
inline constexpr size_t region_peers_count_max = 64;
inline constexpr int64_t region_search_ns_max = 60'000'000'000;
// Keys that a peer is told of in one go: a record takes some 300 bytes, so this is 300 KiB for each
// of 20 peers; and how long that may take, dialling included.
inline constexpr size_t told_keys_count_max = 1024;
inline constexpr int64_t tell_ns_max = 120'000'000'000;
// New keys that wait to be announced: 65,536 take some 6 MiB. More than that are left to the sweep.
inline constexpr size_t fresh_count_max = 65'536;
inline constexpr size_t fresh_batch_count_max = 8'192;
// Keys of the sweep that are held at a time, twice as many while they are gathered: 25 MiB. A store
// of more is gathered in so many steps.
inline constexpr size_t gathered_count_max = 131'072;

}  // namespace kit::routing::limits
