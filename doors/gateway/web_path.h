// The content path of a request: /ipfs/<cid>/a/b or /ipns/<name>/a/b, cleaned as Go's path.Clean
// does, its trailing slash remembered. https://specs.ipfs.tech/http-gateways/path-gateway/
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "formats/cid.h"

namespace kit::gateway {

using formats::Cid;

// A value.
struct WebPath {
    std::string text;  // "/ipfs/<root as it came>/a/b", with the trailing slash if there was one.
    bool is_mutable = false;            // /ipns
    std::string root;                   // As it came.
    Cid cid;                            // Of an immutable path.
    std::vector<std::string> segments;  // After the root.

    // From a decoded URL path. Fails with invalid_argument in Kubo's words.
    static Result<WebPath> from_text(std::string_view path);
    std::string_view space() const { return is_mutable ? "ipns" : "ipfs"; }
    // What the browser calls the file: the last segment; "" for a root.
    std::string file_name() const;
};

// As Go's path.Clean of a rooted path, without a trailing slash but for "/".
std::string clean_path(std::string_view path);
// As Go's path.Clean, and keeps a trailing slash: what its ServeMux redirects to.
std::string clean_mux_path(std::string_view path);

// The Ipfs-Uri field (IPIP-548): "ipfs://<cid in base32>/a%20b". nullopt when the root has no
// canonical form.
std::optional<std::string> ipfs_uri(const WebPath& path);
// Whether it can stand in a header field as it is.
bool is_field_safe(std::string_view text);

}  // namespace kit::gateway
