// The _redirects file of a website: rules for paths that lead nowhere.
// https://specs.ipfs.tech/http-gateways/web-redirects-file/
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace kit::gateway {

inline constexpr size_t redirects_size_bytes_max = 64 * KiB;

struct RedirectRule {
    std::string from;  // "/a/:name/*"
    std::string to;    // "/b/:name/:splat", or a URL.
    int status = 301;

    // Where `path` ("/a/b", without a slash at its end) is sent; nullopt when the rule is not for
    // it, or when that would be longer than limits::path_size_bytes_max.
    std::optional<std::string> match(std::string_view path) const;
};

// Fails with invalid_argument, saying what no rule may be, in Kubo's words.
Result<std::vector<RedirectRule>> parse_redirects(std::string_view file);

}  // namespace kit::gateway
