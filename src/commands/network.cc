// stats/* and version/check: figures of the network. Without
// one each answers as a Kubo daemon started with --offline does.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/split.h"
#include "commands/makers.h"
#include "commands/offline.h"
#include "commands/peer_address.h"
#include "commands/peer_record.h"
#include "commands/text.h"
#include "commands/waiting.h"
#include "node/network.h"
#include "node/units.h"

namespace kit::commands {
namespace {

constexpr int64_t second_ns = 1'000'000'000;
constexpr int64_t rate_window_ns = second_ns / 4;

// What `stats bw` counts: everything, one peer or one protocol.
Result<p2p::Traffic> traffic_of(node::Network& network, const Request& request,
                                const std::optional<formats::PeerId>& peer) {
    if (peer) return network.host().traffic(*peer);
    if (!request.given("proto")) return network.host().traffic();
    const auto protocols = TRY(network.host().protocol_traffic());
    const std::string name = request.text("proto");
    const auto found = std::ranges::find(protocols, name, &p2p::ProtocolTraffic::protocol);
    return found == protocols.end() ? p2p::Traffic{} : found->traffic;
}

// A rate is what went within a quarter of a second, or within the interval when it is asked again.
Result<void> run_bandwidth(Context& context, const Request& request, Sink& sink) {
    node::Network* const network = TRY(need_network(context));
    std::optional<formats::PeerId> peer;
    if (request.given("peer")) peer = TRY(parse_peer(request.text("peer")));
    const int64_t interval_ns = TRY(node::parse_duration_ns(request.text("interval")));
    const Clock& clock = context.env.clock;
    p2p::Traffic before = TRY(traffic_of(*network, request, peer));
    int64_t before_ns = clock.monotonic_ns();
    bool is_over = !wait_until(context, before_ns + rate_window_ns);
    for (;;) {
        const p2p::Traffic now = TRY(traffic_of(*network, request, peer));
        const int64_t now_ns = clock.monotonic_ns();
        const double seconds =
            static_cast<double>(std::max<int64_t>(now_ns - before_ns, 1)) / second_ns;
        const auto rate = [seconds](uint64_t from, uint64_t to) {
            return to > from ? static_cast<double>(to - from) / seconds : 0.0;
        };
        TRY(sink.record({{"TotalIn", now.received_bytes},
                         {"TotalOut", now.sent_bytes},
                         {"RateIn", rate(before.received_bytes, now.received_bytes)},
                         {"RateOut", rate(before.sent_bytes, now.sent_bytes)}}));
        if (is_over || !request.flag("poll")) break;
        TRY(sink.flush());
        before = now;
        before_ns = now_ns;
        is_over = !wait_until(context, now_ns + std::max<int64_t>(interval_ns, 0));
        if (is_over) break;
    }
    if (is_over) return fail(Code::cancelled, "context canceled");
    return {};
}

Result<void> check_bandwidth(const Context& context, const Request& request) {
    TRY(check_statistics_online(context, request));
    if (request.given("peer") && request.given("proto")) {
        return fail(Code::invalid_argument, "please only specify peer OR protocol");
    }
    return {};
}

void print_bandwidth(const Json& record, const Request& request, std::string& out) {
    const auto size = [&record](const char* name) {
        return node::size_text(static_cast<uint64_t>(record[name].get<double>()));
    };
    if (request.flag("poll")) {
        out += fmt::format("{:>8}    {:>8}    {:>8}/s  {:>8}/s      \r", size("TotalOut"),
                           size("TotalIn"), size("RateOut"), size("RateIn"));
        return;
    }
    out += fmt::format("Bandwidth\nTotalIn: {}\nTotalOut: {}\nRateIn: {}/s\nRateOut: {}/s\n",
                       size("TotalIn"), size("TotalOut"), size("RateIn"), size("RateOut"));
}

bool has_dht(const node::Network& network) {
    const auto& host = network.settings().host;
    return host.wan_dht != p2p::DhtMode::off || host.lan_dht != p2p::DhtMode::off;
}

// Who is in the table, by how many bits of its key it shares with us. When it was last asked is
// not kept, and Kubo has "" for that as well.
Result<Json> table_of(node::Network& network, const std::string& name, p2p::DhtSide side) {
    std::vector<Json> buckets;
    const auto routes = network.host().routes(side);
    if (routes) {
        for (const p2p::DhtRoute& route : *routes) {
            while (buckets.size() <= route.bucket) {
                buckets.push_back({{"LastRefresh", ""}, {"Peers", nullptr}});
            }
            const auto told = network.contacts().find_identified(route.peer);
            buckets[route.bucket]["Peers"].push_back(
                {{"ID", route.peer.to_text()},
                 {"Connected", route.is_connected},
                 {"AgentVersion", told ? shown_text(told->agent) : ""},
                 {"LastUsefulAt", ""},
                 {"LastQueriedAt", ""}});
        }
    } else if (routes.error().code == Code::cancelled) {
        return std::unexpected(routes.error());
    }
    return Json{{"Name", name}, {"Buckets", buckets}};
}

Result<void> run_dht(Context& context, const Request& request, Sink& sink) {
    node::Network* const network = TRY(need_network(context));
    if (!has_dht(*network)) return fail(Code::unsupported, "routing service is not a DHT");
    std::vector<std::string> names = request.arguments;
    if (names.empty()) names = {"wan", "lan"};
    for (const std::string& name : names) {
        const bool is_wan = name == "wan" || name == "wanserver";
        if (!is_wan && name != "lan" && name != "lanserver") {
            return fail(Code::invalid_argument, "unknown dht type: {}", name);
        }
        const auto side = is_wan ? p2p::DhtSide::wan : p2p::DhtSide::lan;
        const Json table = TRY(table_of(*network, name, side));
        TRY(sink.record(table));
    }
    return {};
}

void print_dht(const Json& record, const Request&, std::string& out) {
    size_t count = 0;
    for (const Json& bucket : record["Buckets"]) count += bucket["Peers"].size();
    std::string rows = fmt::format("DHT {} ({} peers):\t\t\t\n",
                                   record["Name"].get_ref<const std::string&>(), count);
    size_t number = 0;
    for (const Json& bucket : record["Buckets"]) {
        rows += fmt::format("  Bucket {:>2} ({} peers) - refreshed never:\t\t\t\n", number++,
                            bucket["Peers"].size());
        rows += "    Peer\tlast useful\tlast queried\tAgent Version\n";
        for (const Json& peer : bucket["Peers"]) {
            rows += fmt::format("  {} {}\tnever\tnever\t{}\n",
                                peer["Connected"].get<bool>() ? "@" : " ",
                                peer["ID"].get_ref<const std::string&>(),
                                peer["AgentVersion"].get_ref<const std::string&>());
        }
        rows += "\t\t\t\n";
    }
    align_columns(rows, 4, out);
}

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

struct Version {
    std::array<uint32_t, 3> parts = {};

    auto operator<=>(const Version&) const = default;
    std::string text() const { return fmt::format("{}.{}.{}", parts[0], parts[1], parts[2]); }
};

// "0.43.1"; what has more to it ("-dev", "-rc1") is no release.
std::optional<Version> version_of(std::string_view text) {
    Version version;
    const auto parts = split(text, '.');
    if (parts.size() != version.parts.size()) return std::nullopt;
    for (size_t i = 0; i < parts.size(); ++i) {
        const char* const end = parts[i].data() + parts[i].size();
        const auto [rest, error] = std::from_chars(parts[i].data(), end, version.parts.at(i));
        if (error != std::errc{} || rest != end) return std::nullopt;
    }
    return version;
}

// Kubo looks at those in the DHT's table: ours of the WAN, or of the LAN when that is all.
Result<void> run_check(Context& context, const Request& request, Sink& sink) {
    node::Network* const network = TRY(need_network(context));
    if (!has_dht(*network)) {
        return fail(Code::unsupported,
                    "could not perform version check due to missing or incompatible DHT "
                    "configuration");
    }
    const bool is_wan = network->settings().host.wan_dht != p2p::DhtMode::off;
    const auto routes = TRY(network->host().routes(is_wan ? p2p::DhtSide::wan : p2p::DhtSide::lan));
    const Version ours = version_of(node::version_text).value_or(Version());
    Version greatest = ours;
    uint64_t sampled_count = 1;  // Us.
    uint64_t greater_count = 0;
    for (const p2p::DhtRoute& route : routes) {
        const auto told = network->contacts().find_identified(route.peer);
        if (!told) continue;
        const auto segments = split(told->agent, '/');
        if (segments.size() < 2 || segments[0] != "kubo") continue;
        const auto version = version_of(segments[1]);
        if (!version) continue;
        ++sampled_count;
        if (*version > ours) ++greater_count;
        greatest = std::max(greatest, *version);
    }
    const int64_t percent =
        request.integer("min-percent") == 0 ? 5 : request.integer("min-percent");
    if (percent < 1 || percent > 100) {
        return fail(Code::invalid_argument,
                    "Version.SwarmCheckPercentThreshold must be between 1 and 100");
    }
    const double share = static_cast<double>(greater_count) / static_cast<double>(sampled_count);
    return sink.record({{"UpdateAvailable", share >= static_cast<double>(percent) / 100},
                        {"RunningVersion", ours.text()},
                        {"GreatestVersion", greatest.text()},
                        {"PeersSampled", sampled_count},
                        {"WithGreaterVersion", greater_count}});
}

}  // namespace

Command stats_command() {
    return {.path = "stats",
            .tagline = "Show figures of this node.",
            .description = "Of the network, of what is announced and of the repository."};
}

Command stats_bw_command() {
    Command command = verb("stats/bw", "Show how many bytes went over the network.",
                           "All of them, or those of one peer or one protocol. Needs the network.",
                           {{{"peer", "p"}, OptionType::text, {}, "Of this peer alone."},
                            {{"proto", "t"}, OptionType::text, {}, "Of this protocol alone."},
                            {{"poll"}, OptionType::flag, {}, "Print again at an interval."},
                            {{"interval", "i"},
                             OptionType::text,
                             std::string("1s"),
                             "How long to wait in between, as \"1.5h\" or \"300ms\"."}});
    command.gives = Gives::records;
    command.always_text = true;
    command.check = check_bandwidth;
    command.run = run_bandwidth;
    command.print = print_bandwidth;
    command.print_begin = [](const Request& request, std::string& out) {
        if (request.flag("poll")) out += "Total Up    Total Down  Rate Up     Rate Down\n";
    };
    return command;
}

Command stats_dht_command() {
    Command command = verb("stats/dht", "Show the routing tables of the DHT.",
                           "Buckets and their peers. Needs the network.");
    command.gives = Gives::records;
    command.run = run_dht;
    command.print = print_dht;
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

Command version_check_command() {
    Command command =
        verb("version/check", "Ask peers whether there is a newer version.",
             "Compares with the versions that connected peers tell. Needs the network.",
             {{{"min-percent", "t"},
               OptionType::integer,
               int64_t{5},
               "Share of peers, in percent, that makes a newer version worth a warning."}});
    command.run = run_check;
    return command;
}

}  // namespace kit::commands
