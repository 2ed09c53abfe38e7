// The RPC door: every command of the table at /api/v0, for Kubo's clients. It translates and
// decides nothing: who may call is access.h's, what is asked is request_reader.h's, what is
// answered response_sink.h's, and the work is the command's.
#pragma once

#include "doors/rpc/calls.h"
#include "http/exchange.h"

namespace kit::rpc {

// Any thread; one door for each listener.
class Door final {
public:
    // `calls` must outlive the door.
    explicit Door(Calls& calls) : calls_(calls) {}

    // Answers a request whose path begins with "/api/v0".
    void serve(http::Exchange& exchange);

private:
    void run(http::Exchange& exchange);

    Calls& calls_;
};

}  // namespace kit::rpc
