#include "doors/rpc/calls.h"

#include "node/units.h"

namespace kit::rpc {

Calls::Calls(Env& env, node::Node& node, CallOptions options)
    : env_(env),
      node_(node),
      options_(std::move(options)),
      access_(node.config(), options_.port),
      running_(env.clock) {}

Result<void> Calls::prepare(RpcRequest& asked) const {
    if (asked.request.given("timeout")) {
        const int64_t timeout_ns = TRY(node::parse_duration_ns(asked.request.text("timeout")));
        if (timeout_ns > 0) asked.deadline_ns = env_.clock.monotonic_ns() + timeout_ns;
    }
    asked.request.is_remote = true;
    asked.request.now_s = env_.clock.unix_ns() / 1'000'000'000;
    return {};
}

Result<void> Calls::check(const RpcRequest& asked) const {
    const auto& check = asked.verb->command.check;
    if (!check) return {};
    return check({.env = env_, .node = &node_, .repo = options_.repo, .working_directory = "/"},
                 asked.request);
}

Result<void> Calls::run(http::Exchange& exchange, const RpcRequest& asked, commands::Sink& sink) {
    const auto state = running_.begin(exchange, asked.deadline_ns,
                                      {.command = asked.verb->command.path,
                                       .arguments = asked.request.arguments,
                                       .options = asked.request.given_options()});
    auto outcome = run_command(asked, *state, sink);
    const bool timed_out = state->timed_out;
    running_.end(state);
    if (!outcome && outcome.error().code == Code::cancelled && timed_out) {
        return fail(Code::timeout, "context deadline exceeded");
    }
    return outcome;
}

Result<void> Calls::run_command(const RpcRequest& asked, RunningRequest& state,
                                commands::Sink& sink) {
    TRY(asked.request.cid_base());
    // What tells of the network decides for itself what --offline means to it.
    const bool is_offline =
        asked.verb->command.needs != commands::Needs::network && asked.request.flag("offline");
    const auto session = node_.session(state.cancel, {.is_offline = is_offline});
    commands::Context context{.env = env_,
                              .node = session.get(),
                              .repo = options_.repo,
                              .working_directory = "/",
                              .cancel = &state.cancel,
                              .config_file = {},
                              .editor = {},
                              .daemon = options_.daemon,
                              .served = &running_};
    return asked.verb->command.run(context, asked.request, sink);
}

}  // namespace kit::rpc
