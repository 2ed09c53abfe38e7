#include "unixfs/fs_node.h"

namespace kit::unixfs {

using formats::Cid;
using formats::Codec;

SharedBytes FsNode::share_data() const {
    const ByteView view = data.data_or_empty();
    if (view.empty()) return {};
    return block.slice(static_cast<size_t>(view.data() - block.view().data()), view.size());
}

uint64_t FsNode::total_size_bytes() const {
    uint64_t total = block.size();
    for (const formats::PbLinkView& link : pb.links) {
        if (__builtin_add_overflow(total, link.total_size, &total)) return UINT64_MAX;
    }
    return total;
}

Result<FsNode> load_node(const blocks::Source& source, const Cid& cid) {
    if (!cid.is(Codec::raw) && !cid.is(Codec::dag_pb)) {
        // Kubo fetches first, so that a block which is not there is what it speaks of.
        TRY(source.get(cid));
        return fail(Code::unsupported, "unknown node type");
    }
    SharedBytes block = TRY(source.get(cid));
    return parse_node(cid, std::move(block));
}

Result<FsNode> parse_node(const Cid& cid, SharedBytes block) {
    FsNode node;
    node.block = std::move(block);
    if (cid.is(Codec::raw)) {
        node.is_raw = true;
        node.data.type = NodeType::raw;
        node.data.data = node.block.view();
        return node;
    }
    if (!cid.is(Codec::dag_pb)) return fail(Code::unsupported, "unknown node type");
    auto pb = formats::view_dag_pb(node.block.view());
    if (!pb) return fail_because(std::move(pb).error(), "cannot read {}", cid.to_text());
    node.pb = *std::move(pb);
    auto data = view_unixfs(node.pb.data.value_or(ByteView()));
    if (!data) {
        return fail_because(std::move(data).error(), "{} is no file or directory", cid.to_text());
    }
    node.data = *std::move(data);
    return node;
}

Result<Cid> cid_of_link(const formats::PbLinkView& link, const Cid& node) {
    auto cid = Cid::from_bytes(link.cid);
    if (cid) return *std::move(cid);
    return fail(Code::corrupt, "{} has a link that is no CID: {}", node.to_text(),
                cid.error().message);
}

void announce_links(const blocks::Source& source, const FsNode& node) {
    std::vector<Cid> cids;
    cids.reserve(node.pb.links.size());
    for (const formats::PbLinkView& link : node.pb.links) {
        // One that is no CID is told about by whoever follows it.
        if (auto cid = Cid::from_bytes(link.cid)) cids.push_back(*std::move(cid));
    }
    if (!cids.empty()) source.want_soon(cids);
}

Result<uint64_t> content_size(const FsNode& node, const Cid& cid) {
    if (node.pb.links.size() != node.data.block_sizes.size()) {
        return fail(Code::corrupt, "the file node {} has {} links and {} block sizes",
                    cid.to_text(), node.pb.links.size(), node.data.block_sizes.size());
    }
    uint64_t size = node.data.data_or_empty().size();
    for (const uint64_t block_size : node.data.block_sizes) {
        if (__builtin_add_overflow(size, block_size, &size)) {
            return fail(Code::corrupt, "the block sizes of the file node {} overflow",
                        cid.to_text());
        }
    }
    if (node.data.file_size && *node.data.file_size != size) {
        return fail(Code::corrupt, "the file node {} says {} bytes and has {}", cid.to_text(),
                    *node.data.file_size, size);
    }
    return size;
}

}  // namespace kit::unixfs
