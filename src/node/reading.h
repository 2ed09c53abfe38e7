// What one call of a node reads from: the store, behind it the peers of a node that is online, and
// around both what the denylists forbid.
#pragma once

#include <memory>

#include "exchange/exchange.h"
#include "node/denylists.h"
#include "node/parts.h"

namespace kit::node {

struct ReadingOptions {
    bool is_given = true;       // For whoever asks: what a denylist names fails.
    bool uses_recent = true;    // Not for what is read once, which would drive others out.
    bool follows_links = true;  // FetchOptions::follows_links.
};

// Any thread. Blocks that it fetched are kept from collection while it lives.
class Reading final : public blocks::Source {
public:
    // All must outlive it.
    Reading(const Node::Parts& parts, const Reach& reach, const std::atomic<bool>& cancel,
            const ReadingOptions& options);

    Result<std::optional<SharedBytes>> find(const Cid& cid) const override;
    Result<std::optional<uint64_t>> find_size(const Cid& cid) const override;
    Result<std::optional<SharedBytes>> find_prefix(const Cid& cid,
                                                   size_t byte_count) const override;
    Result<std::optional<Head>> find_head(const Cid& cid, size_t byte_count) const override;
    void want_soon(std::span<const Cid> cids) const override;

private:
    const blocks::Source& local_;
    const std::unique_ptr<blocks::Source> fetched_;  // None offline.
    const GivenBlocks given_;
};

// For what lives as long as the node: each block that `local` does not have is a fetch of its own.
// `exchange` and `local` must outlive it.
std::unique_ptr<blocks::Source> fetch_each(exchange::Exchange& exchange,
                                           const blocks::Source& local);

}  // namespace kit::node
