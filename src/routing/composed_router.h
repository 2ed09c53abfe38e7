// Routers made of others: each method by its own (MethodRouter), one after the other
// (SequentialRouter), and one without peers that are not to be named (FilteredRouter).
#pragma once

#include <unordered_set>
#include <vector>

#include "routing/parallel_router.h"
#include "routing/router.h"

namespace kit::routing {

struct Methods {
    Router* provide = nullptr;
    Router* find_providers = nullptr;
    Router* find_peers = nullptr;  // And the closest ones.
    Router* get_values = nullptr;
    Router* put_values = nullptr;
};

// A method without a router is unsupported. The routers must outlive it.
class MethodRouter final : public Router {
public:
    explicit MethodRouter(const Methods& methods) : methods_(methods) {}

    Result<void> find_providers(const Cid& cid, size_t count_max, const VisitPeer& visit,
                                const Wait& wait) override;
    Result<PeerAddress> find_peer(const PeerId& peer, const Wait& wait) override;
    Result<void> closest_peers(ByteView key, const VisitPeer& visit, const Wait& wait) override;
    Result<uint32_t> provide(const Multihash& key, const Wait& wait) override;
    Result<void> get_values(ByteView key, const VisitValue& visit, const Wait& wait) override;
    Result<uint32_t> put_value(ByteView key, ByteView value, const Wait& wait) override;

private:
    const Methods methods_;
};

// The next source is asked when the one before found nothing, or not enough. An error that is not
// ignored ends the call.
class SequentialRouter final : public Router {
public:
    SequentialRouter(const Clock& clock, std::vector<Source> sources);

    Result<void> find_providers(const Cid& cid, size_t count_max, const VisitPeer& visit,
                                const Wait& wait) override;
    Result<PeerAddress> find_peer(const PeerId& peer, const Wait& wait) override;
    Result<void> closest_peers(ByteView key, const VisitPeer& visit, const Wait& wait) override;
    Result<uint32_t> provide(const Multihash& key, const Wait& wait) override;
    Result<void> get_values(ByteView key, const VisitValue& visit, const Wait& wait) override;
    Result<uint32_t> put_value(ByteView key, ByteView value, const Wait& wait) override;

private:
    using Ask = std::function<Result<void>(Router& router, const Wait& wait)>;
    Result<void> ask_each(const Ask& ask, const Wait& wait);

    std::vector<std::unique_ptr<ParallelRouter>> steps_;  // Of one source each, for its time.
};

// Leaves some providers out (Routing.IgnoreProviders).
class FilteredRouter final : public Router {
public:
    FilteredRouter(Router& inner, const std::vector<PeerId>& ignored)
        : inner_(inner), ignored_(ignored.begin(), ignored.end()) {}

    Result<void> find_providers(const Cid& cid, size_t count_max, const VisitPeer& visit,
                                const Wait& wait) override;
    Result<PeerAddress> find_peer(const PeerId& peer, const Wait& wait) override {
        return inner_.find_peer(peer, wait);
    }
    Result<void> closest_peers(ByteView key, const VisitPeer& visit, const Wait& wait) override {
        return inner_.closest_peers(key, visit, wait);
    }
    Result<uint32_t> provide(const Multihash& key, const Wait& wait) override {
        return inner_.provide(key, wait);
    }
    Result<void> get_values(ByteView key, const VisitValue& visit, const Wait& wait) override {
        return inner_.get_values(key, visit, wait);
    }
    Result<uint32_t> put_value(ByteView key, ByteView value, const Wait& wait) override {
        return inner_.put_value(key, value, wait);
    }

private:
    Router& inner_;
    const std::unordered_set<PeerId, p2p::PeerIdHash> ignored_;
};

}  // namespace kit::routing
