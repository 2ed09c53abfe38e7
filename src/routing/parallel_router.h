// Several sources asked at once: what each finds is passed on as it comes, and one that fails or is
// silent does not keep the others' answers back.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/env.h"
#include "routing/router.h"

namespace kit::routing {

struct Source {
    Router* router;
    std::chrono::nanoseconds time_max{0};  // Of one call; 0: the caller's.
    std::chrono::nanoseconds delay{0};     // It is asked so much later than the others.
    bool ignores_errors = false;           // What goes wrong there is nothing to the caller.
};

// Every call is safe from any thread; it takes a thread for each source while it lasts. It fails
// when no source succeeded: with the first error that is not to be ignored. `clock` and the routers
// must outlive it.
class ParallelRouter final : public Router {
public:
    ParallelRouter(const Clock& clock, std::vector<Source> sources)
        : clock_(clock), sources_(std::move(sources)) {}

    Result<void> find_providers(const Cid& cid, size_t count_max, const VisitPeer& visit,
                                const Wait& wait) override;
    Result<PeerAddress> find_peer(const PeerId& peer, const Wait& wait) override;
    Result<void> closest_peers(ByteView key, const VisitPeer& visit, const Wait& wait) override;
    Result<uint32_t> provide(const Multihash& key, const Wait& wait) override;
    Result<void> get_values(ByteView key, const VisitValue& visit, const Wait& wait) override;
    Result<uint32_t> put_value(ByteView key, ByteView value, const Wait& wait) override;

private:
    const Clock& clock_;
    const std::vector<Source> sources_;
};

}  // namespace kit::routing
