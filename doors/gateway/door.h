// The gateway: content at /ipfs and /ipns for browsers and verifying clients, by path, by
// subdomain and by domain. https://specs.ipfs.tech/http-gateways/
#pragma once

#include <memory>

#include "base/env.h"
#include "http/exchange.h"
#include "node/node.h"

namespace kit::gateway {

enum class DoorKind : uint8_t {
    gateway,  // A port of its own: hosts, the root, /version.
    beside    // On the RPC's port: /ipfs and /ipns alone.
};

// Any thread; one door serves every listener of its kind.
class Door final {
public:
    // `env` and `node` must outlive the door.
    Door(Env& env, node::Node& node, DoorKind kind);
    ~Door();
    Door(const Door&) = delete;
    Door& operator=(const Door&) = delete;

    // Answers a request.
    void serve(http::Exchange& exchange);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kit::gateway
