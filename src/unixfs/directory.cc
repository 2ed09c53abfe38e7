// Directories as the reader shows them: plain ones are one block, sharded ones a trie of blocks.
#include "unixfs/directory.h"

#include "unixfs/file_walk.h"
#include "unixfs/hamt.h"
#include "unixfs/shard.h"

namespace kit::unixfs {
namespace {

using blocks::Source;
using formats::Cid;

// Depth is bounded by the bits of a hash: 22 shards with the narrowest fanout.
// All shards below are read, whatever becomes of the entries.
Result<void> announce_shards(const Source& source, const Cid& cid, const Shard& shard) {
    std::vector<Cid> shards;
    TRY(shard.each_link([&](const ShardLink& link) -> Result<bool> {
        if (link.is_shard()) shards.push_back(TRY(cid_of_link(*link.link, cid)));
        return true;
    }));
    if (!shards.empty()) source.want_soon(shards);
    return {};
}

Result<bool> visit_shard(const Source& source, const Cid& cid, FsNode node, ShardPath path,
                         const VisitEntry& visit) {
    const Shard shard = TRY(Shard::from_node(cid, std::move(node), path));
    TRY(announce_shards(source, cid, shard));
    return shard.each_link([&](const ShardLink& link) -> Result<bool> {
        Cid child = TRY(cid_of_link(*link.link, cid));
        if (!link.is_shard()) {
            return visit({std::string(link.key), std::move(child), link.link->total_size});
        }
        FsNode below = TRY(load_node(source, child));
        return visit_shard(source, child, std::move(below), link.path, visit);
    });
}

// Gives the links of a plain directory, and of any other node that only has some.
Result<void> visit_links(const Cid& cid, const FsNode& node, const VisitEntry& visit) {
    for (const formats::PbLinkView& link : node.pb.links) {
        Cid child = TRY(cid_of_link(link, cid));
        const bool goes_on =
            TRY(visit({std::string(link.name), std::move(child), link.total_size}));
        if (!goes_on) break;
    }
    return {};
}

Result<std::optional<Cid>> find_by_link_name(const Cid& cid, const formats::PbNodeView& node,
                                             std::string_view name) {
    for (const formats::PbLinkView& link : node.links) {
        if (link.name != name) continue;
        Cid child = TRY(cid_of_link(link, cid));
        return child;
    }
    return std::nullopt;
}

Result<std::optional<Cid>> find_in_shards(const Source& source, Cid cid, FsNode node,
                                          std::string_view name) {
    const uint64_t hash = hamt_hash(name);
    ShardPath path;
    for (;;) {
        const Shard shard = TRY(Shard::from_node(cid, std::move(node), path));
        const auto link = TRY(shard.find_slot(hash));
        if (!link) return std::nullopt;
        cid = TRY(cid_of_link(*link->link, shard.cid()));
        if (!link->is_shard()) {
            return link->key == name ? std::optional(std::move(cid)) : std::nullopt;
        }
        node = TRY(load_node(source, cid));
        path = link->path;
    }
}

ListedEntry list_by_link(const Entry& entry) {
    ListedEntry listed{.name = entry.name, .cid = entry.cid};
    // Raw leaves need no look: they are files as long as their link says.
    if (entry.cid.is(formats::Codec::raw)) {
        listed.type = EntryType::file;
        listed.size_bytes = entry.total_size_bytes;
    }
    return listed;
}

Result<void> add_facts_of_child(const Source& source, ListedEntry& listed) {
    const FsNode child = TRY(load_node(source, listed.cid));
    listed.mode = child.data.mode;
    listed.mtime = child.data.mtime;
    switch (child.data.type) {
        case NodeType::raw:
        case NodeType::file:
            listed.type = EntryType::file;
            listed.size_bytes = child.data.file_size.value_or(0);
            break;
        case NodeType::directory:
        case NodeType::hamt_shard:
        case NodeType::metadata:
            listed.type = EntryType::directory;
            break;
        case NodeType::symlink:
            listed.type = EntryType::symlink;
            listed.symlink_target = as_text(child.data.data_or_empty());
            listed.size_bytes = listed.symlink_target.size();
            break;
    }
    return {};
}

}  // namespace

Result<void> visit_entries(const Source& source, const Cid& cid, FsNode node,
                           const VisitEntry& visit) {
    if (node.data.type != NodeType::hamt_shard) return visit_links(cid, node, visit);
    TRY(visit_shard(source, cid, std::move(node), {}, visit));
    return {};
}

Result<NodeInfo> read_info(const Source& source, const Cid& cid) {
    const FsNode node = TRY(load_node(source, cid));
    NodeInfo info{.total_size_bytes = node.total_size_bytes(),
                  .block_size_bytes = node.block.size(),
                  .link_count = node.pb.links.size(),
                  .mode = node.data.mode,
                  .mtime = node.data.mtime};
    info.is_sharded = node.data.type == NodeType::hamt_shard;
    if (node.is_directory()) {
        info.type = EntryType::directory;
    } else if (node.data.type == NodeType::symlink) {
        info.type = EntryType::symlink;
        info.symlink_target = as_text(node.data.data_or_empty());
    } else if (node.is_file()) {
        info.file_size_bytes = TRY(content_size(node, cid));
    } else {
        // Metadata wraps a file, and is as large as that.
        const FileWalk walk = TRY(FileWalk::open(source, cid, node, 0, 0));
        info.file_size_bytes = walk.file_size_bytes();
    }
    return info;
}

Result<void> each_entry(const Source& source, const Cid& directory, const VisitEntry& visit) {
    FsNode node = TRY(load_node(source, directory));
    if (!node.is_directory()) {
        return fail(Code::invalid_argument, "merkledag node was not a directory or shard: {}",
                    directory.to_text());
    }
    return visit_entries(source, directory, std::move(node), visit);
}

Result<void> each_listed(const Source& source, const Cid& cid, ReadChildren read_children,
                         const std::function<Result<bool>(const ListedEntry&)>& visit) {
    const auto visit_entry = [&](const Entry& entry) -> Result<bool> {
        ListedEntry listed = list_by_link(entry);
        if (read_children == ReadChildren::yes && entry.cid.is(formats::Codec::dag_pb)) {
            TRY(add_facts_of_child(source, listed));
        }
        return visit(listed);
    };
    if (cid.is(formats::Codec::dag_pb)) {
        FsNode node = TRY(load_node(source, cid));
        if (read_children == ReadChildren::yes) announce_links(source, node);
        return visit_entries(source, cid, std::move(node), visit_entry);
    }
    // What is no dag-pb has links without names and sizes.
    const SharedBytes block = TRY(source.get(cid));
    const std::vector<Cid> links = TRY(formats::links_of(cid.codec(), block.view()));
    for (const Cid& link : links) {
        const bool goes_on = TRY(visit_entry({.name = "", .cid = link}));
        if (!goes_on) break;
    }
    return {};
}

Result<std::optional<Cid>> DirectoryLookup::find_entry(const Source& source, const Cid& cid,
                                                       std::string_view name) const {
    if (!cid.is(formats::Codec::dag_pb) || name.empty()) return std::nullopt;
    SharedBytes block = TRY(source.get(cid));
    auto pb = formats::view_dag_pb(block.view());
    if (!pb) return fail_because(std::move(pb).error(), "cannot read {}", cid.to_text());
    // A dag-pb node that is no UnixFS node is passed through by the names of its links.
    if (!view_unixfs(pb->data.value_or(ByteView()))) return find_by_link_name(cid, *pb, name);
    FsNode node = TRY(parse_node(cid, std::move(block)));
    if (node.data.type == NodeType::directory) return find_by_link_name(cid, node.pb, name);
    if (node.data.type != NodeType::hamt_shard) return std::nullopt;
    return find_in_shards(source, cid, std::move(node), name);
}

}  // namespace kit::unixfs
