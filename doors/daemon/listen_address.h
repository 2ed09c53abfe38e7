// Addresses of the config, which are multiaddrs, as addresses to listen at.
#pragma once

#include <string>
#include <string_view>

#include "http/address.h"

namespace kit::daemon {

// "/ip4/127.0.0.1/tcp/5001", "/ip6/::1/tcp/0/http", "/dns4/localhost/tcp/1", "/unix/run/x.sock".
// Fails with invalid_argument for what no HTTP server can listen at.
Result<http::Address> listen_address(std::string_view multiaddr);
// The other way, for `api`: "/ip4/127.0.0.1/tcp/5001".
std::string multiaddr_text(const http::Address& address);

}  // namespace kit::daemon
