// What searches of the network tell, as libp2p's routing.QueryEvent: a step or a result of one.
// https://pkg.go.dev/github.com/libp2p/go-libp2p/core/routing#QueryEvent
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

#include "commands/command.h"
#include "p2p/host.h"

namespace kit::commands {

enum class RoutingEvent : uint8_t {
    sending_query = 0,
    peer_response = 1,
    final_peer = 2,
    query_error = 3,
    provider = 4,
    value = 5,
    adding_peer = 6,
    dialing_peer = 7
};

// {"Extra", "ID", "Responses", "Type"}; no response is null.
Json routing_record(RoutingEvent event, const std::string& id, const std::string& extra = "");
Json routing_record(RoutingEvent event, const p2p::PeerAddress& response);

// What Kubo prints in front of each event with --verbose, the clock: "15:04:05.000: ".
std::string event_clock(const Request& request);

// Prints results: `id` events their ID, `responses` the peers that answer.
void print_final_ids(const Json& record, const Request& request, std::string& out);
void print_providers(const Json& record, const Request& request, std::string& out);
void print_final_addresses(const Json& record, const Request& request, std::string& out);

}  // namespace kit::commands
