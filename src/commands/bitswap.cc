// bitswap/*: the exchange of blocks with peers. Without a network each answers as a Kubo daemon
// started with --offline does.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/makers.h"
#include "commands/offline.h"
#include "commands/peer_address.h"
#include "node/network.h"
#include "node/units.h"

namespace kit::commands {
namespace {

using exchange::bitswap::Engine;
using formats::Cid;
using formats::PeerId;

Json keys_of(const Request& request, const std::vector<Cid>& cids) {
    Json keys = Json::array();
    for (const Cid& cid : cids) keys.push_back({{"/", request.cid_text(cid)}});
    return keys;
}

Result<void> run_stat(Context& context, const Request& request, Sink& sink) {
    node::Network* const network = TRY(need_network(context));
    exchange::bitswap::Statistics figures;
    std::vector<Cid> wants;
    std::vector<std::string> peers;
    TRY(network->exchange().inspect([&](const Engine& engine) {
        figures = engine.statistics();
        wants = engine.wants();
        // Kubo's partners are those who want something of us now.
        for (const PeerId& peer : engine.peers()) {
            if (!engine.wants_of(peer).empty()) peers.push_back(peer.to_text());
        }
    }));
    std::ranges::sort(peers);
    return sink.record({{"Wantlist", keys_of(request, wants)},
                        {"Peers", peers},
                        {"BlocksReceived", figures.blocks_received},
                        {"DataReceived", figures.bytes_received},
                        {"DupBlksReceived", figures.duplicate_blocks_received},
                        {"DupDataReceived", figures.duplicate_bytes_received},
                        {"MessagesReceived", figures.messages_received},
                        {"BlocksSent", figures.blocks_sent},
                        {"DataSent", figures.bytes_sent}});
}

void print_stat(const Json& record, const Request& request, std::string& out) {
    const auto number = [&record](const char* name) { return record[name].get<uint64_t>(); };
    const auto size = [&](const char* name) {
        return request.flag("human") ? node::size_text(number(name)) : std::to_string(number(name));
    };
    out += fmt::format(
        "bitswap status\n\tblocks received: {}\n\tblocks sent: {}\n\tdata received: {}\n"
        "\tdata sent: {}\n\tdup blocks received: {}\n\tdup data received: {}\n"
        "\twantlist [{} keys]\n",
        number("BlocksReceived"), number("BlocksSent"), size("DataReceived"), size("DataSent"),
        number("DupBlksReceived"), size("DupDataReceived"), record["Wantlist"].size());
    for (const Json& key : record["Wantlist"]) {
        out += fmt::format("\t\t{}\n", key["/"].get_ref<const std::string&>());
    }
    out += fmt::format("\tpartners [{}]\n", record["Peers"].size());
    if (!request.flag("verbose")) return;
    for (const Json& peer : record["Peers"]) {
        out += fmt::format("\t\t{}\n", peer.get_ref<const std::string&>());
    }
}

Result<void> run_wantlist(Context& context, const Request& request, Sink& sink) {
    node::Network* const network = TRY(need_network(context));
    std::optional<PeerId> peer;
    if (request.given("peer")) peer = TRY(parse_peer(request.text("peer")));
    if (peer && *peer == network->host().id()) peer.reset();
    std::vector<Cid> wants;
    TRY(network->exchange().inspect([&](const Engine& engine) {
        if (!peer) {
            wants = engine.wants();
            return;
        }
        for (const auto& entry : engine.wants_of(*peer)) wants.push_back(entry.cid);
    }));
    return sink.record({{"Keys", keys_of(request, wants)}});
}

void print_wantlist(const Json& record, const Request&, std::string& out) {
    std::vector<std::string> keys;
    for (const Json& key : record["Keys"]) keys.push_back(key["/"].get<std::string>());
    std::ranges::sort(keys);
    for (const std::string& key : keys) out += key + "\n";
}

Result<void> run_ledger(Context& context, const Request& request, Sink& sink) {
    node::Network* const network = TRY(need_network(context));
    const PeerId peer = TRY(parse_peer(request.arguments.at(0)));
    std::optional<exchange::bitswap::Ledger> ledger;
    TRY(network->exchange().inspect(
        [&](const Engine& engine) { ledger = engine.find_ledger(peer); }));
    const auto known = ledger.value_or(exchange::bitswap::Ledger());
    return sink.record({{"Peer", peer.to_text()},
                        {"Value", known.debt_ratio()},
                        {"Sent", known.bytes_sent},
                        {"Recv", known.bytes_received},
                        {"Exchanged", known.exchange_count}});
}

void print_ledger(const Json& record, const Request&, std::string& out) {
    out += fmt::format(
        "Ledger for {}\nDebt ratio:\t{:f}\nExchanges:\t{}\nBytes sent:\t{}\nBytes received:\t{}\n"
        "\n",
        record["Peer"].get_ref<const std::string&>(), record["Value"].get<double>(),
        record["Exchanged"].get<uint64_t>(), record["Sent"].get<uint64_t>(),
        record["Recv"].get<uint64_t>());
}

Command verb(std::string path, const char* tagline, const char* description,
             decltype(Command::run) run, decltype(Command::print) print) {
    return {.path = std::move(path),
            .tagline = tagline,
            .description = description,
            .needs = Needs::network,
            .gives = Gives::record,
            .run = std::move(run),
            .print = std::move(print)};
}

}  // namespace

Command bitswap_command() {
    return {.path = "bitswap",
            .tagline = "Look at the exchange of blocks with peers.",
            .description = "Bitswap asks peers for blocks and gives them ours."};
}

Command bitswap_stat_command() {
    Command command = verb("bitswap/stat", "Show figures of the exchange of blocks.",
                           "Blocks and bytes that came and went, and who is asked. Needs the "
                           "network.",
                           run_stat, print_stat);
    command.options = {{.names = {"verbose", "v"}, .help = "Print the peers too."},
                       {.names = {"human"}, .help = "Sizes such as 1.2 kB."}};
    command.check = check_statistics_online;
    return command;
}

Command bitswap_wantlist_command() {
    Command command = verb("bitswap/wantlist", "List the blocks that are wanted.",
                           "Of this node, or of a peer that told us. Needs the network.",
                           run_wantlist, print_wantlist);
    command.options = {{{"peer", "p"}, OptionType::text, {}, "Of this peer in place of our own."}};
    return command;
}

Command bitswap_ledger_command() {
    Command command = verb("bitswap/ledger", "Show what was exchanged with a peer.",
                           "Bytes given and taken, by which its wishes are weighed. Needs the "
                           "network.",
                           run_ledger, print_ledger);
    command.arguments = {{.name = "peer", .help = "Peer id to look up."}};
    return command;
}

Command bitswap_reprovide_command() {
    return {.path = "bitswap/reprovide",
            .tagline = "Announce again what this node has: use 'routing reprovide'.",
            .description = "It happens by itself from time to time. Needs the network.",
            .needs = Needs::network,
            .gives = Gives::nothing,
            .status = Status::deprecated,
            .run = refuse_command};
}

Command stats_bitswap_command() {
    Command command = bitswap_stat_command();
    command.path = "stats/bitswap";
    return command;
}

}  // namespace kit::commands
