// What a reader reads from: the store, and behind it the exchange. One session, which begins with
// the first block that is not here: a reader that finds everything costs the exchange nothing.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "base/thread_annotations.h"
#include "exchange/exchange.h"

namespace kit::exchange {

class FetchSource final : public blocks::Source {
public:
    FetchSource(Exchange& exchange, FetchOptions options);
    ~FetchSource() override;

    Result<std::optional<SharedBytes>> find(const Cid& cid) const override;
    Result<std::optional<uint64_t>> find_size(const Cid& cid) const override;
    Result<std::optional<SharedBytes>> find_prefix(const Cid& cid,
                                                   size_t byte_count) const override;
    Result<std::optional<Head>> find_head(const Cid& cid, size_t byte_count) const override;
    void want_soon(std::span<const Cid> cids) const override;

private:
    Result<SharedBytes> read(const Cid& cid) const;
    // Begins the session when there is none yet.
    const Exchange::SessionPointer& session() const;
    void want_missing(std::span<const Cid> cids) const;

    Exchange& exchange_;
    const FetchOptions options_;
    const blocks::Source& local_;
    mutable std::mutex mutex_;
    mutable std::atomic<bool> is_fetching_ = false;  // session_ is there, and stays.
    mutable Exchange::SessionPointer session_;
    // Announced before anything was missing.
    mutable std::vector<Cid> announced_ GUARDED_BY(mutex_);
};

}  // namespace kit::exchange
