// The bounds of names and keys.
#pragma once

#include "base/bytes.h"

namespace kit::naming::limits {

// Names that lead to names: boxo follows as many.
inline constexpr uint32_t name_depth_max = 32;
// A domain with its dots, and one label (RFC 1035, 2.3.4).
inline constexpr uint64_t domain_size_bytes_max = 255;
inline constexpr uint64_t label_size_bytes_max = 63;

// An answer of DNS: what its own lengths can say. How long one server may take.
inline constexpr uint64_t dns_answer_size_bytes_max = 64 * KiB;
inline constexpr int64_t dns_time_ns_max = 10'000'000'000;

// Records of a name that are gathered before the best of them is taken, and how long that may take:
// Kubo's --dht-record-count and --dht-timeout. Names that are kept: its Ipns.ResolveCacheSize.
inline constexpr size_t network_records_count = 16;
inline constexpr int64_t network_time_ns_max = 60'000'000'000;
inline constexpr size_t kept_name_count = 128;
// How long a publisher asks whether others have a record of its name that it does not hold.
inline constexpr int64_t former_record_time_ns_max = 30'000'000'000;

// Answers of DNS that are kept, some 200 bytes each; how long at most, and how long when there was
// nothing, since a gateway may be asked for any host's name at any time.
inline constexpr size_t kept_domain_count_max = 4096;
inline constexpr uint64_t domain_keep_s_max = 300;
inline constexpr uint64_t absent_domain_keep_s = 60;
inline constexpr uint64_t failed_domain_keep_s = 5;  // Servers that are silent cost ten seconds.

// A private key in a file: RSA of 8192 bits takes 4.7 KiB as it is and 6.4 KiB in PEM.
inline constexpr uint64_t key_file_size_bytes_max = 64 * KiB;

// Denylists: the specification's bounds for a header and a line, with its end. Some hundred bytes a
// rule: the largest public list (badbits) has less than a million, and 8 million need about 1 GiB.
inline constexpr uint64_t denylist_header_size_bytes_max = 1 * MiB;
inline constexpr uint64_t denylist_line_size_bytes_max = 2 * MiB;
inline constexpr uint64_t denylist_rule_count_max = 8'000'000;
inline constexpr uint64_t denylist_file_size_bytes_max = uint64_t{4096} * MiB;  // With comments.
inline constexpr uint32_t denylist_folder_depth_max = 8;
inline constexpr size_t denylist_count_max = 1000;
// Rules for paths below any root that end with "*" are all tried for every path.
inline constexpr uint64_t denylist_prefix_count_max = 1000;

}  // namespace kit::naming::limits
