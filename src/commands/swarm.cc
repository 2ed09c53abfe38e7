// swarm connect and disconnect, and the groups. Without the network each verb says so in Kubo's
// words after it has looked at its arguments in Kubo's order.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "commands/makers.h"
#include "commands/offline.h"
#include "commands/peer_address.h"
#include "commands/text.h"
#include "node/network.h"

namespace kit::commands {
namespace {

// Names that would have to be looked up lead to no peer here, nor do addresses without one.
Result<std::vector<PeerAddresses>> peers_asked(const Request& request) {
    for (const std::string& text : request.arguments) {
        const auto address = TRY(parse_address(text));
        if (!ends_in_peer(address)) {
            return fail(Code::not_found, "found no ipfs peers at {}", address.to_text());
        }
    }
    return group_by_peer(request.arguments);
}

Result<void> connect(const Context& context, const Request& request, const PeerAddresses& asked) {
    node::Network* const network = find_network(context, request);
    if (network == nullptr) return action_is_offline();
    auto peer = TRY(formats::PeerId::from_text(asked.peer_id));
    return network->contacts().connect({std::move(peer), asked.transports}, *context.cancel);
}

Result<void> run_connect(Context& context, const Request& request, Sink& sink) {
    TRY(load_config(context));
    const auto peers = TRY(peers_asked(request));
    Json lines = Json::array();
    for (const PeerAddresses& peer : peers) {
        auto connected = connect(context, request, peer);
        if (!connected) {
            Error error = std::move(connected).error();
            error.message = fmt::format("connect {} failure: {}", peer.peer_id, error.message);
            return std::unexpected(std::move(error));
        }
        lines.push_back(fmt::format("connect {} success", peer.peer_id));
    }
    return sink.record({{"Strings", lines}});
}

// Kubo ends the one connection that has this address; here a peer's connections end together.
// kubo:core/coreapi/swarm.go, Disconnect
Result<void> disconnect(node::Network* network, const formats::PeerId& peer,
                        const formats::Multiaddr* address) {
    if (network == nullptr) return action_is_offline();
    const auto open = TRY(network->host().connections());
    // Addresses that were dialled end in the peer's id.
    const std::string tail = "/p2p/" + peer.to_text();
    bool is_connected = false;
    for (const p2p::ShimConnection& each : open) {
        if (each.peer != peer) continue;
        const bool is_meant = address == nullptr || each.address == *address ||
                              each.address.to_text() == address->to_text() + tail;
        is_connected = is_connected || is_meant;
    }
    if (!is_connected) {
        return fail(Code::not_found, "{}", address == nullptr ? "not connected" : "conn not found");
    }
    network->host().disconnect(peer);
    return {};
}

Result<void> run_disconnect(Context& context, const Request& request, Sink& sink) {
    TRY(load_config(context));
    const auto peers = TRY(peers_asked(request));
    Json lines = Json::array();
    for (const PeerAddresses& asked : peers) {
        const auto peer = TRY(formats::PeerId::from_text(asked.peer_id));
        std::vector<const formats::Multiaddr*> addresses;
        for (const formats::Multiaddr& each : asked.transports) addresses.push_back(&each);
        if (addresses.empty()) addresses.push_back(nullptr);
        for (const formats::Multiaddr* address : addresses) {
            const auto ended = disconnect(find_network(context, request), peer, address);
            lines.push_back(fmt::format("disconnect {} {}", asked.peer_id,
                                        ended ? "success" : "failure: " + ended.error().message));
        }
    }
    return sink.record({{"Strings", lines}});
}

Command verb(std::string path, const char* tagline, const char* description,
             const char* argument_help, decltype(Command::run) run) {
    return {.path = std::move(path),
            .tagline = tagline,
            .description = description,
            .arguments = {{.name = "address",
                           .variadic = true,
                           .stdin_allowed = true,
                           .help = argument_help}},
            .needs = Needs::network,
            .gives = Gives::record,
            .run = std::move(run),
            .print = print_strings};
}

}  // namespace

Command swarm_command() {
    return {.path = "swarm",
            .tagline = "Look at and change connections to peers.",
            .description = "The swarm is what listens, connects and stays connected."};
}

Command swarm_connect_command() {
    return verb("swarm/connect", "Open a connection to a peer.",
                "The address ends in /p2p/<peer id>. Needs the network.",
                "Address of a peer to connect to.", run_connect);
}

Command swarm_disconnect_command() {
    return verb("swarm/disconnect", "Close the connections to a peer.",
                "Not for ever: it is connected again when it is needed. Needs the network.",
                "Address of a peer to disconnect from.", run_disconnect);
}

}  // namespace kit::commands
