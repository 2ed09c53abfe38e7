// One request on its way through the gateway: what is asked, under which host, and the header
// fields that gather for the answer until somebody gives it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/env.h"
#include "doors/gateway/settings.h"
#include "doors/gateway/web_path.h"
#include "http/exchange.h"
#include "http/url.h"
#include "node/node.h"

namespace kit::gateway {

// How the Host field led here.
enum class HostKind : uint8_t {
    none,       // An unknown host: served by path.
    path,       // A known gateway's own name.
    subdomain,  // <root>.ipfs.<gateway>: an origin of its own.
    dnslink     // A name with a DNSLink: a website.
};

// Lives while its request is served, on one thread.
struct Call {
    // `clock` measures how long it takes; it outlives the call, as do the others.
    Call(http::Exchange& exchange_given, const Settings& settings_given, const Clock& clock_given,
         node::Node& node_given);

    const http::RequestHead& request() const { return exchange.request(); }
    // The node, as far as this request may go: it waits for others' blocks within the settings'
    // bounds, and no longer than its client.
    node::Node& node() const { return session ? *session : own_node; }
    bool is_head() const { return request().method == "HEAD"; }
    // The first value of a query parameter, "" when absent.
    std::string_view query(std::string_view name) const;
    bool has_query(std::string_view name) const;
    std::string_view field(std::string_view name) const {
        return request().headers.find(name).value_or(std::string_view());
    }
    bool accepts_html() const {
        return field("Accept").find("text/html") != std::string_view::npos;
    }
    bool has_own_origin() const {
        return host_kind == HostKind::subdomain || host_kind == HostKind::dnslink;
    }
    void set(std::string_view name, std::string value) { headers.set(name, std::move(value)); }

    // The next bytes of the body. Fails with timeout as in_time() says.
    Result<void> write(ByteView bytes);
    // Fails with timeout, which is 504, when the request has taken longer than
    // Gateway.MaxRequestDuration, or its next bytes longer than Gateway.RetrievalTimeout. What a
    // client takes to read them is the connection's to bound.
    Result<void> in_time() const;

    http::Exchange& exchange;
    const Settings& settings;
    const Clock& clock;
    node::Node& own_node;
    const std::unique_ptr<node::Node> session;  // Of a node that is online.
    const int64_t started_ns;
    int64_t waiting_since_ns;   // When the last bytes were handed over.
    std::string path;           // Decoded; begins with /ipfs or /ipns whatever the host.
    std::string original_path;  // Decoded, as it came.
    http::QueryPairs pairs;
    HostKind host_kind = HostKind::none;
    std::string gateway_host;  // The gateway's or website's own name, with its port.
    const PublicGateway* gateway = nullptr;
    http::Headers headers;  // Of the answer.
    bool answered = false;
};

// An answer whose body is at hand.
void answer(Call& call, int status, std::string_view body);
// As Go's http.Redirect: with a line of HTML for who does not follow by itself.
void redirect(Call& call, int status, std::string_view location);
// A page that a person understands for browsers, and the plain sentence for everybody else. The
// status is the error's own where it has one (404, 400, 410, 503, 504), else `status`.
void answer_error(Call& call, const Error& error, int status);
void answer_error(Call& call, int status, std::string_view sentence);
// As Go's http.Error: plain text, always.
void answer_plainly(Call& call, int status, std::string_view sentence);

// `text` for HTML, between tags or in an attribute's quotes.
std::string escape_html(std::string_view text);

}  // namespace kit::gateway
