#include "unixfs/mfs_node.h"

#include "base/limits.h"

namespace kit::unixfs {

using formats::Cid;
using formats::Codec;

namespace {

constexpr uint64_t sha2_256_code = static_cast<uint64_t>(formats::HashCode::sha2_256);
constexpr uint64_t identity_code = static_cast<uint64_t>(formats::HashCode::identity);

Bytes encode_data_first(const PbFsNode& node) {
    Bytes block;
    append_pb_data(block, encode_unixfs(node.data));
    for (const formats::PbLink& link : node.links) {
        append_pb_link(block, link.cid.bytes(), {}, link.name, link.total_size);
    }
    return block;
}

}  // namespace

CidForm CidForm::of(const Cid& cid) {
    return {.version = cid.version(), .hash_code = cid.hash().code()};
}

Result<Cid> cid_in_form(CidForm form, Codec codec, std::span<const ByteView> pieces) {
    DagShape shape{.cid_version = form.version, .hash_code = form.hash_code};
    if (form.hash_code == identity_code) {
        uint64_t size_bytes = 0;
        for (const ByteView piece : pieces) size_bytes += piece.size();
        if (size_bytes > limits::digest_size_bytes_max) shape.hash_code = sha2_256_code;
    }
    const NodeMaker maker = TRY(NodeMaker::create(shape));
    return maker.cid_of(codec, pieces);
}

Result<PbFsNode> PbFsNode::from_block(const Cid& cid, ByteView block) {
    auto pb = formats::decode_dag_pb(block);
    if (!pb) return fail_because(std::move(pb).error(), "cannot read {}", cid.to_text());
    const Bytes empty;
    auto data = decode_unixfs(pb->data ? *pb->data : empty);
    if (!data) {
        return fail_because(std::move(data).error(), "{} is no file or directory", cid.to_text());
    }
    return PbFsNode{
        .data = *std::move(data), .links = std::move(pb->links), .form = CidForm::of(cid)};
}

void PbFsNode::add_part(const FileLink& part) {
    links.push_back({.cid = part.cid, .name = {}, .total_size = part.total_size});
    data.block_sizes.push_back(part.file_size);
    data.file_size = data.file_size.value_or(0) + part.file_size;
}

Result<FileLink> PbFsNode::save(const PutBlock& put) const {
    Bytes block = put.is_data_first
                      ? encode_data_first(*this)
                      : formats::encode_dag_pb({.links = links, .data = encode_unixfs(data)});
    const ByteView view = block;
    FileLink link;
    link.cid = TRY(cid_in_form(form, Codec::dag_pb, {&view, 1}));
    link.file_size = data.file_size.value_or(0);
    link.total_size = block.size();
    for (const formats::PbLink& child : links) {
        if (__builtin_add_overflow(link.total_size, child.total_size, &link.total_size)) {
            link.total_size = UINT64_MAX;
            break;
        }
    }
    TRY(put(link.cid, std::move(block)));
    return link;
}

}  // namespace kit::unixfs
