// What the config says of finding and announcing, read and checked before anybody is asked:
// Routing, Provide, Ipns and DNS.
#pragma once

#include <map>
#include <string>

#include "naming/network_names.h"
#include "node/config.h"
#include "routing/provide_strategy.h"
#include "routing/provider.h"
#include "routing/router_set.h"

namespace kit::node {

struct RoutingSettings {
    routing::RouterPlan routers;
    naming::NetworkNamesOptions names;
    std::map<std::string, std::string> dns_resolvers;  // DNS.Resolvers
    uint64_t dns_keep_s_max = UINT64_MAX;              // DNS.MaxCacheTTL
    bool provides = true;                              // Provide.Enabled
    routing::ProvideStrategy strategy;                 // Provide.Strategy
    routing::ProviderOptions provider;                 // Provide.DHT; without its path.
};

// Fails with invalid_argument in Kubo's words, naming the setting.
Result<RoutingSettings> routing_settings(const Config& config);

}  // namespace kit::node
