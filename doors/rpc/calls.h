// What the doors to the commands have in common, whatever their wire format: who may call, which
// commands there are, and how one is run so that its client, a deadline or the daemon's end can
// stop it and `diag cmds` lists it.
#pragma once

#include <memory>

#include "base/env.h"
#include "commands/command.h"
#include "doors/rpc/access.h"
#include "doors/rpc/request_reader.h"
#include "doors/rpc/running.h"
#include "doors/rpc/verbs.h"
#include "http/exchange.h"
#include "node/node.h"

namespace kit::rpc {

struct CallOptions {
    Path repo;
    uint16_t port = 0;  // Of the listener; 0 for a Unix socket.
    commands::DaemonControl* daemon = nullptr;
};

// Any thread; one for each listener, which its doors share.
class Calls final {
public:
    // `env` and `node` must outlive it.
    Calls(Env& env, node::Node& node, CallOptions options);

    const Access& access() const { return access_; }
    Verbs& verbs() { return verbs_; }
    Random& random() const { return env_.random; }

    // Fills in what a request over the wire has beside its words. Fails with invalid_argument when
    // its option "timeout" is no duration. Before anything of the answer is sent.
    Result<void> prepare(RpcRequest& asked) const;
    // What the command itself says of a request that was made ready. Its failures are the client's.
    Result<void> check(const RpcRequest& asked) const;
    // Runs what prepare() made ready, on the caller's thread. Fails as the command does; with
    // timeout when its time is over.
    Result<void> run(http::Exchange& exchange, const RpcRequest& asked, commands::Sink& sink);

private:
    Result<void> run_command(const RpcRequest& asked, RunningRequest& state, commands::Sink& sink);

    Env& env_;
    node::Node& node_;
    const CallOptions options_;
    const Access access_;
    Verbs verbs_;
    RunningRequests running_;
};

}  // namespace kit::rpc
