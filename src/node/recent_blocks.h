// The small blocks that were read last, in memory: a page that many ask for costs no system call,
// and what a request looks at twice (its root) is read once. Never answers for a block that was
// removed before the question.
#pragma once

#include <array>
#include <atomic>
#include <list>
#include <mutex>
#include <unordered_map>

#include "blocks/source.h"
#include "formats/multihash.h"

namespace kit::node {

// Any thread. `store` must outlive it.
class RecentBlocks final : public blocks::Source {
public:
    explicit RecentBlocks(const blocks::Source& store) : store_(store) {}

    Result<std::optional<SharedBytes>> find(const formats::Cid& cid) const override;
    Result<std::optional<uint64_t>> find_size(const formats::Cid& cid) const override;
    Result<std::optional<SharedBytes>> find_prefix(const formats::Cid& cid,
                                                   size_t byte_count) const override;
    Result<std::optional<Head>> find_head(const formats::Cid& cid,
                                          size_t byte_count) const override;

    // After blocks were removed: nothing read before is answered any more.
    void forget_all();

    // Larger blocks are read so seldom in one piece that holding them would drive others out.
    static constexpr uint64_t block_size_bytes_max = 64 * KiB;
    static constexpr uint64_t size_bytes_max = 8 * MiB;

private:
    static constexpr size_t shard_count = 8;
    struct Entry {
        formats::Multihash hash;
        SharedBytes body;
    };
    struct Shard {
        std::mutex mutex;
        std::list<Entry> entries;  // The last one asked for first. Guarded by mutex, as the others.
        std::unordered_map<formats::Multihash, std::list<Entry>::iterator, formats::MultihashHash,
                           formats::MultihashEqual>
            by_hash;
        uint64_t size_bytes = 0;
    };

    Shard& shard_of(formats::MultihashView hash) const;
    std::optional<SharedBytes> find_held(formats::MultihashView hash) const;
    void hold(formats::MultihashView hash, const SharedBytes& body, uint64_t generation) const;

    const blocks::Source& store_;
    mutable std::array<Shard, shard_count> shards_;
    std::atomic<uint64_t> generation_ = 0;  // Of removals: what was read before one is not held.
};

}  // namespace kit::node
