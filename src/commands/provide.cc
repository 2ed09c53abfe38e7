// provide/* and dht/*: telling others what we have, and what Kubo left of asking the DHT.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "commands/announcing.h"
#include "commands/makers.h"
#include "commands/offline.h"
#include "commands/routing_event.h"
#include "node/network.h"

namespace kit::commands {
namespace {

Option verbose_option() {
    return {.names = {"verbose", "v"}, .help = "Print each step."};
}

Option recursive_option() {
    return {.names = {"recursive", "r"}, .help = "Announce the whole DAG."};
}

Command verb(std::string path, const char* tagline, const char* description, Argument argument,
             std::vector<Option> options) {
    return {.path = std::move(path),
            .tagline = tagline,
            .description = description,
            .arguments = {std::move(argument)},
            .options = std::move(options),
            .needs = Needs::config,
            .gives = Gives::records,
            .run = refuse_command};
}

Argument many(const char* name, const char* help, bool stdin_allowed = false) {
    return {.name = name, .variadic = true, .stdin_allowed = stdin_allowed, .help = help};
}

// Nothing waits where nothing is announced.
Result<void> run_clear(Context& context, const Request& request, Sink& sink) {
    TRY(load_config(context));
    node::Network* const network = find_network(context);
    uint64_t count = 0;
    if (network != nullptr && network->provider() != nullptr) count = network->provider()->clear();
    if (request.flag("quiet")) return {};
    return sink.record(count);
}

Result<void> run_once(Context& context, const Request& request, Sink& sink) {
    node::Network* const network =
        TRY(need_provider(context, "cannot provide: Provide.Enabled is false"));
    const auto connected = TRY(network->host().connections());
    if (connected.empty()) return fail(Code::offline, "cannot provide: no connected peers");
    return each_announced(context, request.arguments, request.flag("recursive"),
                          [&](const formats::Cid& cid) -> Result<void> {
                              const formats::Multihash key(cid.hash());
                              network->provider()->announce(std::span(&key, 1),
                                                            routing::Announce::once);
                              return sink.record({{"Queued", cid.to_text()}});
                          });
}

// Kubo's command line counts them; over RPC each is told.
void print_queued(const Json& record, const Request&, std::string& out) {
    out += record["Queued"].get_ref<const std::string&>() + "\n";
}

Result<void> run_query(Context& context, const Request& request, Sink& sink) {
    TRY(load_config(context));
    node::Network* const network = find_network(context);
    const auto is_off = [](p2p::DhtMode mode) { return mode == p2p::DhtMode::off; };
    if (network == nullptr ||
        (is_off(network->settings().host.wan_dht) && is_off(network->settings().host.lan_dht))) {
        return fail(Code::offline, "routing service is not a DHT");
    }
    const auto peer = formats::PeerId::from_text(request.arguments.at(0));
    if (!peer) return fail(Code::invalid_argument, "invalid peer ID");
    return network->router().closest_peers(
        peer->bytes(),
        [&sink](const p2p::PeerAddress& found) -> Result<bool> {
            TRY(sink.record(routing_record(RoutingEvent::final_peer, found.peer.to_text())));
            return true;
        },
        {.cancel = context.cancel});
}

Command removed(const char* path) {
    return removed_command(path, "Removed, use 'ipfs routing' instead.",
                           "removed, use 'ipfs routing' instead");
}

}  // namespace

Command provide_command() {
    return {.path = "provide",
            .tagline = "Announce content to the network.",
            .description = "Peers find content through those who announce that they have it.",
            .status = Status::experimental};
}

Command provide_clear_command() {
    return {.path = "provide/clear",
            .tagline = "Forget what waits to be announced.",
            .description =
                "Prints how many CIDs waited: none, as long as the node has no "
                "network. What the schedule announces stays.",
            .options = {{.names = {"quiet", "q"}, .help = "Print nothing."}},
            .needs = Needs::network,
            .gives = Gives::records,
            .status = Status::experimental,
            .run = run_clear,
            .print = [](const Json& record, const Request&, std::string& out) {
                out += fmt::format("removed {} items from provide queue\n", record.get<int64_t>());
            }};
}

Command provide_once_command() {
    Command command = verb("provide/once", "Announce content now, and once.",
                           "The schedule stays what it is. Needs the network.",
                           many("cid", "CID to announce.", true), {recursive_option()});
    command.status = Status::experimental;
    command.needs = Needs::network;
    command.run = run_once;
    command.print = print_queued;
    return command;
}

Command dht_command() {
    return {.path = "dht",
            .tagline = "Ask the DHT; use 'routing'.",
            .description = "Only 'query' is left of it.",
            .status = Status::deprecated};
}

Command dht_findpeer_command() {
    return removed("dht/findpeer");
}
Command dht_findprovs_command() {
    return removed("dht/findprovs");
}
Command dht_get_command() {
    return removed("dht/get");
}
Command dht_provide_command() {
    return removed("dht/provide");
}
Command dht_put_command() {
    return removed("dht/put");
}

Command dht_query_command() {
    Command command = verb("dht/query", "Find the peers whose ids are closest to one.",
                           "Walks the DHT. Needs the network.",
                           many("peerID", "Peer id to walk to."), {verbose_option()});
    command.status = Status::deprecated;
    command.needs = Needs::network;
    command.run = run_query;
    command.print = print_final_ids;
    return command;
}

}  // namespace kit::commands
