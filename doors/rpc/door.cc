#include "doors/rpc/door.h"

#include <nlohmann/json.hpp>

#include "doors/rpc/access.h"
#include "doors/rpc/request_reader.h"
#include "doors/rpc/response_sink.h"
#include "doors/rpc/running.h"
#include "doors/rpc/verbs.h"
#include "node/units.h"

namespace kit::rpc {
namespace {

constexpr std::string_view prefix = "/api/v0/";

Result<Encoding> encoding_of(const commands::Request& request) {
    const std::string name = request.text("encoding");
    if (name == "json") return Encoding::json;
    if (name == "text") return Encoding::text;
    return fail(Code::invalid_argument, "invalid encoding: {}", name);
}

}  // namespace

struct Door::Impl {
    Impl(Env& env_given, node::Node& node_given, DoorOptions options_given)
        : env(env_given),
          node(node_given),
          options(std::move(options_given)),
          access(node_given.config(), options.port),
          running(env_given.clock) {}

    void refuse(http::Exchange& exchange, const Refusal& refusal) const;
    void run(http::Exchange& exchange);
    Result<void> call(const RpcRequest& asked, RunningRequest& state, commands::Sink& sink);

    Env& env;
    node::Node& node;
    const DoorOptions options;
    const Access access;
    Verbs verbs;
    RunningRequests running;
};

Door::Door(Env& env, node::Node& node, DoorOptions options)
    : impl_(std::make_unique<Impl>(env, node, std::move(options))) {}
Door::~Door() = default;

void Door::Impl::refuse(http::Exchange& exchange, const Refusal& refusal) const {
    http::Headers headers;
    headers.add("Vary", "Origin");
    if (refusal.status == 405) headers.add("Allow", "OPTIONS, POST");
    answer_plainly(exchange, refusal.status, refusal.text, std::move(headers));
}

void Door::serve(http::Exchange& exchange) {
    const http::RequestHead& request = exchange.request();
    if (const auto refusal = impl_->access.check_secret(request)) {
        return impl_->refuse(exchange, *refusal);
    }
    if (auto preflight = impl_->access.preflight(request)) {
        exchange.begin(*std::move(preflight));
        return;
    }
    if (!request.path().starts_with(prefix)) {
        return impl_->refuse(exchange, {404, "404 page not found"});
    }
    if (request.method == "OPTIONS") {
        http::ResponseHead head = {.status = 204, .headers = {}, .size_bytes = 0};
        head.headers.add("Allow", "OPTIONS, POST");
        head.headers.add("Vary", "Origin");
        exchange.begin(std::move(head));
        return;
    }
    if (const auto refusal = impl_->access.check_origin(request)) {
        return impl_->refuse(exchange, *refusal);
    }
    impl_->run(exchange);
}

void Door::Impl::run(http::Exchange& exchange) {
    auto asked = read_request(verbs, exchange.request().path().substr(prefix.size()), exchange);
    auto encoding = asked ? encoding_of(asked->request) : Result<Encoding>(Encoding::json);
    int64_t deadline_ns = 0;
    auto timeout = asked && asked->request.given("timeout")
                       ? node::parse_duration_ns(asked->request.text("timeout"))
                       : Result<int64_t>(0);
    for (const Error* error :
         {asked ? nullptr : &asked.error(), encoding ? nullptr : &encoding.error(),
          timeout ? nullptr : &timeout.error()}) {
        if (error == nullptr) continue;
        return refuse(exchange, {error->code == Code::not_found ? 404 : 400, error->message});
    }
    if (*timeout > 0) deadline_ns = env.clock.monotonic_ns() + *timeout;
    asked->request.is_remote = true;
    asked->request.wants_json = *encoding == Encoding::json;
    asked->request.now_s = env.clock.unix_ns() / 1'000'000'000;
    ResponseSink sink(exchange, access, asked->verb->command, asked->request, *encoding);
    const auto state = running.begin(exchange, deadline_ns,
                                     {.command = asked->verb->command.path,
                                      .arguments = asked->request.arguments,
                                      .options = asked->request.given_options()});
    auto outcome = call(*asked, *state, sink);
    const bool timed_out = state->timed_out;
    running.end(state);
    if (!outcome && outcome.error().code == Code::cancelled && timed_out) {
        outcome = fail(Code::timeout, "context deadline exceeded");
    }
    sink.finish(outcome);
}

Result<void> Door::Impl::call(const RpcRequest& asked, RunningRequest& state,
                              commands::Sink& sink) {
    TRY(asked.request.cid_base());
    const auto session = node.session(state.cancel);
    commands::Context context{.env = env,
                              .node = session.get(),
                              .repo = options.repo,
                              .working_directory = "/",
                              .cancel = &state.cancel,
                              .config_file = {},
                              .editor = {},
                              .daemon = options.daemon,
                              .served = &running};
    return asked.verb->command.run(context, asked.request, sink);
}

}  // namespace kit::rpc
