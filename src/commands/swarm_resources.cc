// swarm resources: what connections cost and may cost. libp2p's resource manager is Go's; here the
// bounds are those of the host: how many connections there may be, and how much memory.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>

#include "commands/makers.h"
#include "commands/offline.h"
#include "node/network.h"

namespace kit::commands {
namespace {

constexpr std::array<const char*, 8> limit_names = {
    "Memory",        "FD",      "Conns",          "ConnsInbound",
    "ConnsOutbound", "Streams", "StreamsInbound", "StreamsOutbound"};

struct Usage {
    uint64_t inbound_count = 0;
    uint64_t outbound_count = 0;
};

// `unbounded` is Kubo's word for no bound: "unlimited" of the whole, "default" of one peer.
Json scope(const Usage& usage, const char* unbounded) {
    const uint64_t connection_count = usage.inbound_count + usage.outbound_count;
    Json made = Json::object();
    for (const char* name : limit_names) {
        made[name] = unbounded;
        made[fmt::format("{}Usage", name)] = 0;
    }
    made["FDUsage"] = connection_count;
    made["ConnsUsage"] = connection_count;
    made["ConnsInboundUsage"] = usage.inbound_count;
    made["ConnsOutboundUsage"] = usage.outbound_count;
    return made;
}

Result<void> run_resources(Context& context, const Request&, Sink& sink) {
    TRY(load_config(context));
    node::Network* const network = find_network(context);
    if (network == nullptr) {
        return fail(Code::offline,
                    "missing ResourceMgr: make sure the daemon is running with "
                    "Swarm.ResourceMgr.Enabled");
    }
    Usage all;
    std::map<std::string, Usage> peers;
    const auto open = TRY(network->host().connections());
    for (const p2p::ShimConnection& connection : open) {
        Usage& peer = peers[connection.peer.to_text()];
        const bool is_inbound = connection.direction == p2p::Direction::inbound;
        ++(is_inbound ? all.inbound_count : all.outbound_count);
        ++(is_inbound ? peer.inbound_count : peer.outbound_count);
    }
    Json system = scope(all, "unlimited");
    const p2p::ShimCounts counts = TRY(network->host().counts());
    system["StreamsUsage"] = counts.raw_streams;
    const auto& bounds = network->settings().host;
    if (bounds.connections_max != 0) system["Conns"] = bounds.connections_max;
    if (bounds.memory_bytes_max != 0) system["Memory"] = std::to_string(bounds.memory_bytes_max);
    Json record = {{"System", std::move(system)}, {"Transient", scope({}, "unlimited")}};
    for (const auto& [peer, usage] : peers) record["Peers"][peer] = scope(usage, "default");
    return sink.record(record);
}

// Cells end at multiples of eight columns, the first 20 wide at the least: Go's tabwriter.
std::string row(const std::array<std::string, 5>& cells, size_t first_width) {
    std::string line;
    for (size_t i = 0; i < cells.size(); ++i) {
        const size_t width = i == 0 ? first_width : 24;
        line += cells[i];
        line.append(cells[i].size() < width ? (width - cells[i].size() + 7) / 8 : 0, '\t');
    }
    return line + "\n";
}

void print_resources(const Json& record, const Request&, std::string& out) {
    std::vector<std::array<std::string, 5>> rows = {
        {"Scope", "Limit Name", "Limit Value", "Limit Usage Amount", "Limit Usage Percent"}};
    const auto add_scope = [&rows](const std::string& name, const Json& scope) {
        for (const char* limit : limit_names) {
            const Json& value = scope[limit];
            const std::string shown = value.is_string() ? value.get<std::string>() : value.dump();
            if (shown == "unlimited" || shown == "default") continue;
            const auto used = scope[fmt::format("{}Usage", limit)].get<uint64_t>();
            const double bound = std::strtod(shown.c_str(), nullptr);
            const std::string percent =
                shown == "blockAll" ? "n/a"
                : used == 0         ? "0%"
                            : fmt::format("{:.1f}%", static_cast<double>(used) / bound * 100);
            rows.push_back({name, limit, shown, std::to_string(used), percent});
        }
    };
    add_scope("system", record["System"]);
    add_scope("transient", record["Transient"]);
    const std::array<std::pair<const char*, const char*>, 3> kinds = {
        {{"Services", "svc:"}, {"Protocols", "proto:"}, {"Peers", "peer:"}}};
    for (const auto& [kind, prefix] : kinds) {
        if (!record.contains(kind)) continue;
        for (const auto& each : record[kind].items()) add_scope(prefix + each.key(), each.value());
    }
    size_t width = 20;
    for (const auto& cells : rows) width = std::max(width, cells[0].size());
    width = (width + 7) / 8 * 8;
    for (const auto& cells : rows) out += row(cells, width);
}

}  // namespace

Command swarm_resources_command() {
    return {.path = "swarm/resources",
            .tagline = "Show what connections cost and may cost.",
            .description = "The bounds of the host and how much is used. Needs the network.",
            .needs = Needs::network,
            .gives = Gives::record,
            .status = Status::experimental,
            .run = run_resources,
            .print = print_resources};
}

}  // namespace kit::commands
