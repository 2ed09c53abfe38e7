#include "unixfs/listing.h"

#include <algorithm>
#include <unordered_set>

namespace kit::unixfs {

Result<Listing> Listing::create(const formats::Cid& cid, FsNode node, Folder folder,
                                ShardPath shard_path) {
    const bool is_sharded = node.data.type == NodeType::hamt_shard;
    if (shard_path.bit_count > 0 && !is_sharded) {
        return fail(Code::corrupt, "node was not a dir shard: {}", cid.to_text());
    }
    Listing listing(cid, node.block, std::move(folder));
    listing.links_.reserve(node.pb.links.size());
    if (!is_sharded) {
        for (const formats::PbLinkView& link : node.pb.links) {
            listing.links_.push_back({.link = link, .name = link.name});
        }
        TRY(listing.check_names());
        return listing;
    }
    const Shard shard = TRY(Shard::from_node(cid, std::move(node), shard_path));
    TRY(shard.each_link([&](const ShardLink& link) -> Result<bool> {
        listing.links_.push_back({*link.link, link.key, link.path, link.is_shard()});
        return true;
    }));
    return listing;
}

Result<void> Listing::check_names() const {
    const bool is_sorted = std::ranges::adjacent_find(links_, std::ranges::greater_equal(),
                                                      &ListedLink::name) == links_.end();
    if (is_sorted) return {};
    std::unordered_set<std::string_view> names;
    for (const ListedLink& link : links_) {
        if (names.insert(link.name).second) continue;
        return fail(Code::corrupt, "the directory {} has two entries called '{}'", cid_.to_text(),
                    link.name);
    }
    return {};
}

}  // namespace kit::unixfs
