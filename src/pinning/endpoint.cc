#include "pinning/endpoint.h"

#include "base/ascii.h"
#include "base/path_text.h"

namespace kit::pinning {

// kubo:core/commands/pin/remotepin.go, normalizeEndpoint.
Result<std::string> normalized_endpoint(std::string_view text) {
    const size_t scheme_size = text.find("://");
    const std::string scheme =
        scheme_size == std::string_view::npos ? "" : ascii_lower(text.substr(0, scheme_size));
    if (scheme != "http" && scheme != "https") {
        return fail(Code::invalid_argument, "service endpoint must be a valid HTTP URL");
    }
    std::string_view rest = text.substr(scheme_size + 3);
    const size_t query = rest.find('?');
    if (query != std::string_view::npos && query + 1 < rest.size()) {
        return fail(Code::invalid_argument,
                    "service endpoint should be provided without any query parameters");
    }
    rest = rest.substr(0, query);
    const size_t slash = rest.find('/');
    const std::string_view authority = rest.substr(0, slash);
    for (const char c : rest) {
        // What no URL has, and what would end the line of a request.
        if (c > ' ' && c != '\x7f') continue;
        return fail(Code::invalid_argument, "service endpoint must be a valid HTTP URL");
    }
    std::string path;
    if (slash != std::string_view::npos) path = clean_path(rest.substr(slash));
    if (path == "/") path.clear();
    if (path.ends_with("/pins")) {
        return fail(Code::invalid_argument,
                    "service endpoint should be provided without the /pins suffix");
    }
    return scheme + "://" + std::string(authority) + path;
}

}  // namespace kit::pinning
