// swarm peers and addrs: who is connected, and which addresses are known.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>

#include "commands/makers.h"
#include "commands/offline.h"
#include "commands/peer_record.h"
#include "commands/text.h"
#include "node/network.h"
#include "node/units.h"

namespace kit::commands {
namespace {

using p2p::ShimConnection;

// Kubo's record of a peer that was not asked for.
Json no_identify() {
    return {{"ID", ""},
            {"PublicKey", ""},
            {"Addresses", nullptr},
            {"AgentVersion", ""},
            {"Protocols", nullptr}};
}

// Addresses that were dialled end in the peer's id, which Kubo leaves out.
std::string transport_text(const ShimConnection& connection) {
    std::string text = connection.address.to_text();
    const std::string tail = "/p2p/" + connection.peer.to_text();
    if (text.ends_with(tail)) text.resize(text.size() - tail.size());
    return text;
}

// The host lists streams by peer: each connection of a peer is shown with all of them.
Json streams_of(const std::vector<p2p::ShimStreamInfo>& streams, const formats::PeerId& peer) {
    std::vector<std::string> protocols;
    for (const p2p::ShimStreamInfo& each : streams) {
        if (each.peer == peer) protocols.push_back(shown_text(each.protocol));
    }
    std::ranges::sort(protocols);
    Json shown = Json::array();
    for (std::string& protocol : protocols) shown.push_back({{"Protocol", std::move(protocol)}});
    return shown;
}

Json connection_record(const node::Network& network, const ShimConnection& connection,
                       const std::vector<p2p::ShimStreamInfo>& streams, const Request& request) {
    const bool verbose = request.flag("verbose");
    Json record = {{"Addr", transport_text(connection)}, {"Peer", connection.peer.to_text()}};
    if (verbose || request.flag("latency")) {
        const int64_t latency_ns = connection.latency.count();
        record["Latency"] = latency_ns == 0 ? "n/a" : node::duration_text(latency_ns);
    }
    if (verbose || request.flag("direction")) {
        record["Direction"] = connection.direction == p2p::Direction::inbound ? 1 : 2;
    }
    if (verbose || request.flag("streams")) {
        Json shown = streams_of(streams, connection.peer);
        if (!shown.empty()) record["Streams"] = std::move(shown);
    }
    const bool identify = verbose || request.flag("identify");
    record["Identify"] = identify
                             ? peer_record(&network, connection.peer, connection.peer.to_text())
                             : no_identify();
    return record;
}

Result<void> run_peers(Context& context, const Request& request, Sink& sink) {
    node::Network* const network = TRY(need_network(context, request));
    auto connections = TRY(network->host().connections());
    std::ranges::sort(connections, {}, transport_text);
    std::vector<p2p::ShimStreamInfo> streams;
    if (request.flag("verbose") || request.flag("streams"))
        streams = TRY(network->host().streams());
    Json peers;
    for (const ShimConnection& each : connections) {
        peers.push_back(connection_record(*network, each, streams, request));
    }
    return sink.record({{"Peers", peers}});
}

void print_peers(const Json& record, const Request&, std::string& out) {
    for (const Json& peer : record["Peers"]) {
        out += fmt::format("{}/p2p/{}", peer["Addr"].get_ref<const std::string&>(),
                           peer["Peer"].get_ref<const std::string&>());
        if (const std::string latency = peer.value("Latency", ""); !latency.empty()) {
            out += " " + latency;
        }
        switch (peer.value("Direction", 0)) {
            case 1:
                out += " inbound";
                break;
            case 2:
                out += " outbound";
                break;
            default:
                break;
        }
        out += '\n';
        if (!peer.contains("Streams")) continue;
        for (const Json& stream : peer["Streams"]) {
            const auto& protocol = stream["Protocol"].get_ref<const std::string&>();
            out += fmt::format("  {}\n", protocol.empty() ? "<no protocol name>" : protocol);
        }
    }
}

Json sorted_texts(const std::vector<formats::Multiaddr>& addresses) {
    std::vector<std::string> texts;
    for (const formats::Multiaddr& each : addresses) texts.push_back(each.to_text());
    std::ranges::sort(texts);
    const auto rest = std::ranges::unique(texts);
    texts.erase(rest.begin(), rest.end());
    return texts;
}

Result<void> run_addrs(Context& context, const Request& request, Sink& sink) {
    node::Network* const network = TRY(need_network(context, request));
    const auto& host = network->host();
    std::map<std::string, Json> known;
    known[host.id().to_text()] = sorted_texts(host.addresses());
    for (const p2p::PeerIdentified& each : network->contacts().identified()) {
        known[each.peer.to_text()] = sorted_texts(each.addresses);
    }
    Json addresses = Json::object();
    for (auto& [peer, texts] : known) addresses[peer] = std::move(texts);
    return sink.record({{"Addrs", addresses}});
}

void print_addrs(const Json& record, const Request&, std::string& out) {
    for (const auto& peer : record["Addrs"].items()) {
        out += fmt::format("{} ({})\n", peer.key(), peer.value().size());
        for (const Json& address : peer.value()) {
            out += fmt::format("\t{}\n", address.get_ref<const std::string&>());
        }
    }
}

// The protocol /p2p-circuit stands for the relays that would carry connections to us.
Result<void> run_listen(Context& context, const Request& request, Sink& sink) {
    node::Network* const network = TRY(need_network(context, request));
    auto addresses = network->host().listen_addresses();
    if (network->settings().host.relay_client) {
        addresses.push_back(TRY(formats::Multiaddr::from_text("/p2p-circuit")));
    }
    return sink.record({{"Strings", sorted_texts(addresses)}});
}

Result<void> run_local(Context& context, const Request& request, Sink& sink) {
    node::Network* const network = TRY(need_network(context, request));
    Json texts = sorted_texts(network->host().addresses());
    if (request.flag("id")) {
        for (Json& text : texts) {
            text = text.get<std::string>() + "/p2p/" + network->host().id().to_text();
        }
    }
    return sink.record({{"Strings", texts}});
}

// Public as soon as one address was reached, private when none of those tried was.
Result<void> run_autonat(Context& context, const Request&, Sink& sink) {
    node::Network* const network = TRY(need_network(context));
    Json reachable;
    Json unreachable;
    for (const auto& [address, came_through] : network->contacts().tested_addresses()) {
        (came_through ? reachable : unreachable).push_back(address.to_text());
    }
    const char* const verdict = !reachable.empty()     ? "Public"
                                : !unreachable.empty() ? "Private"
                                                       : "Unknown";
    Json record = {{"reachability", verdict}};
    if (!reachable.empty()) record["reachable"] = std::move(reachable);
    if (!unreachable.empty()) record["unreachable"] = std::move(unreachable);
    return sink.record(record);
}

void print_autonat(const Json& record, const Request&, std::string& out) {
    out += fmt::format("AutoNAT V2 Status:\n  Reachability: {}\n",
                       record["reachability"].get_ref<const std::string&>());
    if (record.contains("nat")) {
        out += fmt::format("  NAT: {}\n", record["nat"].get_ref<const std::string&>());
    }
    out += "\nPer-Address Reachability:\n";
    bool is_any = false;
    constexpr std::array<std::pair<const char*, const char*>, 3> sections = {
        {{"reachable", "Reachable"}, {"unreachable", "Unreachable"}, {"unknown", "Unknown"}}};
    for (const auto& [key, label] : sections) {
        if (!record.contains(key)) continue;
        is_any = true;
        out += fmt::format("  {}:\n", label);
        for (const Json& address : record[key]) {
            out += fmt::format("    {}\n", address.get_ref<const std::string&>());
        }
    }
    if (!is_any) out += "  (no address reachability data available)\n";
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

}  // namespace

Command swarm_peers_command() {
    Command command = verb("swarm/peers", "List the peers that are connected.",
                           "One address for each connection. Needs the network.", run_peers);
    command.options = {{.names = {"verbose", "v"}, .help = "Show all that is known."},
                       {.names = {"streams"}, .help = "Show the open streams of each."},
                       {.names = {"latency"}, .help = "Show how long an answer takes."},
                       {.names = {"direction"}, .help = "Show who connected to whom."},
                       {.names = {"identify"}, .help = "Show what each says of itself."}};
    command.print = print_peers;
    return command;
}

Command swarm_addrs_command() {
    Command command =
        verb("swarm/addrs", "List the addresses that are known of peers.",
             "Every peer that was heard of, with its addresses. Needs the network.", run_addrs);
    command.print = print_addrs;
    return command;
}

Command swarm_addrs_autonat_command() {
    Command command = verb(
        "swarm/addrs/autonat", "Show which addresses can be reached from outside.",
        "As AutoNAT has found out by asking peers to connect. Needs the network.", run_autonat);
    command.print = print_autonat;
    return command;
}

Command swarm_addrs_listen_command() {
    Command command = verb("swarm/addrs/listen", "List the addresses that the node listens at.",
                           "Those of its interfaces. Needs the network.", run_listen);
    command.print = print_strings;
    return command;
}

Command swarm_addrs_local_command() {
    Command command = verb("swarm/addrs/local", "List the addresses that are told to others.",
                           "What the node announces. Needs the network.", run_local);
    command.options = {{.names = {"id"}, .help = "Write the peer id behind each address."}};
    command.print = print_strings;
    return command;
}

}  // namespace kit::commands
