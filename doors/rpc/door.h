// The RPC door: every command of the table at /api/v0, for Kubo's clients. It translates and
// decides nothing: who may call is access.h's, what is asked is request_reader.h's, what is
// answered response_sink.h's, and the work is the command's.
#pragma once

#include <memory>
#include <string>

#include "base/env.h"
#include "commands/command.h"
#include "http/exchange.h"
#include "node/node.h"

namespace kit::rpc {

struct DoorOptions {
    Path repo;
    uint16_t port = 0;  // Of the listener; 0 for a Unix socket.
    commands::DaemonControl* daemon = nullptr;
};

// Any thread; one door for each listener.
class Door final {
public:
    // `env` and `node` must outlive the door.
    Door(Env& env, node::Node& node, DoorOptions options);
    ~Door();
    Door(const Door&) = delete;
    Door& operator=(const Door&) = delete;

    // Answers a request whose path begins with "/api/v0".
    void serve(http::Exchange& exchange);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kit::rpc
