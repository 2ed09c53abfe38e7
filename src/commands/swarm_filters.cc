// swarm filters and peering: which addresses are avoided, and which peers are kept.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/makers.h"
#include "commands/offline.h"
#include "commands/peer_address.h"
#include "commands/text.h"
#include "node/network.h"

namespace kit::commands {
namespace {

using node::AddressRange;

constexpr std::string_view filters_key = "Swarm.AddrFilters";

Result<void> run_list(Context& context, const Request&, Sink& sink) {
    const node::Network* const network = TRY(need_network(context));
    Json lines;
    for (const AddressRange& range : network->contacts().filters())
        lines.push_back(range.to_text());
    return sink.record({{"Strings", lines}});
}

std::vector<std::string> filters_of(const node::Config& config) {
    const Json* const list = config.find(filters_key);
    if (list == nullptr || !list->is_array()) return {};
    return list->get<std::vector<std::string>>();
}

Result<void> save_filters(const Context& context, node::Config& config, const Json& filters) {
    TRY(config.set(filters_key, filters));
    return config.save(context.env.disk, context.repo);
}

// As they are written; the config has the new ones first, as in Kubo.
Result<void> run_add(Context& context, const Request& request, Sink& sink) {
    node::Network* const network = TRY(need_network(context));
    for (const std::string& text : request.arguments) {
        const AddressRange range = TRY(AddressRange::from_text(text));
        TRY(network->contacts().add_filter(range));
    }
    node::Config config = TRY(load_config(context));
    std::vector<std::string> filters;
    const auto add_once = [&filters](const std::string& text) {
        if (std::ranges::find(filters, text) == filters.end()) filters.push_back(text);
    };
    for (const std::string& text : request.arguments) add_once(text);
    const std::vector<std::string> added = filters;
    for (const std::string& text : filters_of(config)) add_once(text);
    TRY(save_filters(context, config, filters));
    return sink.record({{"Strings", added}});
}

Result<void> run_remove_all(Context& context, node::Network& network, Sink& sink) {
    for (const AddressRange& range : network.contacts().filters())
        TRY(network.contacts().remove_filter(range));
    node::Config config = TRY(load_config(context));
    const Json* const list = config.find(filters_key);
    const Json removed = list == nullptr ? Json() : *list;
    TRY(save_filters(context, config, nullptr));
    return sink.record({{"Strings", removed}});
}

Result<void> run_remove(Context& context, const Request& request, Sink& sink) {
    node::Network* const network = TRY(need_network(context));
    const std::string& first = request.arguments.at(0);
    if (first == "all" || first == "*") return run_remove_all(context, *network, sink);
    for (const std::string& text : request.arguments) {
        const AddressRange range = TRY(AddressRange::from_text(text));
        TRY(network->contacts().remove_filter(range));
    }
    node::Config config = TRY(load_config(context));
    Json kept = Json::array();
    Json removed = Json::array();
    for (const std::string& text : filters_of(config)) {
        const bool is_asked = std::ranges::find(request.arguments, text) != request.arguments.end();
        (is_asked ? removed : kept).push_back(text);
    }
    TRY(save_filters(context, config, kept));
    return sink.record({{"Strings", removed}});
}

Result<void> tell_peering(const formats::PeerId& peer, Sink& sink) {
    return sink.record({{"ID", peer.to_text()}, {"Status", "success"}});
}

Result<void> run_peering_add(Context& context, const Request& request, Sink& sink) {
    const auto peers = TRY(group_by_peer(request.arguments));
    node::Network* const network = TRY(need_network(context));
    for (const PeerAddresses& asked : peers) {
        const auto peer = TRY(formats::PeerId::from_text(asked.peer_id));
        network->company().peering().add({peer, asked.transports});
        TRY(tell_peering(peer, sink));
    }
    return {};
}

Result<void> run_peering_ls(Context& context, const Request&, Sink& sink) {
    node::Network* const network = TRY(need_network(context));
    Json peers = Json::array();
    for (const p2p::PeerAddress& peer : network->company().peering().list()) {
        Json addresses = Json::array();
        for (const p2p::Multiaddr& address : peer.addresses) addresses.push_back(address.to_text());
        peers.push_back({{"ID", peer.peer.to_text()}, {"Addrs", addresses}});
    }
    return sink.record({{"Peers", peers}});
}

Result<void> run_peering_rm(Context& context, const Request& request, Sink& sink) {
    node::Network* const network = TRY(need_network(context));
    for (const std::string& text : request.arguments) {
        const formats::PeerId peer = TRY(parse_peer(text));
        network->company().peering().remove(peer);
        TRY(tell_peering(peer, sink));
    }
    return {};
}

void print_peering_ls(const Json& record, const Request&, std::string& out) {
    for (const Json& peer : record["Peers"]) {
        out += peer["ID"].get_ref<const std::string&>() + "\n";
        for (const Json& address : peer["Addrs"]) {
            out += "\t" + address.get_ref<const std::string&>() + "\n";
        }
    }
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

Command swarm_filters_command() {
    Command command =
        verb("swarm/filters", "List the address ranges that are never connected to.",
             "As /ip4/192.168.0.0/ipcidr/16; they begin as Swarm.AddrFilters of the config, which "
             "'config' reads and changes without the network.",
             run_list);
    command.print = print_strings;
    return command;
}

Command swarm_filters_add_command() {
    Command command = verb("swarm/filters/add", "Add an address range to avoid.",
                           "Needs the network; change Swarm.AddrFilters without it.", run_add);
    command.arguments = {addresses("address", "Range, as /ip4/10.0.0.0/ipcidr/8.", true)};
    command.print = print_strings;
    return command;
}

Command swarm_filters_rm_command() {
    Command command = verb("swarm/filters/rm", "Remove an address range to avoid.",
                           "Needs the network; change Swarm.AddrFilters without it.", run_remove);
    command.arguments = {addresses("address", "Range to remove, or \"all\".", true)};
    command.print = print_strings;
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
    command.print = [](const Json& record, const Request&, std::string& out) {
        out += fmt::format("add {} {}\n", record["ID"].get_ref<const std::string&>(),
                           record["Status"].get_ref<const std::string&>());
    };
    command.arguments = {addresses("address", "Address of a peer, with its id.", false)};
    return command;
}

Command swarm_peering_ls_command() {
    Command command =
        verb("swarm/peering/ls", "List the peers to stay connected to.",
             "With the addresses that were given for them. Needs the network.", run_peering_ls);
    command.print = print_peering_ls;
    return command;
}

Command swarm_peering_rm_command() {
    Command command =
        verb("swarm/peering/rm", "No longer stay connected to a peer.",
             "An open connection stays until it ends. Needs the network.", run_peering_rm);
    command.gives = Gives::records;
    command.print = [](const Json& record, const Request&, std::string& out) {
        out += fmt::format("remove {} {}\n", record["ID"].get_ref<const std::string&>(),
                           record["Status"].get_ref<const std::string&>());
    };
    command.arguments = {addresses("ID", "Peer id to remove.", false)};
    return command;
}

}  // namespace kit::commands
