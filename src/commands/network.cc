// bitswap/*, stats/*, ping and version/check: figures of the network and talk with peers. Without
// one each answers as a Kubo daemon started with --offline does.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "commands/makers.h"
#include "commands/offline.h"

namespace kit::commands {
namespace {

Command verb(std::string path, const char* tagline, const char* description,
             std::vector<Option> options = {}) {
    return {.path = std::move(path),
            .tagline = tagline,
            .description = description,
            .options = std::move(options),
            .needs = Needs::config,
            .gives = Gives::record,
            .run = refuse_command};
}

// Kubo takes these as the caller's mistake.
Result<void> refuse_statistics(const Context& context, const Request&) {
    TRY(load_config(context));
    Error error = command_is_offline().error();
    error.message = "unable to run offline: " + error.message;
    return std::unexpected(std::move(error));
}

Command statistics(Command command) {
    command.check = refuse_statistics;
    return command;
}

}  // namespace

Command bitswap_command() {
    return {.path = "bitswap",
            .tagline = "Look at the exchange of blocks with peers.",
            .description = "Bitswap asks peers for blocks and gives them ours."};
}

Command bitswap_stat_command() {
    return statistics(
        verb("bitswap/stat", "Show figures of the exchange of blocks.",
             "Blocks and bytes that came and went, and who is asked. Needs the network.",
             {{.names = {"verbose", "v"}, .help = "Print the peers too."},
              {.names = {"human"}, .help = "Sizes such as 1.2 kB."}}));
}

Command bitswap_wantlist_command() {
    return verb("bitswap/wantlist", "List the blocks that are wanted.",
                "Of this node, or of a peer that told us. Needs the network.",
                {{{"peer", "p"}, OptionType::text, {}, "Of this peer in place of our own."}});
}

Command bitswap_ledger_command() {
    Command command = verb("bitswap/ledger", "Show what was exchanged with a peer.",
                           "Bytes given and taken, by which its wishes are weighed. Needs the "
                           "network.");
    command.arguments = {{.name = "peer", .help = "Peer id to look up."}};
    return command;
}

Command bitswap_reprovide_command() {
    Command command =
        verb("bitswap/reprovide", "Announce again what this node has: use 'routing reprovide'.",
             "It happens by itself from time to time. Needs the network.");
    command.gives = Gives::nothing;
    command.status = Status::deprecated;
    return command;
}

Command stats_command() {
    return {.path = "stats",
            .tagline = "Show figures of this node.",
            .description = "Of the network, of what is announced and of the repository."};
}

Command stats_bitswap_command() {
    Command command = bitswap_stat_command();
    command.path = "stats/bitswap";
    return command;
}

Command stats_bw_command() {
    return statistics(verb("stats/bw", "Show how many bytes went over the network.",
                           "All of them, or those of one peer or one protocol. Needs the network.",
                           {{{"peer", "p"}, OptionType::text, {}, "Of this peer alone."},
                            {{"proto", "t"}, OptionType::text, {}, "Of this protocol alone."},
                            {{"poll"}, OptionType::flag, {}, "Print again at an interval."},
                            {{"interval", "i"},
                             OptionType::text,
                             std::string("1s"),
                             "How long to wait in between, as \"1.5h\" or \"300ms\"."}}));
}

Command stats_dht_command() {
    Command command = verb("stats/dht", "Show the routing tables of the DHT.",
                           "Buckets and their peers. Needs the network.");
    command.gives = Gives::records;
    command.arguments = {{.name = "dht",
                          .required = false,
                          .variadic = true,
                          .help = "Which: wanserver, lanserver, wan or lan."}};
    return command;
}

Command stats_provide_command() {
    Command command = provide_stat_command();
    command.path = "stats/provide";
    command.tagline = "Show figures of what is announced: use 'provide stat'.";
    command.status = Status::deprecated;
    return command;
}

Command stats_reprovide_command() {
    Command command = provide_stat_command();
    command.path = "stats/reprovide";
    command.tagline = "Show figures of what is announced: use 'provide stat'.";
    command.status = Status::deprecated;
    return command;
}

Command stats_repo_command() {
    Command command = repo_stat_command();
    command.path = "stats/repo";
    return command;
}

Command ping_command() {
    Command command = verb("ping", "Ask a peer for a sign of life.",
                           "Finds the peer and measures how long its answers take. Needs the "
                           "network.",
                           {{{"count", "n"}, OptionType::integer, int64_t{10}, "How often."}});
    command.gives = Gives::records;
    command.arguments = {
        {.name = "peer ID", .variadic = true, .stdin_allowed = true, .help = "Peer to ask."}};
    return command;
}

Command version_check_command() {
    return verb("version/check", "Ask peers whether there is a newer version.",
                "Compares with the versions that connected peers tell. Needs the network.",
                {{{"min-percent", "t"},
                  OptionType::integer,
                  int64_t{5},
                  "Share of peers, in percent, that makes a newer version worth a warning."}});
}

}  // namespace kit::commands
