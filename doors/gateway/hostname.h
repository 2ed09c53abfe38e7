// What the Host field says about a request: a gateway's own name, a subdomain that is an origin for
// one root, a website by DNSLink. https://specs.ipfs.tech/http-gateways/subdomain-gateway/
// https://specs.ipfs.tech/http-gateways/dnslink-gateway/
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "doors/gateway/call.h"
#include "doors/gateway/names.h"

namespace kit::gateway {

// Sets the call's path, host kind and gateway by its host; may answer it (a redirect to where the
// content has its own origin, 404 for what a host does not serve).
void route_by_host(Call& call, const Names& names);

// "my.v-long.example.com" as one label "my-v--long-example-com", and back. Inlining fails with
// invalid_argument above 63 characters.
Result<std::string> inline_dnslink(std::string_view domain);
std::string uninline_dnslink(std::string_view label);

}  // namespace kit::gateway
