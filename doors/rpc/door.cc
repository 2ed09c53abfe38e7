#include "doors/rpc/door.h"

#include "doors/rpc/access.h"
#include "doors/rpc/request_reader.h"
#include "doors/rpc/response_sink.h"

namespace kit::rpc {
namespace {

constexpr std::string_view prefix = "/api/v0/";

Result<Encoding> encoding_of(const commands::Request& request) {
    const std::string name = request.text("encoding");
    if (name == "json") return Encoding::json;
    if (name == "text") return Encoding::text;
    return fail(Code::invalid_argument, "invalid encoding: {}", name);
}

void refuse(http::Exchange& exchange, const Refusal& refusal) {
    http::Headers headers;
    headers.add("Vary", "Origin");
    if (refusal.status == 405) headers.add("Allow", "OPTIONS, POST");
    answer_plainly(exchange, refusal.status, refusal.text, std::move(headers));
}

}  // namespace

void Door::serve(http::Exchange& exchange) {
    const http::RequestHead& request = exchange.request();
    if (const auto refusal = calls_.access().check_secret(request)) {
        return refuse(exchange, *refusal);
    }
    if (auto preflight = calls_.access().preflight(request)) {
        exchange.begin(*std::move(preflight));
        return;
    }
    if (!request.path().starts_with(prefix)) {
        return refuse(exchange, {404, "404 page not found"});
    }
    if (request.method == "OPTIONS") return answer_options(exchange);
    if (const auto refusal = calls_.access().check_origin(request)) {
        return refuse(exchange, *refusal);
    }
    run(exchange);
}

void Door::run(http::Exchange& exchange) {
    auto asked =
        read_request(calls_.verbs(), exchange.request().path().substr(prefix.size()), exchange);
    auto encoding = asked ? encoding_of(asked->request) : Result<Encoding>(Encoding::json);
    auto prepared = asked ? calls_.prepare(*asked) : Result<void>();
    for (const Error* error :
         {asked ? nullptr : &asked.error(), encoding ? nullptr : &encoding.error(),
          prepared ? nullptr : &prepared.error()}) {
        if (error == nullptr) continue;
        return refuse(exchange, {error->code == Code::not_found ? 404 : 400, error->message});
    }
    asked->request.wants_json = *encoding == Encoding::json;
    ResponseSink sink(exchange, calls_.access(), asked->verb->command, asked->request, *encoding);
    if (const auto checked = calls_.check(*asked); !checked) return sink.refuse(checked.error());
    sink.finish(calls_.run(exchange, *asked, sink));
}

}  // namespace kit::rpc
