// One block of a sharded directory (HAMT), as the reading side sees it: which slots of the table
// are taken, and what each link's name says.
// https://specs.ipfs.tech/unixfs/#dag-pb-hamtdirectory
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "formats/cid.h"
#include "unixfs/fs_node.h"

namespace kit::unixfs {

// The slots that lead from the root of a directory to a shard, as the bits of the names' hashes
// that they stand for, first bit first.
struct ShardPath {
    uint64_t bits = 0;
    uint32_t bit_count = 0;
};

struct ShardLink {
    const formats::PbLinkView* link = nullptr;
    std::string_view key;  // The entry's name; empty when the link leads to a shard below.
    ShardPath path;        // To the slot: what the shard below starts from.
    bool is_shard() const { return key.empty(); }
};

// A well-formed shard: as many links as slots are taken, each named by its slot, and each entry in
// the slot where its name's hash puts it; so no name comes twice in a directory, and what a
// listing shows can also be found. Any thread.
class Shard final {
public:
    // Fails with corrupt; with unsupported for another hash function than murmur3-x64-64.
    static Result<Shard> from_node(const formats::Cid& cid, FsNode node, ShardPath path);

    // In the order of the slots, which is the order of the links, until `visit` returns false.
    Result<bool> each_link(const std::function<Result<bool>(const ShardLink&)>& visit) const;
    // What is in the slot that the hash of a name leads to, if anything.
    Result<std::optional<ShardLink>> find_slot(uint64_t name_hash) const;

    const formats::Cid& cid() const { return cid_; }

private:
    Shard(formats::Cid cid, FsNode node, ShardPath path)
        : cid_(std::move(cid)), node_(std::move(node)), path_(path) {}

    bool is_taken(uint32_t slot) const;
    Result<ShardLink> read_link(size_t index, uint32_t slot) const;

    formats::Cid cid_;
    FsNode node_;
    ShardPath path_;
    uint32_t fanout_ = 0;
    uint32_t bits_per_level_ = 0;
    size_t prefix_size_ = 0;  // Of a link's name: the slot in hexadecimal.
};

}  // namespace kit::unixfs
