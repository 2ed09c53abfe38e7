// stats/*, ping and version/check: figures of the network and talk with peers. Without
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
            .needs = Needs::network,
            .gives = Gives::record,
            .run = refuse_command};
}

Command statistics(Command command) {
    command.check = check_statistics_online;
    return command;
}

}  // namespace

Command stats_command() {
    return {.path = "stats",
            .tagline = "Show figures of this node.",
            .description = "Of the network, of what is announced and of the repository."};
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
