// Lists of peers as /routing/v1 gives them: in one JSON object, or one object a line as they are
// found. https://specs.ipfs.tech/routing/http-routing-v1/
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "doors/gateway/asked.h"
#include "routing/router.h"

namespace kit::gateway {

// What a client wants of them (IPIP-484): "filter-protocols" and "filter-addrs", in lower case.
struct PeerFilters {
    std::vector<std::string> protocols;
    std::vector<std::string> addresses;  // "tcp", "!p2p-circuit", "unknown"
};
PeerFilters filters_of(const Call& call);
// The peer with the addresses that pass; nullopt when it does not pass.
std::optional<routing::PeerAddress> filtered(const routing::PeerAddress& peer,
                                             const PeerFilters& filters);

// One answer. One thread.
class PeerList final {
public:
    // `type` is "application/json" or "application/x-ndjson"; a JSON list stands under `name`.
    PeerList(const House& house, Call& call, std::string_view type, std::string_view name);

    // False: nothing more is wanted. Fails when the client has gone.
    Result<bool> add(const routing::PeerAddress& peer);
    // Answers, unless lines have gone out already.
    void end();
    bool has_begun() const { return has_begun_; }

private:
    void set_fields(bool has_results);

    const House& house_;
    Call& call_;
    const std::string type_;
    const std::string name_;
    const PeerFilters filters_;
    std::string records_;
    size_t count_ = 0;
    bool has_begun_ = false;
};

}  // namespace kit::gateway
