// Builds one directory from its entries: a single node while it is small, a HAMT when it is not.
// Each entry is kept as the bytes that it will have in the node, one behind the other, so that a
// directory of a million names fits into memory.
#pragma once

#include <string_view>
#include <vector>

#include "unixfs/hamt.h"
#include "unixfs/import_options.h"
#include "unixfs/node_maker.h"

namespace kit::unixfs {

// What decides between one node and many.
struct DirectoryShape {
    HamtShape hamt;
    uint32_t links_max;  // 0: no bound.
    uint64_t hamt_threshold_bytes;
    SizeEstimate size_estimate;
};

struct DirectoryNode {
    formats::Cid cid;
    uint64_t total_size = 0;
    bool is_sharded = false;
};

// One thread.
class DirectoryBuilder final {
public:
    DirectoryBuilder(const NodeMaker& maker, const DirectoryShape& shape)
        : maker_(maker), shape_(shape) {}

    void add(std::string_view name, const formats::Cid& cid, uint64_t total_size);
    // Puts the nodes into `batch`. The result depends on the entries alone, not on their order.
    // Fails with already_exists when a name was added twice.
    Result<DirectoryNode> finish(const Stat& stat, BlockBatch& batch);

private:
    // An entry by where its bytes are.
    struct Position {
        uint32_t block;
        uint32_t offset;
    };
    struct Hashed {
        uint64_t hash;
        Position position;
    };
    struct Entry {
        ByteView link;  // All of it.
        ByteView cid;
        std::string_view name;
        uint64_t total_size;
    };

    bool needs_shards(const Stat& stat) const;
    Result<DirectoryNode> finish_plain(const Stat& stat, BlockBatch& batch) const;
    Result<DirectoryNode> finish_shard(std::span<const Hashed> entries, uint32_t level,
                                       const Stat& stat, BlockBatch& batch) const;
    Result<DirectoryNode> finish_node(Bytes links, uint64_t children_size, const UnixFsData& data,
                                      BlockBatch& batch) const;
    Result<std::vector<Hashed>> by_hash() const;
    Entry entry_at(Position position) const;
    template <typename Visit>
    void each(Visit visit) const;

    const NodeMaker& maker_;
    const DirectoryShape& shape_;
    std::vector<Bytes> blocks_;  // Each filled up to its capacity, so that it never moves.
    std::string last_name_;
    bool is_sorted_ = true;  // Strictly: then no name came twice.
    uint64_t entry_count_ = 0;
    uint64_t links_estimate_ = 0;  // Names and CIDs.
    uint64_t links_size_ = 0;      // Encoded links.
    uint64_t children_size_ = 0;   // Sum of total sizes.
};

}  // namespace kit::unixfs
