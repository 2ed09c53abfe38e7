#include "node/network_settings.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>

#include "node/company_settings.h"
#include "node/keys.h"
#include "node/node.h"

namespace kit::node {
namespace {

using formats::Multiaddr;
using formats::Protocol;
using p2p::DhtMode;

constexpr uint64_t swarm_key_size_bytes_max = 4 * KiB;
constexpr int64_t gateway_threads_count_max = 64;

Result<std::vector<Multiaddr>> addresses_at(const Config& config, std::string_view key) {
    std::vector<Multiaddr> addresses;
    const Json* list = config.find(key);
    if (list == nullptr || !list->is_array()) return addresses;
    for (const Json& text : *list) {
        auto address = Multiaddr::from_text(text.get<std::string>());
        if (!address) return fail_because(std::move(address).error(), "{} in the config", key);
        addresses.push_back(*std::move(address));
    }
    return addresses;
}

Result<std::vector<AddressRange>> filters_of(const Config& config) {
    std::vector<AddressRange> filters;
    const Json* list = config.find("Swarm.AddrFilters");
    if (list == nullptr || !list->is_array()) return filters;
    for (const Json& text : *list) {
        auto range = AddressRange::from_text(text.get<std::string>());
        if (!range)
            return fail_because(std::move(range).error(), "Swarm.AddrFilters in the config");
        filters.push_back(*std::move(range));
    }
    return filters;
}

bool is_on(const Config& config, std::string_view key, bool preset) {
    return config.find_flag(key).value_or(preset);
}

// Whether the host has the transport of an address, and the config lets it have it.
bool is_spoken(const Config& config, const Multiaddr& address) {
    const auto allowed = [&config](std::string_view name) {
        return is_on(config, fmt::format("Swarm.Transports.Network.{}", name), true);
    };
    for (const Protocol unknown : {Protocol::webtransport, Protocol::webrtc_direct, Protocol::quic,
                                   Protocol::p2p_webrtc_direct, Protocol::p2p_circuit}) {
        if (address.find(unknown)) return false;
    }
    if (address.find(Protocol::quic_v1)) return allowed("QUIC");
    if (address.find(Protocol::ws) || address.find(Protocol::wss)) return allowed("Websocket");
    return address.find(Protocol::tcp) && allowed("TCP");
}

struct DhtModes {
    DhtMode wan = DhtMode::automatic;
    DhtMode lan = DhtMode::server;
};

// kubo:config/routing.go
Result<DhtModes> dht_modes(const Config& config, const std::string& chosen) {
    std::string type = config.find_text("Routing.Type").value_or("auto");
    if (chosen == "supernode") {
        return fail(Code::invalid_argument,
                    "supernode routing was never fully implemented and has been removed");
    }
    const bool is_chosen = !chosen.empty() && chosen != "default";
    if (is_chosen) type = chosen;
    if (type == "auto" || type == "dht" || type == "custom") return DhtModes{};
    if (type == "dhtserver") return DhtModes{DhtMode::server, DhtMode::server};
    if (type == "autoclient" || type == "dhtclient") {
        return DhtModes{DhtMode::client, DhtMode::client};
    }
    if (type == "none" || type == "delegated") return DhtModes{DhtMode::off, DhtMode::off};
    if (is_chosen) return fail(Code::invalid_argument, "unrecognized routing option: {}", type);
    return fail(Code::invalid_argument,
                "Routing.Type in the config is \"{}\"; it can be auto, autoclient, dht, dhtclient, "
                "dhtserver, none, delegated or custom",
                type);
}

Result<std::string> swarm_key(Disk& disk, const Path& repo) {
    const Path path = join(repo, "swarm.key");
    const auto info = TRY(disk.find_info(path));
    if (!info) return std::string();
    if (info->size_bytes > swarm_key_size_bytes_max) {
        return fail(Code::invalid_argument, "{} is no swarm key: it has {} bytes", path,
                    info->size_bytes);
    }
    const Bytes text = TRY(read_file(disk, path));
    return std::string(as_text(text));
}

// kubo:docs/config.md, HTTPRetrieval
Result<void> read_http_retrieval(const Config& config, NetworkSettings& settings) {
    settings.asks_http_providers = is_on(config, "HTTPRetrieval.Enabled", true);
    settings.gateway_threads_count = static_cast<size_t>(std::clamp<int64_t>(
        config.find_number("HTTPRetrieval.NumWorkers").value_or(16), 1, gateway_threads_count_max));
    const auto block_max = TRY(config.find_size_bytes("HTTPRetrieval.MaxBlockSize"));
    if (block_max && *block_max > 0) settings.gateway_block_size_bytes_max = *block_max;
    const Json* gateways = config.find("Kit.Gateways");
    if (gateways == nullptr || gateways->is_null()) return {};
    const auto is_web = [](const Json& url) {
        return url.is_string() && (url.get_ref<const std::string&>().starts_with("https://") ||
                                   url.get_ref<const std::string&>().starts_with("http://"));
    };
    if (!gateways->is_array() || !std::ranges::all_of(*gateways, is_web)) {
        return fail(Code::invalid_argument,
                    "Kit.Gateways in the config is a list of trustless gateways, as "
                    "[\"https://gateway.example\"]");
    }
    settings.gateways = gateways->get<std::vector<std::string>>();
    return {};
}

constexpr int64_t weight_max = 1000;

Result<AnnouncementSettings> announcement_settings(const Config& config) {
    AnnouncementSettings settings{
        .is_enabled = is_on(config, "Kit.Announcements.Enabled", false),
        .is_automatic = is_on(config, "Kit.Announcements.Automatic", false)};
    const std::pair<const char*, uint32_t*> weights[] = {{"Load", &settings.weights.load},
                                                         {"Latency", &settings.weights.latency},
                                                         {"Speed", &settings.weights.speed},
                                                         {"Distance", &settings.weights.distance}};
    for (const auto& [name, weight] : weights) {
        const std::string key = fmt::format("Kit.Announcements.Weights.{}", name);
        const auto given = config.find_number(key);
        if (given && (*given < 0 || *given > weight_max)) {
            return fail(Code::invalid_argument, "{} in the config is {}; it can be 0 to {}", key,
                        *given, weight_max);
        }
        if (given) *weight = static_cast<uint32_t>(*given);
    }
    return settings;
}

}  // namespace

Result<NetworkSettings> network_settings(Disk& disk, const Path& repo, const Config& config,
                                         const NetworkChoices& choices) {
    NetworkSettings settings;
    p2p::ShimHostOptions& host = settings.host;
    const formats::PrivateKey key =
        TRY(private_key_of(config.find_text("Identity.PrivKey").value_or("")));
    host.private_key = key.to_protobuf();
    host.agent = fmt::format("kubo/{}/ipfs-kit", version_text);
    const std::string suffix =
        config.find_text("Version.AgentSuffix").value_or(choices.agent_suffix);
    if (!suffix.empty()) host.agent += "/" + suffix;
    host.swarm_key = TRY(swarm_key(disk, repo));
    const auto listen = TRY(addresses_at(config, "Addresses.Swarm"));
    for (const Multiaddr& address : listen) {
        const bool is_private = !host.swarm_key.empty();
        const bool is_plain_tcp = address.parts().size() == 2 && address.find(Protocol::tcp);
        if (is_spoken(config, address) && (!is_private || is_plain_tcp)) {
            host.listen.push_back(address);
        } else {
            settings.skipped_addresses.push_back(address.to_text());
        }
    }
    settings.filters = TRY(filters_of(config));
    const DhtModes modes = TRY(dht_modes(config, choices.routing));
    host.wan_dht = modes.wan;
    host.lan_dht = modes.lan;
    settings.carries_streams = is_on(config, "Experimental.Libp2pStreamMounting", false);
    settings.names_by_pubsub =
        choices.names_by_pubsub.value_or(is_on(config, "Ipns.UsePubsub", false));
    settings.pubsub_for_all = choices.pubsub.value_or(is_on(config, "Pubsub.Enabled", false));
    settings.announcements = TRY(announcement_settings(config));
    host.pubsub =
        settings.pubsub_for_all || settings.names_by_pubsub || settings.announcements.is_enabled;
    host.mdns = is_on(config, "Discovery.MDNS.Enabled", false);
    host.upnp = !is_on(config, "Swarm.DisableNatPortMap", false);
    host.relay_client = is_on(config, "Swarm.Transports.Network.Relay", true) &&
                        is_on(config, "Swarm.RelayClient.Enabled", true);
    host.relay_server = is_on(config, "Swarm.RelayService.Enabled", true) && host.relay_client;
    host.hole_punching = is_on(config, "Swarm.EnableHolePunching", true) && host.relay_client;
    host.autonat = config.find_text("AutoNAT.ServiceMode").value_or("enabled") != "disabled";
    settings.company = TRY(company_settings(config));
    host.dht_records = p2p::DhtRecords::offered;
    TRY(read_http_retrieval(config, settings));
    return settings;
}

}  // namespace kit::node
