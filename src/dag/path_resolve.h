// From a path to the block it names. How a dag-pb directory looks up a name belongs to unixfs, so
// it comes in as an interface; the IPLD data model is walked here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "blocks/source.h"
#include "dag/path.h"
#include "formats/ipld.h"

namespace kit::dag {

// Implemented by unixfs: looks a name up in a file-system node (plain or sharded directory).
class NameLookup {
public:
    virtual ~NameLookup() = default;
    // nullopt when the node is no directory or has no such entry.
    virtual Result<std::optional<formats::Cid>> find_entry(const blocks::Source& source,
                                                           const formats::Cid& node,
                                                           std::string_view name) const = 0;
};

struct Resolved {
    formats::Cid cid;                    // The last block reached.
    std::vector<std::string> remainder;  // What is left inside it; never under /ipfs/ over dag-pb.
};

// The path decides how it is followed, as in Kubo: under /ipfs/ a dag-pb node is a directory of
// names for every command, `dag get` included, and under /ipld/ it is data (Links/0/Hash, Data) and
// its links have no names. Fails with not_found in Kubo's words (`no link named "x" under <cid>`),
// corrupt, offline for ipns.
Result<Resolved> resolve_path(const blocks::Source& source, const ContentPath& path,
                              const NameLookup& names);

// Walks `segments` inside a decoded value without crossing into another block.
Result<const formats::Ipld*> find_in_value(const formats::Ipld& value,
                                           const std::vector<std::string>& segments);

}  // namespace kit::dag
