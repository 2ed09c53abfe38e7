// The links of one directory block, ready to be exported by several threads at once.
#pragma once

#include <string_view>
#include <vector>

#include "base/env.h"
#include "unixfs/shard.h"

namespace kit::unixfs {

// Where on the disk the entries go.
struct Folder {
    Path path;
    uint32_t depth = 0;  // Below the root of the export.
};

struct ListedLink {
    formats::PbLinkView link;
    std::string_view name;      // Empty when `link` leads to another shard of the same directory...
    ShardPath shard_path = {};  // ...which starts from here.
    bool leads_to_shard = false;
    bool is_shard() const { return leads_to_shard; }
};

// Immutable, so any thread may read it; keeps the block alive that its links point into.
class Listing final {
public:
    // Fails with corrupt when a plain directory has two entries of one name: threads would put them
    // in place in no particular order. (DEPARTURE: with Kubo the last one wins.)
    static Result<Listing> create(const formats::Cid& cid, FsNode node, Folder folder,
                                  ShardPath shard_path);

    const formats::Cid& cid() const { return cid_; }
    const Folder& folder() const { return folder_; }
    const std::vector<ListedLink>& links() const { return links_; }

private:
    Listing(formats::Cid cid, SharedBytes block, Folder folder)
        : cid_(std::move(cid)), block_(std::move(block)), folder_(std::move(folder)) {}
    Result<void> check_names() const;

    formats::Cid cid_;
    SharedBytes block_;
    Folder folder_;
    std::vector<ListedLink> links_;
};

}  // namespace kit::unixfs
