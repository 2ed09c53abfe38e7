// What a request asks of the answer before it wants its body: only if it has changed, only a part
// of it. RFC 9110, 13 and 14, in the order that Go's http.ServeContent has.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kit::gateway {

// Whether a list of ETags such as `"a", W/"b"` or "*" has this one; W/ is looked away from.
bool lists_etag(std::string_view field, std::string_view etag);
// The same, and both must be strong.
bool lists_strong_etag(std::string_view field, std::string_view etag);

// "Sun, 06 Nov 1994 08:49:37 GMT" in seconds since 1970; nullopt for what is no such date.
std::optional<int64_t> parse_date(std::string_view text);

struct ByteRange {
    uint64_t offset_bytes = 0;
    uint64_t length_bytes = 0;
};
// A Range field for a body of `size_bytes`: empty when all of it is to be sent. Fails with
// invalid_argument when it cannot be read, with not_found ("invalid range: failed to overlap") when
// no range has a byte of the body.
Result<std::vector<ByteRange>> parse_ranges(std::string_view field, uint64_t size_bytes);
// "bytes 0-9/100"
std::string content_range(const ByteRange& range, uint64_t size_bytes);

}  // namespace kit::gateway
