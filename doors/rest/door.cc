#include "doors/rest/door.h"

#include "doors/rest/correlation.h"
#include "doors/rest/document.h"
#include "doors/rest/parameters.h"
#include "doors/rest/record_sink.h"
#include "doors/rpc/response_sink.h"
#include "doors/web/page.h"

namespace kit::rest {
namespace {

constexpr std::string_view place = "/api/v1";

std::string_view below_place(const http::RequestHead& request) {
    return request.path().substr(place.size());
}

// The shelf's own answer, with the fields of CORS: a page that may call may read how.
void send_document(http::Exchange& exchange, const rpc::Access& access, const web::PageFile& file) {
    web::PageAnswer answer = web::file_answer(exchange.request(), file);
    access.add_headers(exchange.request(), answer.head.headers);
    web::send(exchange, std::move(answer));
}

void send_to_docs(http::Exchange& exchange) {
    http::ResponseHead head = {.status = 307, .headers = {}, .size_bytes = 0};
    head.headers.add("Location", "/api/v1/docs");
    exchange.begin(std::move(head));
}

}  // namespace

bool Door::serves(const http::RequestHead& request) {
    const std::string_view path = request.path();
    return path.starts_with(place) && (path.size() == place.size() || path[place.size()] == '/');
}

void Door::serve(http::Exchange& exchange) {
    const http::RequestHead& request = exchange.request();
    const rpc::Access& access = calls_.access();
    if (auto preflight = access.preflight(request)) {
        exchange.begin(*std::move(preflight));
        return;
    }
    const std::string_view path = below_place(request);
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (reads && path.size() <= 1) return send_to_docs(exchange);
    if (const auto* file = documents_.find(calls_.verbs(), path); file != nullptr && reads) {
        return send_document(exchange, access, *file);
    }
    run(exchange, path.empty() ? path : path.substr(1));
}

void Door::run(http::Exchange& exchange, std::string_view command_path) {
    const http::RequestHead& request = exchange.request();
    const rpc::Access& access = calls_.access();
    const auto found = calls_.verbs().find(command_path);
    const bool is_known = found && !found->has_argument;
    const Call call = {.exchange = exchange,
                       .access = access,
                       .operation = is_known ? operation_id(command_path) : "",
                       .correlation_id = correlation_id(request, calls_.random())};
    const auto refuse = [&call](int status, Code code, std::string message) {
        answer_failure(call, status, Error{code, std::move(message)});
    };
    if (const auto refusal = access.check_secret(request)) {
        return refuse(refusal->status, Code::permission_denied, refusal->text);
    }
    if (request.method == "OPTIONS") return rpc::answer_options(exchange);
    if (const auto refusal = access.check_origin(request)) {
        const bool is_method = refusal->status == 405;
        return refuse(refusal->status, is_method ? Code::invalid_argument : Code::permission_denied,
                      is_method ? "commands are asked for with POST"
                                : "this origin may not call: see API.HTTPHeaders in the config");
    }
    if (!is_known) {
        return refuse(404, Code::not_found,
                      "there is no such operation: /api/v1/docs lists those that there are");
    }
    auto words = read_words(*found->verb, exchange);
    if (!words) return answer_failure(call, status_of(words.error().code), words.error());
    auto asked = rpc::read_request(*std::move(words), exchange);
    const auto prepared = asked ? calls_.prepare(*asked) : std::unexpected(asked.error());
    if (!prepared) return answer_failure(call, status_of(prepared.error().code), prepared.error());
    if (const auto checked = calls_.check(*asked); !checked) {
        return answer_failure(call, status_of(checked.error().code), checked.error());
    }
    asked->request.wants_json = true;
    RecordSink sink(call, asked->verb->command, asked->request);
    sink.finish(calls_.run(exchange, *asked, sink));
}

}  // namespace kit::rest
