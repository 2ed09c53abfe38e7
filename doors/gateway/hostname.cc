#include "doors/gateway/hostname.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/go_text.h"
#include "doors/gateway/pages.h"
#include "formats/peer_id.h"

namespace kit::gateway {
namespace {

using formats::Codec;
using formats::PeerId;

constexpr size_t dns_label_size_max = 63;

bool is_subdomain_space(std::string_view space) {
    return space == "ipfs" || space == "ipns" || space == "p2p" || space == "ipld";
}

bool is_peer_space(std::string_view space) {
    return space == "ipns" || space == "p2p";
}

bool handles_path(const PublicGateway& gateway, std::string_view path) {
    return std::ranges::any_of(gateway.paths, [&](std::string_view prefix) {
        if (prefix.ends_with('/')) prefix.remove_suffix(1);
        return path == prefix ||
               (path.starts_with(prefix) && path.substr(prefix.size()).starts_with('/'));
    });
}

// Few names are worth asking the DNS for: no addresses, no keys.
bool has_dnslink(const Names& names, std::string_view host) {
    const std::string_view domain = without_port(host);
    if (domain.empty() || domain.size() > 253 || is_ip_address(domain)) return false;
    if (PeerId::from_text(domain)) return false;
    return names.has_dnslink(domain);
}

bool is_https(const Call& call) {
    return call.field("X-Forwarded-Proto") == "https" ||
           call.request().target.starts_with("https://");
}

bool looks_inlined(std::string_view space, std::string_view root) {
    return space == "ipns" && root.find('.') == std::string_view::npos &&
           root.find('-') != std::string_view::npos;
}

// In a form that fits into a DNS label: as it is, or in base36.
Result<std::string> dns_label(std::string root, const Cid& cid) {
    if (root.size() <= dns_label_size_max) return root;
    root = cid.to_v1().to_text(formats::Base::base36);
    if (root.size() <= dns_label_size_max) return root;
    return fail(Code::invalid_argument, "CID incompatible with DNS label length limit of {}: {}",
                dns_label_size_max, root);
}

// A root as a label before ".ipfs.<gateway>"; "" when it has no such form.
Result<std::string> subdomain_root(const Call& call, const Names& names, std::string_view space,
                                   std::string root, bool inline_names) {
    if (is_peer_space(space)) {
        if (const auto peer = PeerId::from_text(root)) root = peer->to_cid_text();
    }
    if (const auto cid = Cid::from_text(root)) {
        if (!is_peer_space(space)) {
            const Cid canonical = cid->to_v1();
            return dns_label(canonical.to_text(), canonical);
        }
        const Cid canonical = Cid::v1(Codec::libp2p_key, cid->hash());
        return dns_label(canonical.to_text(formats::Base::base36), canonical);
    }
    if (looks_inlined(space, root)) {
        std::string domain = uninline_dnslink(root);
        if (has_dnslink(names, domain)) root = std::move(domain);
    }
    const bool is_domain = space == "ipns" && root.find('.') != std::string::npos;
    if ((inline_names || is_https(call)) && is_domain) {
        if (has_dnslink(names, root)) return inline_dnslink(root);
        return root;
    }
    return space == "ipfs" ? std::string() : root;
}

// Where "/ipfs/<root>/rest" has its own origin; "" when it has none.
Result<std::string> subdomain_url(const Call& call, const Names& names, std::string_view host,
                                  std::string_view path, bool inline_names) {
    const size_t root_at = path.find('/', 1);
    if (root_at == std::string_view::npos) return std::string();
    const std::string_view space = path.substr(1, root_at - 1);
    const size_t rest_at = std::min(path.find('/', root_at + 1), path.size());
    if (!is_subdomain_space(space)) return std::string();
    const std::string root = TRY(
        subdomain_root(call, names, space,
                       std::string(path.substr(root_at + 1, rest_at - root_at - 1)), inline_names));
    if (root.empty()) return std::string();
    const std::string_view rest = rest_at < path.size() ? path.substr(rest_at) : "/";
    std::string url = fmt::format("{}://{}.{}.{}{}", is_https(call) ? "https" : "http", root, space,
                                  host, link_path(rest));
    if (!call.request().query().empty()) url.append("?").append(call.request().query());
    return url;
}

// True when it answered: with a redirect, or with what is wrong with the root.
bool redirect_to_subdomain(Call& call, const Names& names, std::string_view host,
                           std::string_view path, bool inline_names) {
    const auto url = subdomain_url(call, names, host, path, inline_names);
    if (!url) {
        answer_error(call, 400, url.error().message);
        return true;
    }
    if (url->empty()) return false;
    redirect(call, 301, *url);
    return true;
}

struct Subdomain {
    const PublicGateway* gateway;
    std::string_view gateway_host;  // With its port.
    std::string_view space;
    std::string_view root;
};
// "<root>.<space>.<known gateway>", the shortest gateway's name first.
std::optional<Subdomain> find_subdomain(const Settings& settings, std::string_view host) {
    for (size_t dot = host.rfind('.'); dot != std::string_view::npos && dot > 0;
         dot = host.rfind('.', dot - 1)) {
        const std::string_view before = host.substr(0, dot);
        const size_t space_dot = before.rfind('.');
        if (space_dot == std::string_view::npos) break;
        const PublicGateway* gateway = settings.find_host(host.substr(dot + 1));
        const std::string_view space = before.substr(space_dot + 1);
        if (gateway == nullptr || !is_subdomain_space(space)) continue;
        return Subdomain{gateway, host.substr(dot + 1), space, before.substr(0, space_dot)};
    }
    return std::nullopt;
}

// Whether the root of a subdomain must have another form; then it has been answered.
bool redirect_to_canonical(Call& call, const Names& names, const Subdomain& subdomain,
                           const Cid& cid) {
    const auto label = dns_label(std::string(subdomain.root), cid);
    if (!label) {
        answer_error(call, 400, label.error().message);
        return true;
    }
    const bool inline_names = subdomain.gateway->inline_dnslink;
    const std::string path = fmt::format("/{}/{}{}", subdomain.space, *label, call.path);
    const bool is_other = !call.request().host().starts_with(*label);
    const bool is_wrong_codec = is_peer_space(subdomain.space) && !cid.is(Codec::libp2p_key);
    if (!is_other && !is_wrong_codec) return false;
    return redirect_to_subdomain(call, names, subdomain.gateway_host, path, inline_names);
}

void route_subdomain(Call& call, const Names& names, const Subdomain& subdomain) {
    std::string prefix = fmt::format("/{}/{}", subdomain.space, subdomain.root);
    if (!subdomain.gateway->use_subdomains || !handles_path(*subdomain.gateway, prefix)) {
        return answer_plainly(call, 404, "404 page not found");
    }
    if (const auto cid = Cid::from_text(subdomain.root)) {
        if (redirect_to_canonical(call, names, subdomain, *cid)) return;
    } else if (looks_inlined(subdomain.space, subdomain.root)) {
        // The name with dots is the likelier one, and the one to speak of when neither is there.
        const std::string domain = uninline_dnslink(subdomain.root);
        if (has_dnslink(names, domain) || !has_dnslink(names, subdomain.root)) {
            prefix = "/ipns/" + domain;
        }
    }
    call.path = prefix + call.path;
    call.host_kind = HostKind::subdomain;
    call.gateway_host = subdomain.gateway_host;
    call.gateway = subdomain.gateway;
}

void route_website(Call& call, std::string_view host) {
    call.path = fmt::format("/ipns/{}{}", without_port(host), call.path);
    call.host_kind = HostKind::dnslink;
    call.gateway_host = host;
}

}  // namespace

void route_by_host(Call& call, const Names& names) {
    std::string_view host = call.request().host();
    if (const std::string_view forwarded = call.field("X-Forwarded-Host"); !forwarded.empty()) {
        host = forwarded;
    }
    if (const PublicGateway* gateway = call.settings.find_host(host)) {
        call.gateway = gateway;
        if (handles_path(*gateway, call.path)) {
            if (gateway->use_subdomains &&
                redirect_to_subdomain(call, names, host, call.path, gateway->inline_dnslink)) {
                return;
            }
            call.host_kind = HostKind::path;
            call.gateway_host = host;
            return;
        }
        if (!gateway->no_dnslink && has_dnslink(names, host)) return route_website(call, host);
        return answer_plainly(call, 404, "404 page not found");
    }
    if (const auto subdomain = find_subdomain(call.settings, host)) {
        return route_subdomain(call, names, *subdomain);
    }
    if (!call.settings.no_dnslink && has_dnslink(names, host)) route_website(call, host);
}

Result<std::string> inline_dnslink(std::string_view domain) {
    std::string label;
    for (const char letter : domain) {
        if (letter == '-') {
            label += "--";
        } else {
            label.push_back(letter == '.' ? '-' : letter);
        }
    }
    if (label.size() > dns_label_size_max) {
        return fail(Code::invalid_argument,
                    "inlined DNSLink incompatible with DNS label length limit of {}: {}",
                    dns_label_size_max, go_quote(label));
    }
    return label;
}

std::string uninline_dnslink(std::string_view label) {
    std::string domain;
    for (size_t i = 0; i < label.size(); ++i) {
        if (label[i] != '-') {
            domain.push_back(label[i]);
        } else if (i + 1 < label.size() && label[i + 1] == '-') {
            domain.push_back('-');
            ++i;
        } else {
            domain.push_back('.');
        }
    }
    return domain;
}

}  // namespace kit::gateway
