#include "doors/gateway/call.h"

#include <fmt/core.h>

#include "doors/gateway/pages.h"

namespace kit::gateway {
namespace {

int status_of(Code code, int otherwise) {
    switch (code) {
        case Code::not_found:
            return 404;
        case Code::permission_denied:
            return 410;  // The operator refuses to serve it.
        case Code::timeout:
            return 504;
        case Code::offline:
            return 503;
        default:
            return otherwise;
    }
}

// As Go's http.Redirect sends a Location: bytes that are no ASCII in hexadecimal.
std::string ascii_location(std::string_view location) {
    std::string out;
    for (const char letter : location) {
        if (static_cast<signed char>(letter) < 0) {
            out += fmt::format("%{:x}", static_cast<unsigned char>(letter));
        } else {
            out.push_back(letter);
        }
    }
    return out;
}

// None in a node that is offline, which waits for nobody.
std::unique_ptr<node::Node> open_session(node::Node& node, http::Exchange& exchange,
                                         const Settings& settings) {
    if (node.network() == nullptr) return nullptr;
    node::Reach reach{.is_offline = settings.no_fetch, .is_abandoned = [&exchange] {
                          exchange.may_take_long();
                          return exchange.client_is_gone();
                      }};
    if (settings.retrieval_time_ns_max > 0) {
        reach.block_timeout = std::chrono::milliseconds(settings.retrieval_time_ns_max / 1'000'000);
    }
    return node.session(reach);
}

}  // namespace

Call::Call(http::Exchange& exchange_given, const Settings& settings_given, const Clock& clock_given,
           node::Node& node_given)
    : exchange(exchange_given),
      settings(settings_given),
      clock(clock_given),
      own_node(node_given),
      session(open_session(node_given, exchange_given, settings_given)),
      started_ns(clock.monotonic_ns()),
      waiting_since_ns(started_ns) {
    for (const auto& [name, value] : settings.fields) headers.add(name, value);
}

Result<void> Call::write(ByteView bytes) {
    TRY(in_time());
    TRY(exchange.write(bytes));
    waiting_since_ns = clock.monotonic_ns();
    return {};
}

Result<void> Call::in_time() const {
    const int64_t now_ns = clock.monotonic_ns();
    if (settings.request_time_ns_max > 0 && now_ns - started_ns > settings.request_time_ns_max) {
        return fail(Code::timeout, "context deadline exceeded");
    }
    if (settings.retrieval_time_ns_max > 0 &&
        now_ns - waiting_since_ns > settings.retrieval_time_ns_max) {
        return fail(Code::timeout, "Unable to retrieve content within timeout period");
    }
    return {};
}

std::string_view Call::query(std::string_view name) const {
    for (const auto& [key, value] : pairs) {
        if (key == name) return value;
    }
    return {};
}

bool Call::has_query(std::string_view name) const {
    for (const auto& [key, value] : pairs) {
        if (key == name) return true;
    }
    return false;
}

void answer(Call& call, int status, std::string_view body) {
    call.answered = true;
    http::ResponseHead head = {
        .status = status, .headers = std::move(call.headers), .size_bytes = body.size()};
    if (status == 304 || status == 204) head.size_bytes = std::nullopt;
    call.exchange.begin(std::move(head));
    static_cast<void>(call.exchange.write(as_bytes(body)));  // A client that left wants no answer.
    static_cast<void>(call.exchange.end());
}

void redirect(Call& call, int status, std::string_view location) {
    call.set("Location", ascii_location(location));
    if (call.headers.has("Content-Type")) return answer(call, status, "");
    call.set("Content-Type", "text/html; charset=utf-8");
    if (call.is_head()) {
        call.answered = true;
        return call.exchange.begin({.status = status, .headers = std::move(call.headers)});
    }
    answer(call, status,
           fmt::format("<a href=\"{}\">{}</a>.\n\n", escape_html(location),
                       http::status_text(status)));
}

void answer_plainly(Call& call, int status, std::string_view sentence) {
    call.set("Content-Type", "text/plain; charset=utf-8");
    call.set("X-Content-Type-Options", "nosniff");
    answer(call, status, std::string(sentence) + "\n");
}

void answer_error(Call& call, int status, std::string_view sentence) {
    if (call.settings.disable_html_errors || !call.accepts_html()) {
        return answer_plainly(call, status, sentence);
    }
    call.set("Content-Type", "text/html");
    answer(call, status, error_page(status, sentence));
}

void answer_error(Call& call, const Error& error, int status) {
    answer_error(call, status_of(error.code, status), error.to_text());
}

std::string escape_html(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char letter : text) {
        switch (letter) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&#34;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out.push_back(letter);
        }
    }
    return out;
}

}  // namespace kit::gateway
