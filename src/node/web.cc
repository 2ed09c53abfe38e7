// What a gateway reads: see web.h.
#include "node/web.h"

#include "base/go_text.h"
#include "node/parts.h"
#include "node/reading.h"
#include "unixfs/fs_node.h"

namespace kit::node {
namespace {

using unixfs::FsNode;
using unixfs::NodeType;

Result<Opened> open_file_system_node(const Cid& cid, SharedBytes block) {
    Opened opened;
    opened.cid = cid;
    opened.block = block;
    if (cid.is(formats::Codec::raw)) {
        opened.kind = Opened::Kind::file;
        opened.size_bytes = block.size();
        opened.whole = std::move(block);
        return opened;
    }
    const FsNode node = TRY(unixfs::parse_node(cid, std::move(block)));
    opened.mtime = node.data.mtime;
    switch (node.data.type) {
        case NodeType::directory:
        case NodeType::hamt_shard:
            opened.kind = Opened::Kind::directory;
            opened.size_bytes = node.total_size_bytes();
            break;
        case NodeType::symlink:
            opened.kind = Opened::Kind::symlink;
            opened.whole = node.share_data();
            opened.size_bytes = opened.whole->size();
            break;
        case NodeType::raw:
        case NodeType::file:
            opened.kind = Opened::Kind::file;
            opened.size_bytes = TRY(unixfs::content_size(node, cid));
            if (node.pb.links.empty()) opened.whole = node.share_data();
            break;
        case NodeType::metadata:
            return fail(Code::unsupported, "unsupported UnixFS type");
    }
    return opened;
}

}  // namespace

Result<Trail> Node::follow(const Cid& root, std::span<const std::string> segments) const {
    Trail trail;
    trail.last = root;
    // As Kubo, each path on the way is asked about: what is below a blocked one is blocked.
    dag::ContentPath way{.root = root, .name = {}, .segments = {}, .root_text = root.to_text()};
    TRY(parts_->check(way));
    const Reading source = reading({.follows_links = false});
    for (const std::string& segment : segments) {
        dag::ContentPath step{.root = trail.last, .name = {}, .segments = trail.remainder};
        step.segments.push_back(segment);
        way.segments.push_back(segment);
        TRY(parts_->check(way));
        auto resolved = dag::resolve_path(source, step, parts_->entries);
        if (!resolved && resolved.error().code == Code::not_found) {
            return fail(Code::not_found, "no link named {} under {}", go_quote(segment),
                        trail.last.to_text());
        }
        if (!resolved) return std::unexpected(std::move(resolved).error());
        trail.parents.push_back(std::move(trail.last));
        trail.last = std::move(resolved->cid);
        trail.remainder = std::move(resolved->remainder);
    }
    return trail;
}

Result<Opened> Node::open_block(const Cid& cid) const {
    SharedBytes block = TRY(reading({.follows_links = false}).get(cid));
    if (cid.is(formats::Codec::raw) || cid.is(formats::Codec::dag_pb)) {
        return open_file_system_node(cid, std::move(block));
    }
    Opened opened;
    opened.cid = cid;
    opened.size_bytes = block.size();
    opened.whole = block;
    opened.block = std::move(block);
    return opened;
}

Result<void> Node::each_entry(
    const Cid& directory, const std::function<Result<bool>(const unixfs::Entry&)>& visit) const {
    return unixfs::each_entry(
        reading({.is_given = false, .uses_recent = false, .follows_links = false}), directory,
        visit);
}

Result<bool> Node::has_block(const Cid& cid) const {
    return parts_->store->has(cid);
}

}  // namespace kit::node
