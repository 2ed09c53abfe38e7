#include "node/reading.h"

namespace kit::node {
namespace {

// Nobody can cancel it, so it ends by itself.
constexpr auto each_block_timeout = std::chrono::minutes(1);

const blocks::Source& local_of(const Node::Parts& parts, const ReadingOptions& options) {
    if (options.uses_recent) return parts.recent;
    return *parts.store;
}

// None for who stays offline.
std::unique_ptr<blocks::Source> fetch(const Node::Parts& parts, const Reach& reach,
                                      const std::atomic<bool>& cancel,
                                      const ReadingOptions& options) {
    if (!parts.network || reach.is_offline) return nullptr;
    return parts.network->exchange().open_source({.block_timeout = reach.block_timeout,
                                                  .cancel = &cancel,
                                                  .is_abandoned = reach.is_abandoned,
                                                  .follows_links = options.follows_links,
                                                  .local = &local_of(parts, options)});
}

class FetchEach final : public blocks::Source {
public:
    FetchEach(exchange::Exchange& exchange, const blocks::Source& local)
        : exchange_(exchange), local_(local) {}

    Result<std::optional<SharedBytes>> find(const Cid& cid) const override {
        auto held = TRY(local_.find(cid));
        if (held) return held;
        return exchange_.open_source({.block_timeout = each_block_timeout, .local = &local_})
            ->find(cid);
    }
    Result<std::optional<uint64_t>> find_size(const Cid& cid) const override {
        const auto held = TRY(local_.find_size(cid));
        if (held) return held;
        const auto body = TRY(find(cid));
        return body ? std::optional<uint64_t>(body->size()) : std::nullopt;
    }

private:
    exchange::Exchange& exchange_;
    const blocks::Source& local_;
};

}  // namespace

Reading::Reading(const Node::Parts& parts, const Reach& reach, const std::atomic<bool>& cancel,
                 const ReadingOptions& options)
    : local_(local_of(parts, options)),
      fetched_(fetch(parts, reach, cancel, options)),
      given_(fetched_ ? *fetched_ : local_, options.is_given ? parts.denylists.get() : nullptr) {}

Result<std::optional<SharedBytes>> Reading::find(const Cid& cid) const {
    return given_.find(cid);
}

Result<std::optional<uint64_t>> Reading::find_size(const Cid& cid) const {
    return given_.find_size(cid);
}

Result<std::optional<SharedBytes>> Reading::find_prefix(const Cid& cid, size_t byte_count) const {
    return given_.find_prefix(cid, byte_count);
}

Result<std::optional<blocks::Source::Head>> Reading::find_head(const Cid& cid,
                                                               size_t byte_count) const {
    return given_.find_head(cid, byte_count);
}

void Reading::want_soon(std::span<const Cid> cids) const {
    given_.want_soon(cids);
}

std::unique_ptr<blocks::Source> fetch_each(exchange::Exchange& exchange,
                                           const blocks::Source& local) {
    return std::make_unique<FetchEach>(exchange, local);
}

}  // namespace kit::node
