#include "commands/routing_event.h"

#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>

namespace kit::commands {
namespace {

bool is(const Json& record, RoutingEvent event) {
    return record["Type"].get<int>() == static_cast<int>(event);
}

// What Kubo's printEvent says of events that a command does not print in its own way.
void print_step(const Json& record, const Request& request, std::string& out) {
    if (!request.flag("verbose")) return;
    const auto& id = record["ID"].get_ref<const std::string&>();
    if (is(record, RoutingEvent::query_error)) {
        out += fmt::format("error: {}\n", record["Extra"].get_ref<const std::string&>());
    } else if (is(record, RoutingEvent::sending_query)) {
        out += fmt::format("* querying {}\n", id);
    } else if (is(record, RoutingEvent::dialing_peer)) {
        out += fmt::format("dialing peer: {}\n", id);
    } else if (is(record, RoutingEvent::adding_peer)) {
        out += fmt::format("adding peer to query: {}\n", id);
    } else if (is(record, RoutingEvent::peer_response)) {
        out += fmt::format("* {} says use ", id);
        for (const Json& peer : record["Responses"]) {
            out += peer["ID"].get_ref<const std::string&>() + " ";
        }
        out += '\n';
    }
}

}  // namespace

Json routing_record(RoutingEvent event, const std::string& id, const std::string& extra) {
    return {
        {"Extra", extra}, {"ID", id}, {"Responses", nullptr}, {"Type", static_cast<int>(event)}};
}

Json routing_record(RoutingEvent event, const p2p::PeerAddress& response) {
    Json addresses = Json::array();
    for (const p2p::Multiaddr& address : response.addresses) addresses.push_back(address.to_text());
    Json record = routing_record(event, std::string());
    record["Responses"] =
        Json::array({Json{{"ID", response.peer.to_text()}, {"Addrs", std::move(addresses)}}});
    return record;
}

std::string event_clock(const Request& request) {
    if (!request.flag("verbose")) return "";
    const std::time_t now_s = request.now_s;
    std::tm parts = {};
    if (::localtime_r(&now_s, &parts) == nullptr) return "";
    return fmt::format("{:02}:{:02}:{:02}.000: ", parts.tm_hour, parts.tm_min, parts.tm_sec);
}

void print_final_ids(const Json& record, const Request& request, std::string& out) {
    out += event_clock(request);
    if (!is(record, RoutingEvent::final_peer)) return print_step(record, request, out);
    out += record["ID"].get_ref<const std::string&>() + "\n";
}

void print_providers(const Json& record, const Request& request, std::string& out) {
    out += event_clock(request);
    if (!is(record, RoutingEvent::provider)) return print_step(record, request, out);
    const bool verbose = request.flag("verbose");
    const Json& provider = record["Responses"][0];
    if (verbose) out += "provider: ";
    out += provider["ID"].get_ref<const std::string&>() + "\n";
    if (!verbose) return;
    for (const Json& address : provider["Addrs"]) {
        out += fmt::format("\t{}\n", address.get_ref<const std::string&>());
    }
}

void print_final_addresses(const Json& record, const Request& request, std::string& out) {
    out += event_clock(request);
    if (!is(record, RoutingEvent::final_peer)) return print_step(record, request, out);
    for (const Json& address : record["Responses"][0]["Addrs"]) {
        out += address.get_ref<const std::string&>() + "\n";
    }
}

}  // namespace kit::commands
