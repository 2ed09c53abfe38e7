// Where blocks come from: the local store now; later also exchange and tiers implement it.
#pragma once

#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/cid.h"

namespace kit::blocks {

// Every call is safe from any thread.
class Source {
public:
    virtual ~Source() = default;
    // The block's bytes, or nullopt when this source does not have it. Identity CIDs answer from
    // themselves. Fails with corrupt or io_error when the block is held and cannot be read.
    virtual Result<std::optional<SharedBytes>> find(const formats::Cid& cid) const = 0;
    // The size in bytes without reading the body.
    virtual Result<std::optional<uint64_t>> find_size(const formats::Cid& cid) const = 0;
    // At least min(count, size) first bytes of the body: a walk sees from them whether a node has
    // links without reading a leaf. May return more than asked.
    virtual Result<std::optional<SharedBytes>> find_prefix(const formats::Cid& cid,
                                                           size_t byte_count) const {
        (void)byte_count;
        return find(cid);
    }

    // The same with the block's size, in one look-up: a walk tells most leaves by it.
    struct Head {
        SharedBytes bytes;
        uint64_t size_bytes = 0;
    };
    virtual Result<std::optional<Head>> find_head(const formats::Cid& cid,
                                                  size_t byte_count) const {
        (void)byte_count;
        auto body = find(cid);
        if (!body) return std::unexpected(std::move(body).error());
        if (!*body) return std::nullopt;
        const uint64_t size_bytes = (*body)->size();
        return Head{**std::move(body), size_bytes};
    }

    // These will be asked for soon, in about this order: a source that has to fetch begins now.
    // Nothing is promised, and a source that has its blocks at hand does nothing.
    virtual void want_soon(std::span<const formats::Cid> cids) const { (void)cids; }

    // As find(), with absence as an error whose text is the one Kubo's clients match:
    // "block was not found locally (offline): ipld: could not find <cid>" and code not_found.
    Result<SharedBytes> get(const formats::Cid& cid) const;
    Result<bool> has(const formats::Cid& cid) const;
};

}  // namespace kit::blocks
