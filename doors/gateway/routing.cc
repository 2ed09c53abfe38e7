// /routing/v1: who has content, where peers are, which record a name has; for browsers and light
// clients that leave the search to this node. Answers and their words are boxo's
// (routing/http/server/server.go). https://specs.ipfs.tech/routing/http-routing-v1/
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <functional>

#include "base/ascii.h"
#include "base/go_text.h"
#include "base/limits.h"
#include "doors/gateway/asked.h"
#include "doors/gateway/routing_lists.h"
#include "doors/gateway/xxhash.h"
#include "formats/ipns_record.h"
#include "formats/peer_id.h"
#include "node/network.h"

namespace kit::gateway {
namespace {

using formats::PeerId;

constexpr int64_t second_ns = 1'000'000'000;
constexpr std::chrono::seconds routing_time(30);  // boxo's DefaultRoutingTimeout.
constexpr std::string_view record_type = "application/vnd.ipfs.ipns-record";
constexpr std::string_view nothing_cache_control =
    "public, max-age=15, stale-while-revalidate=60, stale-if-error=3600";

void refuse(Call& call, int status, std::string_view sentence) {
    call.set("Content-Type", "text/plain; charset=utf-8");
    answer(call, status, sentence);
}

// What Kubo says of a text that is no CID.
std::string why_no_cid(const std::string& text) {
    const auto path = dag::ContentPath::from_text("/ipfs/" + text);
    const std::string said = path ? "" : path.error().message;
    const size_t mark = said.find("invalid cid: ");
    return mark == std::string::npos ? "invalid cid: cid too short" : said.substr(mark);
}

// In JSON, or a line for each; nullopt when the client wants neither.
std::optional<std::string_view> list_type(const Call& call) {
    bool takes_any = true;
    bool takes_json = false;
    bool takes_lines = false;
    for (const std::string_view field : call.request().headers.find_all("Accept")) {
        takes_any = false;
        for (std::string_view rest = field; !rest.empty();) {
            const size_t comma = std::min(rest.find(','), rest.size());
            const std::string_view accept = rest.substr(0, comma);
            const std::string type = ascii_lower(trimmed(accept.substr(0, accept.find(';'))));
            takes_json = takes_json || type == "application/json" || type == "*/*";
            takes_lines = takes_lines || type == "application/x-ndjson";
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
    }
    if (takes_lines) return "application/x-ndjson";
    if (takes_json || takes_any) return "application/json";
    return std::nullopt;
}

// What the node's router knows, nobody in a node without one.
routing::Router* router_of(const Call& call) {
    node::Network* const network = call.node().network();
    return network == nullptr ? nullptr : &network->router();
}

// Answers with what `search` finds in boxo's time. What goes wrong once there are results is not
// told: they are worth having by themselves.
using Search = std::function<Result<void>(routing::Router& router, const routing::VisitPeer& visit,
                                          const routing::Wait& wait)>;
void answer_list(const House& house, Call& call, std::string_view list_name, const Search& search) {
    const auto type = list_type(call);
    if (!type) return refuse(call, 400, "no supported content types");
    PeerList list(house, call, *type, list_name);
    bool has_found = false;
    if (routing::Router* const router = router_of(call)) {
        call.exchange.may_take_long();
        const auto visit = [&](const routing::PeerAddress& peer) {
            has_found = true;
            return list.add(peer);
        };
        const auto found = search(*router, visit, routing::wait_for(house.env.clock, routing_time));
        const bool is_silence = found || found.error().code == Code::timeout ||
                                found.error().code == Code::not_found ||
                                found.error().code == Code::unsupported;
        if (!is_silence && !has_found) {
            return refuse(call, 500, "delegate error: " + found.error().to_text());
        }
    }
    list.end();
}

void find_providers(const House& house, Call& call, const std::string& text) {
    const auto cid = Cid::from_text(text);
    if (!cid) {
        return refuse(call, 400, "unable to parse CID: " + why_no_cid(text));
    }
    answer_list(
        house, call, "Providers",
        [&](routing::Router& router, const routing::VisitPeer& visit, const routing::Wait& wait) {
            return router.find_providers(*cid, SIZE_MAX, visit, wait);
        });
}

// A peer's name, or a CID of old.
std::optional<PeerId> peer_of(const std::string& text) {
    if (auto peer = PeerId::from_text(text)) return *std::move(peer);
    const auto cid = Cid::from_text(text);
    if (!cid) return std::nullopt;
    auto peer = PeerId::from_bytes(cid->hash().bytes());
    if (!peer) return std::nullopt;
    return *std::move(peer);
}

void find_peers(const House& house, Call& call, const std::string& text) {
    const auto peer = peer_of(text);
    if (!peer && !Cid::from_text(text)) {
        return refuse(call, 400,
                      fmt::format("unable to parse PeerID {}: failed to parse peer ID: {}",
                                  go_quote(text), why_no_cid(text)));
    }
    answer_list(house, call, "Peers",
                [&](routing::Router& router, const routing::VisitPeer& visit,
                    const routing::Wait& wait) -> Result<void> {
                    if (!peer) return {};
                    const auto found = TRY(router.find_peer(*peer, wait));
                    TRY(visit(found));
                    return {};
                });
}

void find_closest_peers(const House& house, Call& call, const std::string& text) {
    const auto cid = Cid::from_text(text);
    const auto peer = PeerId::from_text(text);
    if (!peer && !cid) {
        return refuse(call, 400,
                      fmt::format("unable to parse key {}: unable to parse as CID or PeerID: {}",
                                  go_quote(text), why_no_cid(text)));
    }
    if (!list_type(call)) return refuse(call, 400, "no supported content types");
    if (router_of(call) == nullptr) {
        return refuse(call, 500,
                      "delegate error: GetClosestPeers not supported: DHT is not available");
    }
    const Bytes key = to_bytes(peer ? peer->bytes() : cid->hash().bytes());
    answer_list(house, call, "Peers",
                [&](routing::Router& router, const routing::VisitPeer& visit,
                    const routing::Wait& wait) { return router.closest_peers(key, visit, wait); });
}

// Never past the end of what the record's signature says.
void set_record_times(const House& house, Call& call, const formats::IpnsRecord& record) {
    const int64_t now_s = house.env.clock.unix_ns() / second_ns;
    call.set("Last-Modified", http::date_text(now_s));
    const auto content = record.content();
    if (!content) return call.set("Cache-Control", "no-store");
    call.set("Expires", http::date_text(content->valid_until.seconds));
    const int64_t left_s = content->valid_until.seconds - now_s;
    if (left_s <= 0) return call.set("Cache-Control", "no-store");
    const auto ttl_s = static_cast<int64_t>(content->ttl_ns / second_ns);
    const int64_t age_s = std::min(ttl_s, left_s);
    call.set("Cache-Control",
             fmt::format("public, max-age={}, stale-while-revalidate={}, stale-if-error={}", age_s,
                         left_s - age_s, left_s - age_s));
}

// The name in a path, or an answer that it is none.
std::optional<PeerId> read_name(Call& call, const std::string& text) {
    const auto cid = Cid::from_text(text);
    if (!cid) {
        refuse(call, 400, "unable to parse CID: " + why_no_cid(text));
        return std::nullopt;
    }
    auto name = PeerId::from_text(text);
    if (name) return *std::move(name);
    refuse(call, 400, "peer ID CID is not valid: " + name.error().message);
    return std::nullopt;
}

void get_record(const House& house, Call& call, const std::string& text) {
    const std::string_view accept = call.field("Accept");
    const bool takes_record = accept.empty() || accept.find("*/*") != std::string_view::npos ||
                              accept.find(record_type) != std::string_view::npos;
    if (!takes_record) {
        return refuse(call, 406,
                      fmt::format("content type in 'Accept' header is not supported, retry with "
                                  "'{}'",
                                  record_type));
    }
    const auto name = read_name(call, text);
    if (!name) return;
    const auto record = house.node.find_name_record(*name);
    if (!record) return refuse(call, 500, "delegate error: " + record.error().to_text());
    if (!*record) {
        // IPIP-0513: that there is no record is an answer, and no error.
        call.set("Cache-Control", std::string(nothing_cache_control));
        return answer_plainly(call, 200, "delegate error: routing: not found");
    }
    set_record_times(house, call, **record);
    call.set("Etag", fmt::format("\"{:x}\"", xxhash64((*record)->bytes())));
    call.set("Content-Type", std::string(record_type));
    call.set("Content-Disposition",
             fmt::format("attachment; filename=\"{}.ipns-record\"", name->to_cid_text()));
    call.headers.add("Vary", "Accept");
    answer(call, 200, as_text((*record)->bytes()));
}

void put_record(const House& house, Call& call, const std::string& text) {
    if (call.field("Content-Type").find(record_type) == std::string_view::npos) {
        return refuse(call, 406,
                      "content type in 'Content-Type' header is missing or not supported");
    }
    const auto name = read_name(call, text);
    if (!name) return;
    Bytes record(limits::ipns_record_size_bytes_max + 1);
    size_t size = 0;
    while (size < record.size()) {
        const auto read = call.exchange.read_body(std::span(record).subspan(size));
        if (!read) return refuse(call, 400, "provided record cannot be read");
        if (*read == 0) break;
        size += *read;
    }
    record.resize(size);
    const auto put = house.node.put_name_record(*name, record);
    if (put) return answer(call, 200, "");
    const bool is_ours = put.error().code == Code::io_error || put.error().code == Code::internal;
    refuse(call, is_ours ? 500 : 400,
           (is_ours ? "delegate error: " : "provided record is invalid: ") + put.error().to_text());
}

}  // namespace

void answer_routing(const House& house, Call& call) {
    static constexpr std::string_view root = "/routing/v1/";
    if (call.path == "/routing/v1") {
        call.headers = {};
        return redirect(call, 307, root);
    }
    struct Endpoint {
        std::string_view prefix;
        bool has_put;
    };
    static constexpr std::array<Endpoint, 4> endpoints = {
        {{"providers/", false}, {"peers/", false}, {"ipns/", true}, {"dht/closest/peers/", false}}};
    const std::string_view path = std::string_view(call.path).substr(root.size());
    const auto endpoint = std::ranges::find_if(
        endpoints, [&](const Endpoint& each) { return path.starts_with(each.prefix); });
    const std::string name(endpoint == endpoints.end() ? "" : path.substr(endpoint->prefix.size()));
    if (name.empty() || name.find('/') != std::string::npos) {
        return answer_plainly(call, 404, "404 page not found");
    }
    const bool puts = endpoint->has_put && call.request().method == "PUT";
    if (!puts && call.request().method != "GET") return answer(call, 405, "");
    if (endpoint->prefix == "providers/") return find_providers(house, call, name);
    if (endpoint->prefix == "peers/") return find_peers(house, call, name);
    if (puts) return put_record(house, call, name);
    if (endpoint->prefix == "ipns/") return get_record(house, call, name);
    find_closest_peers(house, call, name);
}

}  // namespace kit::gateway
