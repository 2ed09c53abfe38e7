// The paths that users write: a bare CID, /ipfs/<cid>/a/b, ipfs://<cid>/a, /ipns/<name>/...
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "formats/cid.h"

namespace kit::dag {

// A value. `segments` are unescaped, non-empty; "." and ".." never occur (cleaned as Go's
// path.Clean).
struct ContentPath {
    enum class Space : uint8_t { ipfs, ipns, ipld };  // ipld: dag-pb is data, not files.
    Space space = Space::ipfs;
    formats::Cid root;  // For ipfs and ipld.
    std::string name;   // For ipns: key or domain.
    std::vector<std::string> segments;

    // Accepts what Kubo's path arguments accept. Fails with invalid_argument in Kubo's words:
    // `invalid path "<text>": ...`.
    static Result<ContentPath> from_text(std::string_view text);
    // "/ipfs/<cid>/a/b".
    std::string to_text() const;
};

}  // namespace kit::dag
