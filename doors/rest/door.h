// The REST door: every command of the table at /api/v1, described as OpenAPI, with records for
// answers. It shares with the RPC door who may call, how options are read and how a command runs
// (doors/rpc/calls.h); what is its own is how parameters are called and what an answer looks like.
#pragma once

#include "doors/rest/documents.h"
#include "doors/rpc/calls.h"
#include "http/exchange.h"

namespace kit::rest {

// Any thread; one door for each listener.
class Door final {
public:
    // `calls` must outlive the door.
    explicit Door(rpc::Calls& calls) : calls_(calls) {}

    // Whether the request is for this door.
    static bool serves(const http::RequestHead& request);
    void serve(http::Exchange& exchange);

private:
    void run(http::Exchange& exchange, std::string_view command_path);

    rpc::Calls& calls_;
    Documents documents_;
};

}  // namespace kit::rest
