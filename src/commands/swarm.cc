// swarm/*: connections to peers. There are none without the network, and each verb says so in
// Kubo's words after it has looked at its arguments in Kubo's order.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "commands/makers.h"
#include "commands/offline.h"
#include "commands/peer_address.h"
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

// What dialling takes at the most when nobody says; go-libp2p's bound is the same.
constexpr auto dial_timeout = std::chrono::minutes(1);

Result<void> connect(node::Network* network, const PeerAddresses& asked) {
    if (network == nullptr) return action_is_offline();
    auto peer = TRY(formats::PeerId::from_text(asked.peer_id));
    return network->host().connect({std::move(peer), asked.transports}, dial_timeout);
}

Result<void> run_connect(Context& context, const Request& request, Sink& sink) {
    TRY(load_config(context));
    const auto peers = TRY(peers_asked(request));
    Json lines = Json::array();
    for (const PeerAddresses& peer : peers) {
        auto connected = connect(find_network(context), peer);
        if (!connected) {
            Error error = std::move(connected).error();
            error.message = fmt::format("connect {} failure: {}", peer.peer_id, error.message);
            return std::unexpected(std::move(error));
        }
        lines.push_back(fmt::format("connect {} success", peer.peer_id));
    }
    return sink.record({{"Strings", lines}});
}

void print_strings(const Json& record, const Request&, std::string& out) {
    for (const Json& line : record["Strings"]) {
        out += line.get_ref<const std::string&>();
        out += '\n';
    }
}

Result<void> run_disconnect(Context& context, const Request& request, Sink& sink) {
    TRY(load_config(context));
    const auto peers = TRY(peers_asked(request));
    Json lines = Json::array();
    for (const PeerAddresses& peer : peers) {
        for (size_t i = 0; i < address_texts(peer).size(); ++i) {
            lines.push_back(fmt::format("disconnect {} failure: {}", peer.peer_id,
                                        action_is_offline().error().message));
        }
    }
    return sink.record({{"Strings", lines}});
}

Result<void> run_peering_add(Context& context, const Request& request, Sink&) {
    TRY(group_by_peer(request.arguments));
    TRY(load_config(context));
    return command_is_offline();
}

Result<void> run_resources(Context& context, const Request&, Sink&) {
    TRY(load_config(context));
    return fail(Code::offline,
                "missing ResourceMgr: make sure the daemon is running with "
                "Swarm.ResourceMgr.Enabled");
}

Command verb(std::string path, const char* tagline, const char* description,
             decltype(Command::run) run) {
    return {.path = std::move(path),
            .tagline = tagline,
            .description = description,
            .needs = Needs::network,
            .gives = Gives::record,
            .run = std::move(run)};
}

Argument addresses(const char* name, const char* help, bool stdin_allowed) {
    return {.name = name, .variadic = true, .stdin_allowed = stdin_allowed, .help = help};
}

}  // namespace

Command swarm_command() {
    return {.path = "swarm",
            .tagline = "Look at and change connections to peers.",
            .description = "The swarm is what listens, connects and stays connected."};
}

Command swarm_addrs_command() {
    return verb("swarm/addrs", "List the addresses that are known of peers.",
                "Every peer that was heard of, with its addresses. Needs the network.",
                refuse_action);
}

Command swarm_addrs_autonat_command() {
    return verb("swarm/addrs/autonat", "Show which addresses can be reached from outside.",
                "As AutoNAT has found out by asking peers to connect. Needs the network.",
                refuse_command);
}

Command swarm_addrs_listen_command() {
    return verb("swarm/addrs/listen", "List the addresses that the node listens at.",
                "Those of its interfaces. Needs the network.", refuse_action);
}

Command swarm_addrs_local_command() {
    Command command = verb("swarm/addrs/local", "List the addresses that are told to others.",
                           "What the node announces. Needs the network.", refuse_action);
    command.options = {{.names = {"id"}, .help = "Write the peer id behind each address."}};
    return command;
}

Command swarm_connect_command() {
    Command command = verb("swarm/connect", "Open a connection to a peer.",
                           "The address ends in /p2p/<peer id>. Needs the network.", run_connect);
    command.arguments = {addresses("address", "Address of a peer to connect to.", true)};
    command.print = print_strings;
    return command;
}

Command swarm_disconnect_command() {
    Command command =
        verb("swarm/disconnect", "Close the connections to a peer.",
             "Not for ever: it is connected again when it is needed. Needs the network.",
             run_disconnect);
    command.arguments = {addresses("address", "Address of a peer to disconnect from.", true)};
    command.print = print_strings;
    return command;
}

Command swarm_filters_command() {
    return verb("swarm/filters", "List the address ranges that are never connected to.",
                "As /ip4/192.168.0.0/ipcidr/16; they begin as Swarm.AddrFilters of the config, "
                "which 'config' reads and changes without the network.",
                refuse_command);
}

Command swarm_filters_add_command() {
    Command command =
        verb("swarm/filters/add", "Add an address range to avoid.",
             "Needs the network; change Swarm.AddrFilters without it.", refuse_command);
    command.arguments = {addresses("address", "Range, as /ip4/10.0.0.0/ipcidr/8.", true)};
    return command;
}

Command swarm_filters_rm_command() {
    Command command =
        verb("swarm/filters/rm", "Remove an address range to avoid.",
             "Needs the network; change Swarm.AddrFilters without it.", refuse_command);
    command.arguments = {addresses("address", "Range to remove, or \"all\".", true)};
    return command;
}

Command swarm_peering_command() {
    return {.path = "swarm/peering",
            .tagline = "Look at and change the peers to stay connected to.",
            .description =
                "Changes last until the daemon ends: what lasts is Peering.Peers of "
                "the config."};
}

Command swarm_peering_add_command() {
    Command command =
        verb("swarm/peering/add", "Stay connected to a peer.",
             "Connected again whenever the connection breaks. Needs the network.", run_peering_add);
    command.gives = Gives::records;
    command.arguments = {addresses("address", "Address of a peer, with its id.", false)};
    return command;
}

Command swarm_peering_ls_command() {
    return verb("swarm/peering/ls", "List the peers to stay connected to.",
                "With the addresses that were given for them. Needs the network.", refuse_command);
}

Command swarm_peering_rm_command() {
    Command command =
        verb("swarm/peering/rm", "No longer stay connected to a peer.",
             "An open connection stays until it ends. Needs the network.", refuse_command);
    command.gives = Gives::records;
    command.arguments = {addresses("ID", "Peer id to remove.", false)};
    return command;
}

Command swarm_peers_command() {
    Command command = verb("swarm/peers", "List the peers that are connected.",
                           "One address for each connection. Needs the network.", refuse_action);
    command.options = {{.names = {"verbose", "v"}, .help = "Show all that is known."},
                       {.names = {"streams"}, .help = "Show the open streams of each."},
                       {.names = {"latency"}, .help = "Show how long an answer takes."},
                       {.names = {"direction"}, .help = "Show who connected to whom."},
                       {.names = {"identify"}, .help = "Show what each says of itself."}};
    return command;
}

Command swarm_resources_command() {
    Command command =
        verb("swarm/resources", "Show what connections cost and may cost.",
             "The limits of libp2p's resource manager and how much is used. Needs the network.",
             run_resources);
    command.status = Status::experimental;
    return command;
}

}  // namespace kit::commands
