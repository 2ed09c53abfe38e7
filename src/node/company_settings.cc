#include "node/company_settings.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "node/auto_values.h"

namespace kit::node {
namespace {

// An element of Peering.Peers: {"ID": "12D3...", "Addrs": ["/ip4/..."]}.
Result<p2p::PeerAddress> peered(const Json& entry) {
    const auto id = entry.is_object() ? entry.find("ID") : entry.end();
    if (!entry.is_object() || id == entry.end() || !id->is_string()) {
        return fail(Code::invalid_argument,
                    "Peering.Peers in the config has an element without an \"ID\"");
    }
    auto peer = formats::PeerId::from_text(id->get_ref<const std::string&>());
    if (!peer) return fail_because(std::move(peer).error(), "Peering.Peers in the config");
    p2p::PeerAddress address{*std::move(peer), {}};
    const auto texts = entry.find("Addrs");
    if (texts == entry.end() || !texts->is_array()) return address;
    for (const Json& text : *texts) {
        auto one = p2p::Multiaddr::from_text(text.is_string() ? text.get<std::string>() : "");
        if (!one) return fail_because(std::move(one).error(), "Peering.Peers in the config");
        address.addresses.push_back(*std::move(one));
    }
    return address;
}

size_t count_at(const Config& config, std::string_view key, size_t preset) {
    const auto given = config.find_number(key);
    return given ? static_cast<size_t>(std::max<int64_t>(*given, 0)) : preset;
}

}  // namespace

Result<CompanySettings> company_settings(const Config& config) {
    CompanySettings settings;
    auto bootstrap = p2p::peers_of_texts(expanded_list(config, "Bootstrap"));
    if (!bootstrap) return fail_because(std::move(bootstrap).error(), "Bootstrap in the config");
    settings.bootstrap = *std::move(bootstrap);
    const Json* peers = config.find("Peering.Peers");
    if (peers != nullptr && peers->is_array()) {
        for (const Json& entry : *peers) settings.peering.push_back(TRY(peered(entry)));
    }
    p2p::ConnectionMarks& marks = settings.marks;
    marks.is_enabled = config.find_text("Swarm.ConnMgr.Type").value_or("basic") != "none";
    marks.low_water = count_at(config, "Swarm.ConnMgr.LowWater", marks.low_water);
    marks.high_water = count_at(config, "Swarm.ConnMgr.HighWater", marks.high_water);
    const auto time_at = [&config](std::string_view key, std::chrono::nanoseconds preset) {
        return std::chrono::nanoseconds(config.find_duration_ns(key).value_or(preset.count()));
    };
    marks.grace = time_at("Swarm.ConnMgr.GracePeriod", marks.grace);
    marks.silence = time_at("Swarm.ConnMgr.SilencePeriod", marks.silence);
    return settings;
}

}  // namespace kit::node
