#include "exchange/fetch_source.h"

namespace kit::exchange {

FetchSource::FetchSource(Exchange& exchange, FetchOptions options)
    : exchange_(exchange),
      options_(options),
      local_(options.local == nullptr ? static_cast<const blocks::Source&>(exchange.store_)
                                      : *options.local) {}

FetchSource::~FetchSource() {
    if (is_fetching_) exchange_.close(session_);
}

const Exchange::SessionPointer& FetchSource::session() const {
    if (is_fetching_) return session_;
    std::vector<Cid> announced;
    {
        const std::scoped_lock lock(mutex_);
        if (!is_fetching_) {
            session_ = std::make_shared<Exchange::Session>();
            session_->lease = exchange_.store_.lease();
            session_->follows_links = options_.follows_links;
            is_fetching_ = true;
            announced.swap(announced_);
        }
    }
    want_missing(announced);
    return session_;
}

// Here a block is there or an error says why not.
Result<SharedBytes> FetchSource::read(const Cid& cid) const {
    if (auto fresh = exchange_.take_fresh(cid)) return *std::move(fresh);
    auto held = TRY(local_.find(cid));
    if (held) return *std::move(held);
    return exchange_.fetch(session(), cid, options_);
}

Result<std::optional<SharedBytes>> FetchSource::find(const Cid& cid) const {
    return TRY(read(cid));
}

Result<std::optional<uint64_t>> FetchSource::find_size(const Cid& cid) const {
    const auto held = TRY(local_.find_size(cid));
    if (held) return held;
    const SharedBytes body = TRY(read(cid));
    return body.size();
}

Result<std::optional<SharedBytes>> FetchSource::find_prefix(const Cid& cid,
                                                            size_t byte_count) const {
    auto held = TRY(local_.find_prefix(cid, byte_count));
    if (held) return held;
    return TRY(read(cid));
}

Result<std::optional<blocks::Source::Head>> FetchSource::find_head(const Cid& cid,
                                                                   size_t byte_count) const {
    auto held = TRY(local_.find_head(cid, byte_count));
    if (held) return held;
    SharedBytes body = TRY(read(cid));
    const uint64_t size_bytes = body.size();
    return Head{std::move(body), size_bytes};
}

void FetchSource::want_soon(std::span<const Cid> cids) const {
    if (!is_fetching_) {
        const std::scoped_lock lock(mutex_);
        if (!is_fetching_) {
            announced_.assign(cids.begin(), cids.end());
            return;
        }
    }
    want_missing(cids);
}

void FetchSource::want_missing(std::span<const Cid> cids) const {
    std::vector<Cid> missing;
    for (const Cid& cid : cids) {
        // What cannot be looked up now fails when it is read.
        const auto held = local_.find_size(cid);
        if (held && !*held) missing.push_back(cid);
    }
    if (!missing.empty()) exchange_.want(session_, missing, Exchange::Urgency::announced);
}

}  // namespace kit::exchange
