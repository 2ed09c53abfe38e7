// dag-pb nodes as plain objects with named links: patched and compared link by link, as Kubo's
// `object` does, with no view of the files they are made for.
#include <algorithm>

#include "base/limits.h"
#include "base/split.h"
#include "formats/dag_pb.h"
#include "node/parts.h"
#include "unixfs/data.h"
#include "unixfs/data_view.h"

namespace kit::node {
namespace {

using formats::PbLink;
using formats::PbNode;

constexpr auto dag_pb_codec = static_cast<uint64_t>(formats::Codec::dag_pb);

bool is_dag_pb(const Cid& cid) {
    return cid.codec() == dag_pb_codec;
}

// "a/b/c" as its names; empty ones stay, as in Kubo. A patch goes down them by recursion.
Result<std::vector<std::string_view>> names_of(std::string_view path) {
    std::vector<std::string_view> names = split(path, '/');
    if (names.size() <= limits::directory_depth_max) return names;
    return fail(Code::too_large, "the path has {} names, at most {} are followed", names.size(),
                limits::directory_depth_max);
}

PbLink* find_link(PbNode& node, std::string_view name) {
    const auto found = std::ranges::find(node.links, name, &PbLink::name);
    return found == node.links.end() ? nullptr : &*found;
}

// True when there was one.
bool remove_links(PbNode& node, std::string_view name) {
    return std::erase_if(node.links, [&](const PbLink& link) { return link.name == name; }) != 0;
}

PbNode empty_directory() {
    return {.links = {}, .data = unixfs::encode_unixfs({.type = unixfs::NodeType::directory})};
}

const char* type_name(unixfs::NodeType type) {
    switch (type) {
        case unixfs::NodeType::raw:
            return "Raw";
        case unixfs::NodeType::directory:
            return "Directory";
        case unixfs::NodeType::file:
            return "File";
        case unixfs::NodeType::metadata:
            return "Metadata";
        case unixfs::NodeType::symlink:
            return "Symlink";
        case unixfs::NodeType::hamt_shard:
            return "HAMTShard";
    }
    return "unknown";
}

struct PatchWords {
    const char* verb;    // "add named links to"
    const char* shard;   // "add links to"
    const char* advice;  // What to use for a shard.
    const char* noun;    // "addition"
};
constexpr PatchWords adding{"add named links to", "add links to",
                            "use 'ipfs files' commands instead", "addition"};
constexpr PatchWords removing{"remove links from", "remove links from",
                              "use 'ipfs files rm' instead", "removal"};

// Only a plain folder says nothing in its data that a changed link makes untrue.
Result<void> check_is_folder(const PbNode& node, const PatchWords& words) {
    const auto data = unixfs::view_unixfs(node.data ? ByteView(*node.data) : ByteView());
    if (!data) {
        return fail(Code::invalid_argument,
                    "cannot {} a non-UnixFS dag-pb node; pass --allow-non-unixfs to skip "
                    "validation",
                    words.verb);
    }
    if (data->type == unixfs::NodeType::directory) return {};
    if (data->type == unixfs::NodeType::hamt_shard) {
        return fail(Code::unsupported,
                    "cannot {} a HAMTShard at the dag-pb level (would corrupt the HAMT bitfield); "
                    "{}, or pass --allow-non-unixfs to override",
                    words.shard, words.advice);
    }
    return fail(Code::unsupported,
                "cannot {} a UnixFS {} node, only Directory nodes support link {} at the dag-pb "
                "level (see https://specs.ipfs.tech/unixfs/)",
                words.verb, type_name(data->type), words.noun);
}

// How a node that is made is named: as the one in whose place it comes.
struct Naming {
    int cid_version = 0;  // Of the folders that Kubo makes.
    uint64_t hash_code = static_cast<uint64_t>(formats::HashCode::sha2_256);
};

Naming naming_of(const Cid& cid) {
    return {.cid_version = cid.version(), .hash_code = cid.hash().code()};
}

// A patch under way: reads through the node, writes what it changes.
class Patch final {
public:
    Patch(Node& node, bool allow_big_block) : node_(node), allow_big_block_(allow_big_block) {}

    Result<PbNode> load(const Cid& cid) const {
        if (!is_dag_pb(cid)) return fail(Code::invalid_argument, "expected protobuf dag node");
        const SharedBytes body = TRY(node_.get_block(cid));
        return formats::decode_dag_pb(body.view());
    }

    // `link` with its last name, at the end of `path`.
    Result<PbLink> put_link(Naming naming, PbNode node, std::span<const std::string_view> path,
                            PbLink link, bool create) const {
        if (path.size() == 1) {
            if (path[0].empty()) {
                return fail(Code::invalid_argument, "cannot create link with no name");
            }
            remove_links(node, path[0]);
            link.name = path[0];
            node.links.push_back(std::move(link));
            return save(naming, std::move(node));
        }
        Naming child_naming;
        PbNode child = empty_directory();
        if (const PbLink* found = find_link(node, path[0]); found != nullptr) {
            child_naming = naming_of(found->cid);
            child = TRY(load(found->cid));
        } else if (!create) {
            return fail(Code::not_found, "no link by that name");
        }
        PbLink changed =
            TRY(put_link(child_naming, std::move(child), path.subspan(1), std::move(link), create));
        return replace(naming, std::move(node), path[0], std::move(changed));
    }

    Result<PbLink> drop_link(Naming naming, PbNode node,
                             std::span<const std::string_view> path) const {
        if (path.size() == 1) {
            if (!remove_links(node, path[0])) {
                return fail(Code::not_found, "no link by that name");
            }
            return save(naming, std::move(node));
        }
        const PbLink* found = find_link(node, path[0]);
        if (found == nullptr) return fail(Code::not_found, "no link by that name");
        const Cid child_cid = found->cid;
        PbNode child = TRY(load(child_cid));
        PbLink changed = TRY(drop_link(naming_of(child_cid), std::move(child), path.subspan(1)));
        return replace(naming, std::move(node), path[0], std::move(changed));
    }

private:
    Result<PbLink> replace(Naming naming, PbNode node, std::string_view name,
                           PbLink changed) const {
        remove_links(node, name);
        changed.name = name;
        node.links.push_back(std::move(changed));
        return save(naming, std::move(node));
    }

    // Stores it under the name that `naming` gives; a link to it, with the size of its DAG.
    Result<PbLink> save(Naming naming, PbNode node) const {
        std::ranges::stable_sort(node.links, {}, &PbLink::name);
        for (PbLink& link : node.links) link.has_name = link.has_total_size = true;
        if (node.data && node.data->empty()) node.data.reset();
        const Bytes body = formats::encode_dag_pb(node);
        uint64_t total_size = body.size();
        for (const PbLink& link : node.links) total_size += link.total_size;
        Cid cid = TRY(node_.put_block(body, {.codec = dag_pb_codec,
                                             .hash_code = naming.hash_code,
                                             .cid_version = naming.cid_version,
                                             .allow_big_block = allow_big_block_}));
        return PbLink{.cid = std::move(cid), .name = "", .total_size = total_size};
    }

    Node& node_;
    const bool allow_big_block_;
};

}  // namespace

Result<Cid> Node::patch_link(const Cid& root, std::string_view path, const Cid& child,
                             const PatchOptions& options) {
    const Patch patch(*this, options.allow_big_block);
    PbNode node = TRY(patch.load(root));
    const SharedBytes child_body = TRY(get_block(child));
    if (!options.allow_non_unixfs) TRY(check_is_folder(node, adding));
    PbLink link{.cid = child, .name = "", .total_size = child_body.size()};
    if (is_dag_pb(child)) {
        const PbNode child_node = TRY(formats::decode_dag_pb(child_body.view()));
        for (const PbLink& each : child_node.links) link.total_size += each.total_size;
    }
    const auto parts = TRY(names_of(path));
    PbLink changed = TRY(
        patch.put_link(naming_of(root), std::move(node), parts, std::move(link), options.create));
    return std::move(changed.cid);
}

Result<Cid> Node::unlink(const Cid& root, std::string_view path, const PatchOptions& options) {
    const Patch patch(*this, options.allow_big_block);
    PbNode node = TRY(patch.load(root));
    if (!options.allow_non_unixfs) TRY(check_is_folder(node, removing));
    const auto parts = TRY(names_of(path));
    PbLink changed = TRY(patch.drop_link(naming_of(root), std::move(node), parts));
    return std::move(changed.cid);
}

Result<std::vector<ObjectChange>> Node::compare_objects(const Cid& before, const Cid& after) const {
    using Kind = ObjectChange::Kind;
    std::vector<ObjectChange> changes;
    if (before == after) return changes;
    const SharedBytes old_body = TRY(get_block(before));
    const SharedBytes new_body = TRY(get_block(after));
    const auto whole = [&] {
        changes.push_back({Kind::changed, "", before, after});
        return changes;
    };
    if (!is_dag_pb(before) || !is_dag_pb(after)) return whole();
    PbNode old_node = TRY(formats::decode_dag_pb(old_body.view()));
    PbNode new_node = TRY(formats::decode_dag_pb(new_body.view()));
    if (old_node.links.empty() && new_node.links.empty()) return whole();
    const std::vector<PbLink> old_links = old_node.links;
    PbNode all_new = new_node;
    for (const PbLink& link : old_links) {
        const PbLink* other = find_link(all_new, link.name);
        if (other == nullptr) continue;
        remove_links(old_node, link.name);
        remove_links(new_node, link.name);
        if (link.cid == other->cid) continue;
        std::vector<ObjectChange> below = TRY(compare_objects(link.cid, other->cid));
        for (ObjectChange& each : below) {
            each.path = each.path.empty() ? link.name : link.name + "/" + each.path;
            changes.push_back(std::move(each));
        }
    }
    for (const PbLink& link : old_node.links) {
        changes.push_back({Kind::removed, link.name, link.cid, std::nullopt});
    }
    for (const PbLink& link : new_node.links) {
        changes.push_back({Kind::added, link.name, std::nullopt, link.cid});
    }
    return changes;
}

}  // namespace kit::node
