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
    bool trailing_slash = false;  // As the user wrote it; nothing is resolved differently.
    std::string root_text = {};   // The CID or name as the user wrote it.

    // Accepts what Kubo's path arguments accept. Fails with invalid_argument in Kubo's words:
    // `invalid path "<text>": ...`.
    static Result<ContentPath> from_text(std::string_view text);
    // "/ipfs/<cid>/a/b".
    std::string to_text() const;
    // The path cleaned but with the root and trailing slash as they were written: what IPNS
    // records hold.
    std::string as_written() const;
    bool is_mutable() const { return space == Space::ipns; }
};

}  // namespace kit::dag
