#include "unixfs/directory_builder.h"

#include <algorithm>

#include "formats/varint.h"

namespace kit::unixfs {
namespace {

constexpr size_t block_size_bytes_min = 512;
constexpr size_t block_size_bytes_max = 256 * KiB;

std::unexpected<Error> fail_twice() {
    return fail(Code::already_exists, "directory already has entry by that name");
}

// Reads the varint at `offset` of bytes that we wrote ourselves, and moves `offset` behind it.
uint64_t take_varint(ByteView bytes, size_t& offset) {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
        const uint8_t byte = bytes[offset++];
        value |= static_cast<uint64_t>(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
    }
}

}  // namespace

void DirectoryBuilder::add(std::string_view name, const formats::Cid& cid, uint64_t total_size) {
    // 5 keys and 5 lengths or numbers of at most 10 bytes.
    const size_t size_max = name.size() + cid.bytes().size() + 55;
    if (blocks_.empty() || blocks_.back().capacity() - blocks_.back().size() < size_max) {
        const size_t doubled = blocks_.empty() ? 0 : 2 * blocks_.back().capacity();
        blocks_.emplace_back().reserve(
            std::max(size_max, std::clamp(doubled, block_size_bytes_min, block_size_bytes_max)));
    }
    Bytes& block = blocks_.back();
    const size_t before = block.size();
    append_pb_link(block, cid.bytes(), {}, name, total_size);
    if (entry_count_ > 0 && name <= last_name_) is_sorted_ = false;
    last_name_ = name;
    ++entry_count_;
    links_estimate_ += name.size() + cid.bytes().size();
    links_size_ += block.size() - before;
    children_size_ += total_size;
}

Result<DirectoryNode> DirectoryBuilder::finish(const Stat& stat, BlockBatch& batch) {
    if (!needs_shards(stat)) return finish_plain(stat, batch);
    const std::vector<Hashed> entries = TRY(by_hash());
    DirectoryNode node = TRY(finish_shard(entries, 0, stat, batch));
    node.is_sharded = true;
    return node;
}

// boxo:ipld/unixfs/io/directory.go needsToSwitchToHAMTDir: to HAMT above the threshold, not at it.
bool DirectoryBuilder::needs_shards(const Stat& stat) const {
    if (shape_.hamt_threshold_bytes == 0) return false;
    if (shape_.links_max > 0 && entry_count_ > shape_.links_max) return true;
    switch (shape_.size_estimate) {
        case SizeEstimate::disabled:
            return false;
        case SizeEstimate::links:
            return links_estimate_ > shape_.hamt_threshold_bytes;
        case SizeEstimate::block: {
            Bytes data;
            append_pb_data(
                data, encode_unixfs(
                          {.type = NodeType::directory, .mode = stat.mode, .mtime = stat.mtime}));
            return data.size() + links_size_ > shape_.hamt_threshold_bytes;
        }
    }
    return false;
}

template <typename Visit>
void DirectoryBuilder::each(Visit visit) const {
    for (uint32_t block = 0; block < blocks_.size(); ++block) {
        for (uint32_t offset = 0; offset < blocks_[block].size();) {
            const Position position{block, offset};
            const Entry entry = entry_at(position);
            visit(position, entry);
            offset += static_cast<uint32_t>(entry.link.size());
        }
    }
}

DirectoryBuilder::Entry DirectoryBuilder::entry_at(Position position) const {
    const ByteView bytes = ByteView(blocks_[position.block]).subspan(position.offset);
    size_t offset = 1;
    const uint64_t size = take_varint(bytes, offset);
    Entry entry;
    entry.link = bytes.first(offset + size);
    ++offset;
    const uint64_t cid_size = take_varint(bytes, offset);
    entry.cid = bytes.subspan(offset, cid_size);
    offset += cid_size + 1;
    const uint64_t name_size = take_varint(bytes, offset);
    entry.name = as_text(bytes.subspan(offset, name_size));
    offset += name_size + 1;
    entry.total_size = take_varint(bytes, offset);
    ASSERT(offset == entry.link.size());
    return entry;
}

Result<DirectoryNode> DirectoryBuilder::finish_plain(const Stat& stat, BlockBatch& batch) const {
    Bytes links;
    links.reserve(links_size_ + 64);
    if (is_sorted_) {
        for (const Bytes& block : blocks_) append(links, block);
    } else {
        std::vector<Entry> entries;
        entries.reserve(entry_count_);
        each([&entries](Position, const Entry& entry) { entries.push_back(entry); });
        std::ranges::sort(entries, {}, &Entry::name);
        const auto twice = std::ranges::adjacent_find(entries, {}, &Entry::name);
        if (twice != entries.end()) return fail_twice();
        for (const Entry& entry : entries) append(links, entry.link);
    }
    return finish_node(std::move(links), children_size_,
                       {.type = NodeType::directory, .mode = stat.mode, .mtime = stat.mtime},
                       batch);
}

Result<std::vector<DirectoryBuilder::Hashed>> DirectoryBuilder::by_hash() const {
    std::vector<Hashed> entries;
    entries.reserve(entry_count_);
    each([&entries](Position position, const Entry& entry) {
        entries.push_back({hamt_hash(entry.name), position});
    });
    std::ranges::sort(entries, {}, &Hashed::hash);
    for (size_t i = 1; i < entries.size(); ++i) {
        if (entries[i - 1].hash != entries[i].hash) continue;
        if (entry_at(entries[i - 1].position).name == entry_at(entries[i].position).name) {
            return fail_twice();
        }
    }
    return entries;
}

// `entries` agree in the bits of all levels above. Depth is at most 64 / 3, for want of bits.
Result<DirectoryNode> DirectoryBuilder::finish_shard(std::span<const Hashed> entries,
                                                     uint32_t level, const Stat& stat,
                                                     BlockBatch& batch) const {
    Bytes links;
    HamtBitfield taken(shape_.hamt.fanout());
    uint64_t children_size = 0;
    while (!entries.empty()) {
        const std::optional<uint32_t> slot = shape_.hamt.slot(entries[0].hash, level);
        if (!slot) return fail(Code::unsupported, "sharded directory too deep");
        size_t count = 1;
        while (count < entries.size() && shape_.hamt.slot(entries[count].hash, level) == slot) {
            ++count;
        }
        taken.set(*slot);
        const std::string prefix = shape_.hamt.prefix(*slot);
        if (count == 1) {
            const Entry entry = entry_at(entries[0].position);
            append_pb_link(links, entry.cid, prefix, entry.name, entry.total_size);
            children_size += entry.total_size;
        } else {
            const DirectoryNode child =
                TRY(finish_shard(entries.first(count), level + 1, {}, batch));
            append_pb_link(links, child.cid.bytes(), prefix, {}, child.total_size);
            children_size += child.total_size;
        }
        entries = entries.subspan(count);
    }
    return finish_node(std::move(links), children_size,
                       {.type = NodeType::hamt_shard,
                        .data = taken.to_bytes(),
                        .hash_type = hamt_hash_type,
                        .fanout = shape_.hamt.fanout(),
                        .mode = stat.mode,
                        .mtime = stat.mtime},
                       batch);
}

Result<DirectoryNode> DirectoryBuilder::finish_node(Bytes links, uint64_t children_size,
                                                    const UnixFsData& data,
                                                    BlockBatch& batch) const {
    Bytes block = maker_.pb_node(std::move(links), encode_unixfs(data));
    const ByteView view = block;
    DirectoryNode node;
    node.cid = TRY(maker_.cid_of(formats::Codec::dag_pb, {&view, 1}));
    node.total_size = children_size + view.size();
    TRY(batch.add(node.cid, std::move(block)));
    return node;
}

}  // namespace kit::unixfs
