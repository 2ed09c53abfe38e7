#include "doors/gateway/door.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "base/go_text.h"
#include "doors/gateway/asked.h"
#include "doors/gateway/conditions.h"
#include "doors/gateway/hostname.h"
#include "doors/gateway/node_names.h"
#include "doors/gateway/pages.h"
#include "formats/peer_id.h"

namespace kit::gateway {
namespace {

constexpr std::string_view too_many = "Too many requests. Please retry after 60 seconds.";

bool is_content_path(std::string_view path) {
    return path.starts_with("/ipfs/") || path.starts_with("/ipns/");
}

bool is_routing(std::string_view path) {
    return path == "/routing/v1" || path.starts_with("/routing/v1/");
}

// ?uri=ipfs://<cid>/a, as browsers ask that know us as the handler of such links.
void redirect_protocol_handler(Call& call) {
    const std::string_view uri = call.query("uri");
    if (uri.empty()) return;
    const size_t colon = uri.find("://");
    const std::string_view scheme = uri.substr(0, std::min(colon, uri.size()));
    if (colon == std::string_view::npos || (scheme != "ipfs" && scheme != "ipns")) {
        return answer_error(call, 400, "uri query parameter scheme must be ipfs or ipns");
    }
    const std::string_view rest = uri.substr(colon + 3);
    const size_t mark = std::min(rest.find('?'), rest.size());
    const std::string_view before = rest.substr(0, std::min(rest.find('#'), mark));
    std::string location = clean_path(fmt::format("/{}/{}", scheme, before));
    if (mark < rest.size()) location += "?" + escape_path_segment(rest.substr(mark + 1));
    redirect(call, 301, location);
}

// A worker registered at /ipfs/<cid> would see everything else under the same origin.
void refuse_service_worker(Call& call) {
    if (call.field("Service-Worker") != "script") return;
    const std::string_view path = call.path;
    const bool is_root =
        is_content_path(path) && path.size() > 6 && path.find('/', 6) == std::string_view::npos;
    if (!is_root) return;
    answer_error(call, 400, "navigator.serviceWorker: registration is not allowed for this scope");
}

// /ipns/<key in base58> to the form that subdomains have.
void redirect_key_to_cid(Call& call) {
    if (call.host_kind == HostKind::dnslink || !call.path.starts_with("/ipns/")) return;
    const size_t end = std::min(call.path.find('/', 6), call.path.size());
    const std::string root = call.path.substr(6, end - 6);
    const auto peer = formats::PeerId::from_text(root);
    if (!peer) return;
    const std::string canonical = peer->to_cid_text();
    if (canonical == root) return;
    std::string location = link_path("/ipns/" + canonical + call.path.substr(end));
    if (!call.request().query().empty()) location.append("?").append(call.request().query());
    redirect(call, 302, location);
}

// /ipfs/ipfs/<cid>: somebody put the space before a path that had it.
void redirect_doubled_space(Call& call) {
    if (!call.path.starts_with("/ipfs/ipfs/") && !call.path.starts_with("/ipfs/ipns/")) return;
    const auto intended = WebPath::from_text(link_path(std::string_view(call.path).substr(5)));
    if (!intended) {
        return answer_error(call, 400, "invalid ipfs path: " + intended.error().message);
    }
    std::string location = intended->text;
    if (!call.pairs.empty()) {
        auto sorted = call.pairs;
        std::ranges::stable_sort(sorted, {}, &http::QueryPairs::value_type::first);
        location.push_back('?');
        for (const auto& [key, value] : sorted) {
            if (location.back() != '?') location.push_back('&');
            location.append(http::encode_query(key)).append("=").append(http::encode_query(value));
        }
    }
    redirect(call, 301, location);
}

// What a client can verify without trusting us: blocks, CARs, records.
bool is_trustless(const WebPath& path, Format format) {
    if (format != Format::car && !path.segments.empty()) return false;
    if (path.is_mutable) {
        return format == Format::ipns_record && formats::PeerId::from_text(path.root).has_value();
    }
    return format == Format::raw || format == Format::car;
}

}  // namespace

struct Door::Impl {
    Impl(Env& env_given, node::Node& node, DoorKind kind_given)
        : env(env_given),
          settings(Settings::from(node.config())),
          names(node),
          house{env, node, names},
          kind(kind_given) {}

    void route(Call& call);
    void serve_path(Call& call);
    void serve_content(Call& call);
    void serve_resolved(Call& call, Asked& asked);
    void check_cached(Call& call, const WebPath& path);
    Result<void> resolve_name(Asked& asked);
    bool answer_unchanged(Call& call, const Asked& asked);
    bool deserializes(const Call& call) const;

    Env& env;
    const Settings settings;
    const NodeNames names;
    const House house;
    const DoorKind kind;
    std::atomic<int64_t> running = 0;
};

Door::Door(Env& env, node::Node& node, DoorKind kind)
    : impl_(std::make_unique<Impl>(env, node, kind)) {}
Door::~Door() = default;

void Door::serve(http::Exchange& exchange) {
    Call call(exchange, impl_->settings, impl_->env.clock, impl_->house.node);
    // A tunnel leads nowhere but here: the next request on it is served like any other.
    if (call.request().method == "CONNECT") {
        exchange.begin({.status = 200, .headers = {}, .size_bytes = 0});
        return;
    }
    auto path = http::decode_path(call.request().path());
    if (!path) return exchange.answer(400, "text/plain; charset=utf-8", "400 Bad Request");
    call.path = *std::move(path);
    call.original_path = call.path;
    if (!call.request().query().empty()) {
        // Go's url.Query() looks away from pairs that cannot be read.
        if (auto pairs = http::parse_query(call.request().query())) call.pairs = *std::move(pairs);
    }
    const int64_t count_max = impl_->settings.request_count_max;
    const bool is_counted =
        is_content_path(call.path) || (impl_->kind == DoorKind::gateway && !is_routing(call.path));
    const bool is_full = is_counted && ++impl_->running > count_max && count_max > 0;
    if (is_full) {
        call.set("Cache-Control", "no-store");
        call.set("Retry-After", "60");
        answer_error(call, 429, too_many);
    } else {
        impl_->route(call);
    }
    if (is_counted) --impl_->running;
}

void Door::Impl::route(Call& call) {
    // As Go's ServeMux, before anything looks at the path.
    if (std::string cleaned = clean_mux_path(call.path); cleaned != call.path) {
        std::string location = link_path(cleaned);
        if (!call.request().query().empty()) location.append("?").append(call.request().query());
        call.headers = {};
        return redirect(call, 307, location);
    }
    if (kind == DoorKind::gateway) {
        if (settings.exposes_routing && is_routing(call.path)) {
            return answer_routing(house, call);
        }
        redirect_protocol_handler(call);
        if (!call.answered) route_by_host(call, names);
    }
    if (!call.answered) serve_path(call);
}

void Door::Impl::serve_path(Call& call) {
    if (is_content_path(call.path)) {
        const std::string& method = call.request().method;
        if (method == "GET" || method == "HEAD") return serve_content(call);
        for (const char* allowed : {"GET", "HEAD", "OPTIONS"}) call.headers.add("Allow", allowed);
        if (method == "OPTIONS") return answer(call, 200, "");
        return answer_plainly(call, 405,
                              fmt::format("Method {} not allowed: read only access", method));
    }
    if (call.path == "/ipfs" || call.path == "/ipns") {
        std::string location = call.path + "/";
        if (!call.request().query().empty()) location.append("?").append(call.request().query());
        return redirect(call, 307, location);
    }
    if (kind == DoorKind::gateway && call.path == "/version") {
        call.set("Content-Type", "text/plain; charset=utf-8");
        return answer(call, 200,
                      fmt::format("Commit: \nClient Version: kubo/{}\n", node::version_text));
    }
    if (call.path == "/" && !settings.root_redirect.empty()) {
        return redirect(call, 302, settings.root_redirect);
    }
    answer_plainly(call, 404, "404 page not found");
}

bool Door::Impl::deserializes(const Call& call) const {
    const PublicGateway* gateway = call.gateway;
    if (call.host_kind == HostKind::none || call.host_kind == HostKind::dnslink) {
        gateway = settings.find_host(call.request().host());
    }
    return gateway == nullptr ? settings.deserialized_responses : gateway->deserialized_responses;
}

void Door::Impl::serve_content(Call& call) {
    redirect_protocol_handler(call);
    if (!call.answered) refuse_service_worker(call);
    if (!call.answered) redirect_key_to_cid(call);
    if (!call.answered) redirect_doubled_space(call);
    if (call.answered) return;
    auto path = WebPath::from_text(call.path);
    if (!path) {
        // The node says what is wrong with it in Kubo's words.
        const auto said = call.node().resolve(call.path);
        return answer_error(call, 400, said ? path.error().message : said.error().message);
    }
    Asked asked;
    asked.path = *std::move(path);
    if (settings.x_ipfs_path && is_field_safe(asked.path.text)) {
        call.set("X-Ipfs-Path", asked.path.text);
    }
    if (auto uri = ipfs_uri(asked.path); uri && uri->size() <= 4096) {
        call.set("Ipfs-Uri", *std::move(uri));
    }
    check_cached(call, asked.path);
    if (call.answered) return;
    auto wanted = wanted_format(call);
    if (!wanted) {
        return answer_error(call, 400,
                            "error while processing the Accept header: " + wanted.error().message);
    }
    asked.wanted = *std::move(wanted);
    if (!deserializes(call) && !is_trustless(asked.path, asked.wanted.format)) {
        return answer_error(call, 406,
                            "only trustless requests are accepted on this gateway: "
                            "https://specs.ipfs.tech/http-gateways/trustless-gateway/");
    }
    add_content_location(call, asked.wanted);
    if (asked.wanted.format == Format::ipns_record) return answer_ipns_record(house, call, asked);
    asked.root = asked.path.cid;
    asked.segments = asked.path.segments;
    asked.immutable_text = asked.path.text;
    if (asked.path.is_mutable) {
        if (auto resolved = resolve_name(asked); !resolved) {
            // As Kubo: a name that leads nowhere is no content that is not found.
            Error error = std::move(resolved).error();
            const bool has_status =
                error.code == Code::timeout || error.code == Code::permission_denied;
            if (!has_status) error.code = Code::internal;
            return answer_unresolved(call, asked, error);
        }
    }
    if (asked.wanted.format == Format::car) return answer_car(house, call, asked);
    if (asked.wanted.format == Format::unknown) {
        return answer_error(call, 400, "unsupported response format requested");
    }
    serve_resolved(call, asked);
}

Result<void> Door::Impl::resolve_name(Asked& asked) {
    const NameTarget target = TRY(names.resolve(asked.path.root));
    std::string text = target.path;
    for (const std::string& segment : asked.path.segments) text += "/" + segment;
    WebPath path = TRY(WebPath::from_text(text));
    asked.root = path.cid;
    asked.segments = std::move(path.segments);
    asked.immutable_text = std::move(path.text);
    asked.ttl_ns = target.ttl_ns;
    return {};
}

// Cache-Control: only-if-cached, from whom would rather have nothing than wait.
void Door::Impl::check_cached(Call& call, const WebPath& path) {
    if (call.field("Cache-Control") != "only-if-cached") return;
    const auto is_here = [&]() -> Result<bool> {
        Asked asked;
        asked.path = path;
        asked.root = path.cid;
        asked.segments = path.segments;
        if (path.is_mutable) TRY(resolve_name(asked));
        const auto local = call.own_node.session({.is_offline = true});
        const node::Trail trail = TRY(local->follow(asked.root, asked.segments));
        return local->has_block(trail.last);
    };
    const auto held = is_here();
    if (held && *held) {
        if (call.is_head()) answer(call, 200, "");
        return;
    }
    if (call.is_head()) return answer(call, 412, "");
    answer_plainly(call, 412, go_quote(path.text) + " not in local datastore");
}

// True when what the client has is what it would get.
bool Door::Impl::answer_unchanged(Call& call, const Asked& asked) {
    const std::string_view none_match = call.field("If-None-Match");
    if (none_match.empty()) return false;
    const Cid& cid = asked.trail.last;
    struct Pair {
        std::string etag;
        std::string cache_control;
    };
    const bool is_mutable = asked.path.is_mutable;
    for (Pair& each : std::array<Pair, 3>{
             {{etag_of(cid, asked.wanted.format), content_cache_control(is_mutable, asked.ttl_ns)},
              {listing_etag(cid), listing_cache_control(is_mutable, asked.ttl_ns)},
              {preview_etag(cid), ""}}}) {
        if (!lists_etag(none_match, each.etag)) continue;
        call.set("Etag", std::move(each.etag));
        if (!each.cache_control.empty()) {
            call.set("Cache-Control", std::move(each.cache_control));
        }
        answer(call, 304, "");
        return true;
    }
    return false;
}

void Door::Impl::serve_resolved(Call& call, Asked& asked) {
    const Format format = asked.wanted.format;
    const bool is_web = format == Format::web;
    // A block asked for as it is needs no look inside.
    const bool opens = is_web || format == Format::json || format == Format::cbor;
    const auto find = [&]() -> Result<std::optional<node::Opened>> {
        asked.trail = TRY(call.node().follow(asked.root, asked.segments));
        if (!opens && format != Format::dag_json && format != Format::dag_cbor) {
            return std::nullopt;
        }
        if (opens) {
            auto opened = TRY(call.node().open_block(asked.trail.last));
            return opened;
        }
        node::Opened opened;
        opened.cid = asked.trail.last;
        opened.block = TRY(call.node().get_block(opened.cid));
        return opened;
    };
    auto opened = find();
    if (!opened && opened.error().code == Code::not_found && is_web && call.has_own_origin()) {
        const Redirected redirected = apply_redirects(call, asked);
        if (redirected.answered) return;
        if (redirected.rewritten) opened = find();
    }
    if (!opened) return answer_unresolved(call, asked, opened.error());
    if (const auto timely = call.in_time(); !timely) return answer_error(call, timely.error(), 504);
    if (answer_unchanged(call, asked)) return;
    if (format == Format::raw) return answer_raw_block(house, call, asked);
    if (format == Format::tar) return answer_tar(house, call, asked);
    if (opens && !call.is_head() && refuse_bad_range(call)) return;
    set_roots(call, asked.trail);
    const node::Opened& found = **opened;
    const bool is_value =
        found.cid.is(formats::Codec::json) || found.cid.is(formats::Codec::cbor) ||
        found.cid.is(formats::Codec::dag_json) || found.cid.is(formats::Codec::dag_cbor);
    if (is_value || !opens) return answer_value(house, call, asked, found);
    answer_unixfs(house, call, asked, found);
}

}  // namespace kit::gateway
