// From a mutable path to an immutable one: /ipns/<key> by the records that are held and those that
// others have, /ipns/<domain> by DNSLink, one leading to the other as often as it takes, within a
// bound.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "dag/path.h"
#include "naming/dnslink.h"
#include "naming/limits.h"
#include "naming/network_names.h"
#include "naming/records.h"

namespace kit::naming {

struct ResolvedPath {
    dag::ContentPath path;
    uint64_t ttl_ns = 0;   // The shortest on the way; 0: unknown.
    bool is_final = true;  // False when `steps_max` ended before the names did.
};

// Every call is safe from any thread. What is given must outlive it.
class NameResolver final {
public:
    NameResolver(const NameRecords& records, const TxtLookup& texts, StaticNames static_names)
        : records_(records), texts_(texts), static_names_(std::move(static_names)) {}

    // Follows names at most `steps_max` times; a path without a name comes back as it is. Fails
    // with not_found in boxo's words when a name names nothing, invalid_argument when it can name
    // nothing, offline when DNS cannot be asked. `options` is how others are asked, in a node that
    // has a network.
    Result<ResolvedPath> resolve(const dag::ContentPath& path,
                                 uint32_t steps_max = limits::name_depth_max,
                                 const FindNameOptions& options = {}) const;

    // From now on others are asked as well; nullptr: no more. It must outlive every call that began
    // meanwhile.
    void use_network(NetworkNames* network) { network_ = network; }

private:
    struct Step {
        dag::ContentPath path;
        uint64_t ttl_ns = 0;
    };
    Result<Step> resolve_once(const dag::ContentPath& path, const FindNameOptions& options) const;
    Result<Step> resolve_name(const std::string& name, const FindNameOptions& options) const;
    Result<Step> resolve_key(const formats::PeerId& key, const FindNameOptions& options) const;

    const NameRecords& records_;
    const TxtLookup& texts_;
    const StaticNames static_names_;
    std::atomic<NetworkNames*> network_ = nullptr;
};

}  // namespace kit::naming
