// The bounds of what nodes tell each other. What a peer sends is refused above them before anything
// is kept of it; what is kept is bounded for each peer, so that a flooder fills its own share only.
#pragma once

#include "base/bytes.h"

namespace kit::announce::limits {

// Texts, tags, two CIDs and eight addresses at their longest take some 6 KiB.
inline constexpr size_t message_size_bytes_max = 8 * KiB;
inline constexpr size_t name_size_bytes_max = 255;  // As a file's name, and a pin's.
inline constexpr size_t type_size_bytes_max = 127;  // RFC 6838: a type and a subtype, 127 in all.
inline constexpr size_t tag_size_bytes_max = 64;
inline constexpr size_t tags_count_max = 16;
inline constexpr size_t addresses_count_max = 8;
inline constexpr size_t address_size_bytes_max = 256;  // A relayed QUIC address has some 120.
inline constexpr uint32_t patience_ms_max = 60 * 60 * 1000;

// What was heard: some 1 KiB each, so 8 MiB at worst.
inline constexpr size_t heard_count_max = 8192;
inline constexpr size_t heard_of_peer_count_max = 256;
inline constexpr int64_t heard_time_ns_max = 24 * 3600 * int64_t{1'000'000'000};
inline constexpr size_t news_count_max = 1024;  // That wait for those who watch.

// A peer's messages, each second and at once; and the peers whose rate is remembered.
inline constexpr double announcements_per_s_max = 10;
inline constexpr double announcements_at_once_max = 64;
inline constexpr double wants_per_s_max = 5;
inline constexpr double wants_at_once_max = 32;
inline constexpr size_t rated_peers_count_max = 4096;
// Wants of all peers: looked up in the store, and answered.
inline constexpr double lookups_per_s_max = 200;
inline constexpr double lookups_at_once_max = 400;
inline constexpr double offers_per_s_max = 50;
inline constexpr double offers_at_once_max = 100;
// What is announced by itself: below what others take of one peer.
inline constexpr double automatic_per_s_max = 5;
inline constexpr double automatic_at_once_max = 32;

// Offers that wait for their asker to be connected.
inline constexpr size_t waiting_offers_count_max = 256;
inline constexpr size_t known_peers_count_max = 1024;  // With what was learnt of them.

// Requests under way, and who may send what each asks for.
inline constexpr size_t requests_count_max = 256;
inline constexpr size_t candidates_count_max = 64;

}  // namespace kit::announce::limits
