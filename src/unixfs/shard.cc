#include "unixfs/shard.h"

#include <bit>

#include "unixfs/hamt.h"

namespace kit::unixfs {
namespace {

constexpr uint32_t hash_bit_count = 64;

uint64_t first_bits(uint64_t hash, uint32_t count) {
    return count == 0 ? 0 : hash >> (hash_bit_count - count);
}

size_t count_ones(ByteView bitfield) {
    size_t count = 0;
    for (const uint8_t byte : bitfield) count += static_cast<size_t>(std::popcount(byte));
    return count;
}

}  // namespace

Result<Shard> Shard::from_node(const formats::Cid& cid, FsNode node, ShardPath path) {
    if (node.data.type != NodeType::hamt_shard) {
        return fail(Code::corrupt, "node was not a dir shard: {}", cid.to_text());
    }
    if (node.data.hash_type != hamt_hash_type) {
        return fail(Code::unsupported, "only murmur3 supported as hash function, by {} it is {:#x}",
                    cid.to_text(), node.data.hash_type.value_or(0));
    }
    const auto shape = HamtShape::create(node.data.fanout.value_or(0));
    if (!shape) return fail(Code::corrupt, "{}: {}", cid.to_text(), shape.error().message);
    const uint32_t fanout = shape->fanout();
    const ByteView bitfield = node.data.data_or_empty();
    if (bitfield.size() > fanout / 8) {
        return fail(Code::corrupt, "hamt bitfield of {} bytes exceeds fanout of {} in {}",
                    bitfield.size(), fanout, cid.to_text());
    }
    if (count_ones(bitfield) != node.pb.links.size()) {
        return fail(Code::corrupt, "the shard {} has {} links and {} slots taken", cid.to_text(),
                    node.pb.links.size(), count_ones(bitfield));
    }
    Shard shard(cid, std::move(node), path);
    shard.fanout_ = fanout;
    shard.bits_per_level_ = static_cast<uint32_t>(std::countr_zero(fanout));
    shard.prefix_size_ = shape->prefix_size();
    if (path.bit_count + shard.bits_per_level_ > hash_bit_count) {
        return fail(Code::corrupt, "sharded directory too deep at {}", cid.to_text());
    }
    return shard;
}

// "Bit i is in byte size - 1 - i / 8": the bitfield is a big-endian number without leading zeros.
bool Shard::is_taken(uint32_t slot) const {
    const ByteView bitfield = node_.data.data_or_empty();
    const size_t byte = slot / 8;
    return byte < bitfield.size() && (bitfield[bitfield.size() - 1 - byte] >> (slot % 8) & 1) != 0;
}

Result<ShardLink> Shard::read_link(size_t index, uint32_t slot) const {
    const formats::PbLinkView& link = node_.pb.links[index];
    const std::string prefix = fmt::format("{:0{}X}", slot, prefix_size_);
    if (!link.name.starts_with(prefix)) {
        return fail(Code::corrupt, "invalid link name '{}' in the shard {}, slot {}", link.name,
                    cid_.to_text(), prefix);
    }
    ShardLink result{&link, link.name.substr(prefix_size_), path_};
    result.path.bits = path_.bits << bits_per_level_ | slot;
    result.path.bit_count += bits_per_level_;
    if (!result.is_shard() &&
        first_bits(hamt_hash(result.key), result.path.bit_count) != result.path.bits) {
        return fail(Code::corrupt, "the entry '{}' is not where its hash puts it, in the shard {}",
                    result.key, cid_.to_text());
    }
    return result;
}

Result<bool> Shard::each_link(const std::function<Result<bool>(const ShardLink&)>& visit) const {
    size_t index = 0;
    for (uint32_t slot = 0; slot < fanout_; ++slot) {
        if (!is_taken(slot)) continue;
        const ShardLink link = TRY(read_link(index++, slot));
        const bool goes_on = TRY(visit(link));
        if (!goes_on) return false;
    }
    return true;
}

Result<std::optional<ShardLink>> Shard::find_slot(uint64_t name_hash) const {
    const uint64_t bits = first_bits(name_hash, path_.bit_count + bits_per_level_);
    const auto slot = static_cast<uint32_t>(bits & (fanout_ - 1));
    if (!is_taken(slot)) return std::nullopt;
    size_t index = 0;
    for (uint32_t before = 0; before < slot; ++before) index += is_taken(before) ? 1 : 0;
    const ShardLink link = TRY(read_link(index, slot));
    return link;
}

}  // namespace kit::unixfs
