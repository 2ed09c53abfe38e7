// A server that searches for others: Delegated Routing V1 over HTTP.
// https://specs.ipfs.tech/routing/http-routing-v1/
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "http/client_pool.h"
#include "routing/router.h"

namespace kit::routing {

struct DelegatedRouterOptions {
    std::string endpoint;  // "https://example.org", with or without "/routing/v1".
    std::string user_agent = {};
    // Providers that speak none of these are passed over; those that say nothing are not.
    std::vector<std::string> protocols = {"transport-bitswap"};
    // Whom to trust; the system's without it.
    Path certificates_file = {};
};

// Every call is safe from any thread; each has a connection of its own while it runs. Announces
// nothing: the specification has no way to.
class DelegatedRouter final : public Router {
public:
    // Fails with invalid_argument when the endpoint is no such address.
    static Result<std::unique_ptr<DelegatedRouter>> open(const Clock& clock,
                                                         DelegatedRouterOptions options);

    Result<void> find_providers(const Cid& cid, size_t count_max, const VisitPeer& visit,
                                const Wait& wait) override;
    Result<PeerAddress> find_peer(const PeerId& peer, const Wait& wait) override;
    // Keys that are no peer's and no multihash's cannot be asked for: unsupported.
    Result<void> closest_peers(ByteView key, const VisitPeer& visit, const Wait& wait) override;
    Result<uint32_t> provide(const Multihash& key, const Wait& wait) override;
    // IPNS records alone; others are unsupported.
    Result<void> get_values(ByteView key, const VisitValue& visit, const Wait& wait) override;
    Result<uint32_t> put_value(ByteView key, ByteView value, const Wait& wait) override;

    const std::string& endpoint() const { return options_.endpoint; }

private:
    DelegatedRouter(const Clock& clock, DelegatedRouterOptions options);

    Result<void> send(http::ClientRequest request, http::AnswerReader& reader, const Wait& wait);
    Result<void> find_records(const std::string& path, const VisitPeer& visit, const Wait& wait);

    const Clock& clock_;
    const DelegatedRouterOptions options_;
    http::ClientPool clients_;
};

// The address without "/routing/v1" and slashes at its end. Fails with invalid_argument when it is
// no http or https address, or has another path.
Result<std::string> delegated_base(std::string_view endpoint);

}  // namespace kit::routing
