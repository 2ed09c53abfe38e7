#include "doors/gateway/settings.h"

#include <arpa/inet.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "http/message.h"

namespace kit::gateway {
namespace {

using node::Json;

constexpr int64_t second_ns = 1'000'000'000;
// boxo's defaults (gateway/gateway.go).
constexpr int64_t retrieval_time_ns_default = 30 * second_ns;
constexpr int64_t request_time_ns_default = 3600 * second_ns;
constexpr int64_t request_count_default = 4096;

// "x-ipfs-path" as "X-Ipfs-Path".
std::string canonical_name(std::string_view name) {
    std::string canonical(name);
    bool starts_word = true;
    for (char& letter : canonical) {
        if (starts_word && letter >= 'a' && letter <= 'z') {
            letter = static_cast<char>(letter - 'a' + 'A');
        } else if (!starts_word && letter >= 'A' && letter <= 'Z') {
            letter = static_cast<char>(letter - 'A' + 'a');
        }
        starts_word = letter == '-';
    }
    return canonical;
}

using Fields = std::map<std::string, std::vector<std::string>, std::less<>>;

Fields configured_fields(const node::Config& config) {
    Fields fields;
    const Json* configured = config.find("Gateway.HTTPHeaders");
    if (configured == nullptr || !configured->is_object()) return fields;
    for (const auto& [name, values] : configured->items()) {
        std::vector<std::string>& texts = fields[canonical_name(name)];
        texts.clear();
        if (!values.is_array()) continue;
        for (const Json& value : values) {
            if (value.is_string()) texts.push_back(value.get<std::string>());
        }
    }
    return fields;
}

// Adds names to a list field: canonical, sorted, each once.
void add_names(Fields& fields, std::string_view field, std::vector<std::string> names) {
    std::vector<std::string>& values = fields[std::string(field)];
    std::ranges::move(values, std::back_inserter(names));
    for (std::string& name : names) name = canonical_name(name);
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    values = std::move(names);
}

std::vector<std::pair<std::string, std::string>> response_fields(const node::Config& config,
                                                                 bool x_ipfs_path) {
    Fields fields = configured_fields(config);
    fields.try_emplace("Access-Control-Allow-Origin", std::vector<std::string>{"*"});
    fields.try_emplace("Access-Control-Allow-Methods",
                       std::vector<std::string>{"GET", "HEAD", "OPTIONS"});
    add_names(fields, "Access-Control-Allow-Headers",
              {"Content-Type", "User-Agent", "Range", "X-Requested-With"});
    std::vector<std::string> exposed = {"Content-Length",  "Content-Range", "X-Chunked-Output",
                                        "X-Stream-Output", "Ipfs-Uri",      "X-Ipfs-Roots"};
    if (x_ipfs_path) exposed.emplace_back("X-Ipfs-Path");
    add_names(fields, "Access-Control-Expose-Headers", std::move(exposed));
    std::vector<std::pair<std::string, std::string>> flat;
    for (const auto& [name, values] : fields) {
        for (const std::string& value : values) flat.emplace_back(name, value);
    }
    return flat;
}

bool flag_of(const Json& object, const char* name, bool absent) {
    const auto value = object.find(name);
    return value != object.end() && value->is_boolean() ? value->get<bool>() : absent;
}

std::vector<PublicGateway> public_gateways_of(const node::Config& config,
                                              bool deserialized_responses) {
    std::map<std::string, PublicGateway> by_host;
    by_host["localhost"] = {.host = "localhost",
                            .paths = {"/ipfs/", "/ipns/", "/p2p/"},
                            .use_subdomains = true,
                            .deserialized_responses = deserialized_responses};
    const Json* configured = config.find("Gateway.PublicGateways");
    if (configured != nullptr && configured->is_object()) {
        for (const auto& [host, each] : configured->items()) {
            by_host.erase(host);
            if (!each.is_object()) continue;  // null takes the default away.
            PublicGateway gateway;
            gateway.host = host;
            gateway.use_subdomains = flag_of(each, "UseSubdomains", false);
            gateway.no_dnslink = flag_of(each, "NoDNSLink", false);
            gateway.inline_dnslink = flag_of(each, "InlineDNSLink", false);
            gateway.deserialized_responses =
                flag_of(each, "DeserializedResponses", deserialized_responses);
            if (const auto paths = each.find("Paths"); paths != each.end() && paths->is_array()) {
                for (const Json& path : *paths) {
                    if (path.is_string()) gateway.paths.push_back(path.get<std::string>());
                }
            }
            // Two labels before an address make no host name.
            if (gateway.use_subdomains && is_ip_address(without_port(host))) continue;
            by_host[host] = std::move(gateway);
        }
    }
    std::vector<PublicGateway> gateways;
    gateways.reserve(by_host.size());
    for (auto& [host, gateway] : by_host) gateways.push_back(std::move(gateway));
    std::ranges::stable_partition(gateways, [](const PublicGateway& gateway) {
        return gateway.host.find('*') == std::string::npos;
    });
    return gateways;
}

// "*.example.com" against "a.example.com", with or without a port; "*" is one or more characters
// but dots.
bool matches_pattern(std::string_view pattern, std::string_view host) {
    const size_t star = pattern.find('*');
    if (star == std::string_view::npos) {
        if (!host.starts_with(pattern)) return false;
        host.remove_prefix(pattern.size());
        if (host.empty()) return true;
        return host.size() > 1 && host.front() == ':' &&
               host.find_first_not_of("0123456789", 1) == std::string_view::npos;
    }
    if (!host.starts_with(pattern.substr(0, star))) return false;
    host.remove_prefix(star);
    const size_t label_end = std::min(host.find('.'), host.size());
    for (size_t size = label_end; size > 0; --size) {
        if (matches_pattern(pattern.substr(star + 1), host.substr(size))) return true;
    }
    return false;
}

}  // namespace

std::string_view without_port(std::string_view host) {
    const size_t colon = host.rfind(':');
    if (colon == std::string_view::npos) return host;
    if (host.front() == '[') {
        if (colon == 0 || host[colon - 1] != ']') return host;
        return host.substr(1, colon - 2);
    }
    // More than one colon without brackets is an address of version 6, without a port.
    return host.find(':') == colon ? host.substr(0, colon) : host;
}

bool is_ip_address(std::string_view host) {
    const std::string text(host);
    in6_addr address = {};
    return ::inet_pton(AF_INET, text.c_str(), &address) == 1 ||
           ::inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

Settings Settings::from(const node::Config& config) {
    Settings settings;
    settings.deserialized_responses =
        config.find_flag("Gateway.DeserializedResponses").value_or(true);
    settings.allow_codec_conversion =
        config.find_flag("Gateway.AllowCodecConversion").value_or(false);
    settings.disable_html_errors = config.find_flag("Gateway.DisableHTMLErrors").value_or(false);
    // DEPARTURE: on unless the config says no. Older clients, and the conformance tests, want it.
    settings.x_ipfs_path = config.find_flag("Gateway.DeprecatedXIpfsPath").value_or(true);
    settings.no_dnslink = config.find_flag("Gateway.NoDNSLink").value_or(false);
    settings.no_fetch = config.find_flag("Gateway.NoFetch").value_or(false);
    settings.exposes_routing = config.find_flag("Gateway.ExposeRoutingAPI").value_or(true);
    settings.root_redirect = config.find_text("Gateway.RootRedirect").value_or("");
    settings.retrieval_time_ns_max =
        config.find_duration_ns("Gateway.RetrievalTimeout").value_or(retrieval_time_ns_default);
    settings.request_time_ns_max =
        config.find_duration_ns("Gateway.MaxRequestDuration").value_or(request_time_ns_default);
    // boxo: without a bound it is the default.
    if (settings.request_time_ns_max <= 0) settings.request_time_ns_max = request_time_ns_default;
    settings.request_count_max =
        config.find_number("Gateway.MaxConcurrentRequests").value_or(request_count_default);
    const auto range_size = config.find_size_bytes("Gateway.MaxRangeRequestFileSize");
    if (range_size) settings.range_file_size_bytes_max = range_size->value_or(0);
    settings.public_gateways = public_gateways_of(config, settings.deserialized_responses);
    settings.fields = response_fields(config, settings.x_ipfs_path);
    return settings;
}

const PublicGateway* Settings::find_host(std::string_view host) const {
    const auto exact = [this](std::string_view wanted) -> const PublicGateway* {
        for (const PublicGateway& gateway : public_gateways) {
            if (gateway.host == wanted) return &gateway;
        }
        return nullptr;
    };
    if (const PublicGateway* gateway = exact(host)) return gateway;
    const std::string_view bare = without_port(host);
    if (const PublicGateway* gateway = exact(bare)) return gateway;
    for (const PublicGateway& gateway : public_gateways) {
        if (gateway.host.find('*') == std::string::npos) continue;
        if (matches_pattern(gateway.host, host)) return &gateway;
    }
    return nullptr;
}

}  // namespace kit::gateway
