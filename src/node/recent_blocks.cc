#include "node/recent_blocks.h"

namespace kit::node {

using formats::Cid;
using formats::MultihashView;

RecentBlocks::Shard& RecentBlocks::shard_of(MultihashView hash) const {
    return shards_[formats::MultihashHash()(hash) % shard_count];
}

std::optional<SharedBytes> RecentBlocks::find_held(MultihashView hash) const {
    Shard& shard = shard_of(hash);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.by_hash.find(hash);
    if (found == shard.by_hash.end()) return std::nullopt;
    shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
    return found->second->body;
}

void RecentBlocks::hold(MultihashView hash, const SharedBytes& body, uint64_t generation) const {
    if (body.size() > block_size_bytes_max) return;
    // A copy of its own: the store's may keep a much larger piece of memory alive.
    SharedBytes own = SharedBytes::from(to_bytes(body.view()));
    Shard& shard = shard_of(hash);
    const std::lock_guard lock(shard.mutex);
    if (generation_ != generation || shard.by_hash.contains(hash)) return;
    shard.size_bytes += own.size();
    shard.entries.push_front({formats::Multihash(hash), std::move(own)});
    shard.by_hash.emplace(shard.entries.front().hash, shard.entries.begin());
    while (shard.size_bytes > size_bytes_max / shard_count) {
        const Entry& last = shard.entries.back();
        shard.size_bytes -= last.body.size();
        shard.by_hash.erase(last.hash);
        shard.entries.pop_back();
    }
}

void RecentBlocks::forget_all() {
    ++generation_;
    for (Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        shard.by_hash.clear();
        shard.entries.clear();
        shard.size_bytes = 0;
    }
}

Result<std::optional<SharedBytes>> RecentBlocks::find(const Cid& cid) const {
    if (auto held = find_held(cid.hash())) return held;
    const uint64_t generation = generation_;
    auto body = store_.find(cid);
    if (body && *body) hold(cid.hash(), **body, generation);
    return body;
}

Result<std::optional<uint64_t>> RecentBlocks::find_size(const Cid& cid) const {
    if (const auto held = find_held(cid.hash())) return held->size();
    return store_.find_size(cid);
}

Result<std::optional<SharedBytes>> RecentBlocks::find_prefix(const Cid& cid,
                                                             size_t byte_count) const {
    if (auto held = find_held(cid.hash())) return held;
    return store_.find_prefix(cid, byte_count);
}

Result<std::optional<blocks::Source::Head>> RecentBlocks::find_head(const Cid& cid,
                                                                    size_t byte_count) const {
    if (auto held = find_held(cid.hash())) {
        const uint64_t size_bytes = held->size();
        return Head{*std::move(held), size_bytes};
    }
    return store_.find_head(cid, byte_count);
}

}  // namespace kit::node
