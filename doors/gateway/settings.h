// What the config says of gateways, read once: how each host name is served, which formats, which
// bounds. https://github.com/ipfs/kubo/blob/v0.43.1/docs/config.md#gateway
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/config.h"

namespace kit::gateway {

// A host name that the config knows.
struct PublicGateway {
    std::string host;                // May have a port; "*" stands for one label.
    std::vector<std::string> paths;  // "/ipfs", "/ipns": what it serves by path.
    bool use_subdomains = false;
    bool no_dnslink = false;
    bool inline_dnslink = false;
    bool deserialized_responses = true;
};

struct Settings {
    std::vector<PublicGateway> public_gateways;  // Those without "*" first.
    bool deserialized_responses = true;
    bool allow_codec_conversion = false;
    bool disable_html_errors = false;
    bool x_ipfs_path = false;  // Gateway.DeprecatedXIpfsPath.
    bool no_dnslink = false;
    bool no_fetch = false;
    bool exposes_routing = true;  // Gateway.ExposeRoutingAPI.
    std::string root_redirect;
    int64_t retrieval_time_ns_max = 0;  // 0: no bound; the same below.
    int64_t request_time_ns_max = 0;
    int64_t request_count_max = 0;
    uint64_t range_file_size_bytes_max = 0;
    // What every answer carries: Gateway.HTTPHeaders and CORS, by canonical name, sorted.
    std::vector<std::pair<std::string, std::string>> fields;

    static Settings from(const node::Config& config);

    // By the Host field: with its port, without it, then by pattern.
    const PublicGateway* find_host(std::string_view host) const;
};

// "127.0.0.1:8080" without the port; "[::1]:80" is "::1". As it is when it has none.
std::string_view without_port(std::string_view host);
// Whether it is an address in numbers, of either version.
bool is_ip_address(std::string_view host);

}  // namespace kit::gateway
