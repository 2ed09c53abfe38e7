#include "unixfs/node_maker.h"

#include "base/limits.h"
#include "formats/multihash.h"
#include "formats/varint.h"

namespace kit::unixfs {
namespace {

using formats::HashCode;

constexpr uint64_t batch_size_bytes = 1 * MiB;
constexpr size_t batch_block_count = 256;

uint64_t size_of(std::span<const ByteView> pieces) {
    uint64_t size = 0;
    for (const ByteView piece : pieces) size += piece.size();
    return size;
}

}  // namespace

Result<NodeMaker> NodeMaker::create(const DagShape& shape) {
    if (shape.cid_version != 0 && shape.cid_version != 1) {
        return fail(Code::invalid_argument, "unknown CID version: {}", shape.cid_version);
    }
    if (shape.cid_version == 0 && shape.hash_code != static_cast<uint64_t>(HashCode::sha2_256)) {
        return fail(Code::invalid_argument, "CIDv0 only supports sha2-256");
    }
    if (!formats::is_allowed_hash(shape.hash_code)) {
        return fail(Code::invalid_argument, "potentially insecure hash functions not allowed");
    }
    if (shape.inline_blocks && shape.inline_size_bytes_max > limits::digest_size_bytes_max) {
        return fail(Code::invalid_argument,
                    "inline-limit {} exceeds maximum allowed size of {} bytes",
                    shape.inline_size_bytes_max, limits::digest_size_bytes_max);
    }
    NodeMaker maker;
    maker.cid_version_ = shape.cid_version;
    maker.hash_code_ = shape.hash_code;
    maker.is_inline_ = shape.inline_blocks;
    maker.inline_size_bytes_max_ = shape.inline_size_bytes_max;
    maker.is_data_first_ = shape.data_first;
    return maker;
}

Result<formats::Cid> NodeMaker::cid_of(formats::Codec codec,
                                       std::span<const ByteView> pieces) const {
    const uint64_t size = size_of(pieces);
    const bool is_identity = (is_inline_ && size <= inline_size_bytes_max_) ||
                             hash_code_ == static_cast<uint64_t>(HashCode::identity);
    if (is_identity) {
        if (size > limits::digest_size_bytes_max) {
            return fail(Code::too_large,
                        "digest too large: identity digest got {} bytes, maximum {}", size,
                        limits::digest_size_bytes_max);
        }
        const auto hash = TRY(formats::hash(static_cast<uint64_t>(HashCode::identity), pieces));
        return formats::Cid::v1(codec, hash);
    }
    if (hash_code_ != static_cast<uint64_t>(HashCode::sha2_256)) {
        const auto hash = TRY(formats::hash(hash_code_, pieces));
        return formats::Cid::v1(codec, hash);
    }
    const formats::Multihash hash = formats::sha2_256(pieces);
    // A raw leaf has no version 0.
    if (cid_version_ == 0 && codec == formats::Codec::dag_pb) return formats::Cid::v0(hash);
    return formats::Cid::v1(codec, hash);
}

Bytes NodeMaker::pb_node(Bytes links, ByteView data) const {
    if (!is_data_first_) {
        append_pb_data(links, data);
        return links;
    }
    Bytes block;
    append_pb_data(block, data);
    append(block, links);
    return block;
}

void append_pb_link(Bytes& out, ByteView cid, std::string_view name_prefix, std::string_view name,
                    uint64_t total_size) {
    using formats::append_varint;
    using formats::varint_size;
    const size_t name_size = name_prefix.size() + name.size();
    out.push_back(2 << 3 | 2);
    append_varint(out, 3 + varint_size(cid.size()) + cid.size() + varint_size(name_size) +
                           name_size + varint_size(total_size));
    out.push_back(1 << 3 | 2);
    append_varint(out, cid.size());
    append(out, cid);
    out.push_back(2 << 3 | 2);
    append_varint(out, name_size);
    append(out, as_bytes(name_prefix));
    append(out, as_bytes(name));
    out.push_back(3 << 3);
    append_varint(out, total_size);
}

void append_pb_data(Bytes& out, ByteView data) {
    out.push_back(1 << 3 | 2);
    formats::append_varint(out, data.size());
    append(out, data);
}

Result<void> BlockBatch::add(const blocks::NewBlock& block) {
    // An identity CID is its own block.
    if (target_.store == nullptr || block.cid.hash().is_identity()) return {};
    blocks_.push_back(block);
    size_bytes_ += block.size_bytes();
    if (size_bytes_ < batch_size_bytes && blocks_.size() < batch_block_count) return {};
    return put();
}

Result<void> BlockBatch::add(const formats::Cid& cid, Bytes body) {
    if (target_.store == nullptr || cid.hash().is_identity()) return {};
    bodies_.push_back(std::move(body));
    return add(blocks::NewBlock{.cid = cid, .head = {}, .body = bodies_.back(), .tail = {}});
}

Result<void> BlockBatch::put() {
    if (blocks_.empty()) return {};
    ASSERT(target_.lease != nullptr);
    const uint64_t new_bytes = TRY(target_.store->put(*target_.lease, blocks_));
    target_.bytes_stored.fetch_add(new_bytes, std::memory_order_relaxed);
    blocks_.clear();
    bodies_.clear();
    size_bytes_ = 0;
    return {};
}

}  // namespace kit::unixfs
