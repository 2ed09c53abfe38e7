#include "exchange/fetch_source.h"

namespace kit::exchange {

FetchSource::FetchSource(Exchange& exchange, FetchOptions options)
    : exchange_(exchange), options_(options), session_(std::make_shared<Exchange::Session>()) {
    session_->lease = exchange.store_.lease();
}

FetchSource::~FetchSource() {
    exchange_.close(session_);
}

Result<std::optional<SharedBytes>> FetchSource::find(const Cid& cid) const {
    if (auto fresh = exchange_.take_fresh(cid)) return fresh;
    auto held = TRY(exchange_.store_.find(cid));
    if (held) return held;
    return TRY(exchange_.fetch(session_, cid, options_));
}

Result<std::optional<uint64_t>> FetchSource::find_size(const Cid& cid) const {
    const auto held = TRY(exchange_.store_.find_size(cid));
    if (held) return held;
    const auto body = TRY(find(cid));
    return body->size();
}

Result<std::optional<SharedBytes>> FetchSource::find_prefix(const Cid& cid,
                                                            size_t byte_count) const {
    auto held = TRY(exchange_.store_.find_prefix(cid, byte_count));
    if (held) return held;
    return find(cid);
}

Result<std::optional<blocks::Source::Head>> FetchSource::find_head(const Cid& cid,
                                                                   size_t byte_count) const {
    auto held = TRY(exchange_.store_.find_head(cid, byte_count));
    if (held) return held;
    auto body = TRY(find(cid));
    const uint64_t size_bytes = body->size();
    return Head{*std::move(body), size_bytes};
}

void FetchSource::want_soon(std::span<const Cid> cids) const {
    std::vector<Cid> missing;
    for (const Cid& cid : cids) {
        // What cannot be looked up now fails when it is read.
        const auto held = exchange_.store_.find_size(cid);
        if (held && !*held) missing.push_back(cid);
    }
    if (!missing.empty()) exchange_.want(session_, missing, Exchange::Urgency::announced);
}

}  // namespace kit::exchange
