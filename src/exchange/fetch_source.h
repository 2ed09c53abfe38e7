// What a reader reads from: the store, and behind it the exchange. One session.
#pragma once

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

    Exchange& exchange_;
    const FetchOptions options_;
    const Exchange::SessionPointer session_;
};

}  // namespace kit::exchange
