// Durations and sizes as Go programs write them in configurations and on command lines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kit::node {

// "1h30m", "-1.5s", "100ms", "0" in nanoseconds, by the rules of Go's time.ParseDuration. Fails
// with invalid_argument in its words: `time: unknown unit "x" in duration "1x"`.
Result<int64_t> parse_duration_ns(std::string_view text);
// The other way, as Go's Duration.String: "1h0m0s", "1.5s", "0s".
std::string duration_text(int64_t duration_ns);

// "10GB" (powers of 1000), "1GiB" (powers of 1024), "262144", in bytes, as go-humanize reads
// them: the unit in any case, spaces and commas ignored. Fails with invalid_argument.
Result<uint64_t> parse_size_bytes(std::string_view text);
// As go-humanize writes sizes, by powers of 1000: "1.3 MB".
std::string size_text(uint64_t size_bytes);

}  // namespace kit::node
