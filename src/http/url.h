// Percent-encoding and query strings, as Go's net/url reads and writes them: that is what the
// clients of this program were written against.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace kit::http {

// "%41" to "A"; '+' stays. Fails with invalid_argument on a '%' without two hexadecimal digits.
Result<std::string> decode_path(std::string_view text);
// The same, and '+' is a space.
Result<std::string> decode_query(std::string_view text);
// Keeps letters, digits and "-_.~"; a space is '+'.
std::string encode_query(std::string_view text);
// Keeps also "$&+,/:;=@" and the like: for a path with its slashes.
std::string encode_path(std::string_view text);

using QueryPairs = std::vector<std::pair<std::string, std::string>>;
// "a=1&b" in order; parts that cannot be decoded, or have a ';', fail as Go's ParseQuery does.
Result<QueryPairs> parse_query(std::string_view query);

}  // namespace kit::http
