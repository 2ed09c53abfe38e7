#include "routing/composed_router.h"

#include <algorithm>
#include <optional>

namespace kit::routing {
namespace {

std::unexpected<Error> not_configured(std::string_view what) {
    return fail(Code::unsupported,
                "no router of this node is set up to {}; see Routing in the "
                "config",
                what);
}

}  // namespace

Result<void> MethodRouter::find_providers(const Cid& cid, size_t count_max, const VisitPeer& visit,
                                          const Wait& wait) {
    if (methods_.find_providers == nullptr) return not_configured("find providers");
    return methods_.find_providers->find_providers(cid, count_max, visit, wait);
}

Result<PeerAddress> MethodRouter::find_peer(const PeerId& peer, const Wait& wait) {
    if (methods_.find_peers == nullptr) return not_configured("find peers");
    return methods_.find_peers->find_peer(peer, wait);
}

Result<void> MethodRouter::closest_peers(ByteView key, const VisitPeer& visit, const Wait& wait) {
    if (methods_.find_peers == nullptr) return not_configured("find peers");
    return methods_.find_peers->closest_peers(key, visit, wait);
}

Result<uint32_t> MethodRouter::provide(const Multihash& key, const Wait& wait) {
    if (methods_.provide == nullptr) return not_configured("announce content");
    return methods_.provide->provide(key, wait);
}

Result<void> MethodRouter::get_values(ByteView key, const VisitValue& visit, const Wait& wait) {
    if (methods_.get_values == nullptr) return not_configured("find values");
    return methods_.get_values->get_values(key, visit, wait);
}

Result<uint32_t> MethodRouter::put_value(ByteView key, ByteView value, const Wait& wait) {
    if (methods_.put_values == nullptr) return not_configured("keep values");
    return methods_.put_values->put_value(key, value, wait);
}

SequentialRouter::SequentialRouter(const Clock& clock, std::vector<Source> sources) {
    for (Source& source : sources) {
        steps_.push_back(
            std::make_unique<ParallelRouter>(clock, std::vector<Source>{std::move(source)}));
    }
}

Result<void> SequentialRouter::ask_each(const Ask& ask, const Wait& wait) {
    Result<void> verdict = not_configured("do that");
    for (const auto& step : steps_) {
        auto outcome = ask(*step, wait);
        const bool is_silent = !outcome && (outcome.error().code == Code::unsupported ||
                                            outcome.error().code == Code::not_found);
        if (!outcome && !is_silent) return outcome;
        if (!verdict) verdict = std::move(outcome);
    }
    return verdict;
}

Result<void> SequentialRouter::find_providers(const Cid& cid, size_t count_max,
                                              const VisitPeer& visit, const Wait& wait) {
    PeerMerge known;
    bool goes_on = true;
    const VisitPeer once = [&](const PeerAddress& provider) -> Result<bool> {
        if (!known.is_new(provider)) return true;
        goes_on = TRY(visit(provider));
        goes_on = goes_on && known.count() < count_max;
        return goes_on;
    };
    return ask_each(
        [&](Router& router, const Wait& own_wait) -> Result<void> {
            if (!goes_on) return {};
            return router.find_providers(cid, count_max, once, own_wait);
        },
        wait);
}

Result<PeerAddress> SequentialRouter::find_peer(const PeerId& peer, const Wait& wait) {
    std::optional<PeerAddress> found;
    TRY(ask_each(
        [&](Router& router, const Wait& own_wait) -> Result<void> {
            if (found) return {};
            found = TRY(router.find_peer(peer, own_wait));
            return {};
        },
        wait));
    if (found) return *std::move(found);
    return fail(Code::not_found, "routing: not found");
}

Result<void> SequentialRouter::closest_peers(ByteView key, const VisitPeer& visit,
                                             const Wait& wait) {
    size_t count = 0;
    const VisitPeer counted = [&](const PeerAddress& peer) {
        ++count;
        return visit(peer);
    };
    return ask_each(
        [&](Router& router, const Wait& own_wait) -> Result<void> {
            if (count > 0) return {};
            return router.closest_peers(key, counted, own_wait);
        },
        wait);
}

Result<uint32_t> SequentialRouter::provide(const Multihash& key, const Wait& wait) {
    uint32_t count = 0;
    TRY(ask_each(
        [&](Router& router, const Wait& own_wait) -> Result<void> {
            const uint32_t taken = TRY(router.provide(key, own_wait));
            count += taken;
            return {};
        },
        wait));
    return count;
}

Result<void> SequentialRouter::get_values(ByteView key, const VisitValue& visit, const Wait& wait) {
    size_t count = 0;
    const VisitValue counted = [&](ByteView value) {
        ++count;
        return visit(value);
    };
    return ask_each(
        [&](Router& router, const Wait& own_wait) -> Result<void> {
            if (count > 0) return {};
            return router.get_values(key, counted, own_wait);
        },
        wait);
}

Result<uint32_t> SequentialRouter::put_value(ByteView key, ByteView value, const Wait& wait) {
    uint32_t count = 0;
    TRY(ask_each(
        [&](Router& router, const Wait& own_wait) -> Result<void> {
            const uint32_t taken = TRY(router.put_value(key, value, own_wait));
            count += taken;
            return {};
        },
        wait));
    return count;
}

Result<void> FilteredRouter::find_providers(const Cid& cid, size_t count_max,
                                            const VisitPeer& visit, const Wait& wait) {
    // Asked for more, so that those left out do not take the place of others.
    const size_t asked_count = count_max + std::min(ignored_.size(), SIZE_MAX - count_max);
    PeerMerge known;
    const VisitPeer allowed = [&](const PeerAddress& provider) -> Result<bool> {
        if (ignored_.contains(provider.peer) || !known.is_new(provider)) return true;
        const bool goes_on = TRY(visit(provider));
        return goes_on && known.count() < count_max;
    };
    return inner_.find_providers(cid, asked_count, allowed, wait);
}

}  // namespace kit::routing
