// The named changes to a config that Kubo 0.43.1 has, with the same effect on the same fields.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

#include "node/config.h"

namespace kit::node {
namespace {

// Private, local and reserved networks: IANA's special-purpose registries (RFC 6890), in the order
// in which Kubo appends them.
constexpr std::array server_filters = {
    "/ip4/10.0.0.0/ipcidr/8",     "/ip4/100.64.0.0/ipcidr/10",
    "/ip4/127.0.0.0/ipcidr/8",    "/ip4/169.254.0.0/ipcidr/16",
    "/ip4/172.16.0.0/ipcidr/12",  "/ip4/192.0.0.0/ipcidr/24",
    "/ip4/192.0.2.0/ipcidr/24",   "/ip4/192.168.0.0/ipcidr/16",
    "/ip4/198.18.0.0/ipcidr/15",  "/ip4/198.51.100.0/ipcidr/24",
    "/ip4/203.0.113.0/ipcidr/24", "/ip4/240.0.0.0/ipcidr/4",
    "/ip6/::/ipcidr/3",           "/ip6/::1/ipcidr/128",
    "/ip6/100::/ipcidr/64",       "/ip6/2001:2::/ipcidr/48",
    "/ip6/2001:db8::/ipcidr/32",  "/ip6/fc00::/ipcidr/7",
    "/ip6/fe80::/ipcidr/10",
};

struct Change {
    std::string_view key;
    Json value;
};

Result<void> change(Config& config, std::initializer_list<Change> changes) {
    for (const Change& one : changes) TRY(config.set(one.key, one.value));
    return {};
}

Json list_at(const Config& config, std::string_view key) {
    const Json* list = config.find(key);
    return list != nullptr && list->is_array() ? *list : Json::array();
}

Json with_filters(const Json& list) {
    Json all = Json::array();
    const auto add = [&](const Json& entry) {
        if (std::ranges::find(all, entry) == all.end()) all.push_back(entry);
    };
    for (const Json& entry : list) add(entry);
    for (const char* filter : server_filters) add(filter);
    return all;
}

Json without_filters(const Json& list) {
    Json rest = Json::array();
    for (const Json& entry : list) {
        const bool is_filter = std::ranges::any_of(
            server_filters, [&](const char* filter) { return entry == Json(filter); });
        if (!is_filter) rest.push_back(entry);
    }
    return rest;
}

Result<void> apply_server(Config& config) {
    return change(config,
                  {{"Addresses.NoAnnounce", with_filters(list_at(config, "Addresses.NoAnnounce"))},
                   {"Swarm.AddrFilters", with_filters(list_at(config, "Swarm.AddrFilters"))},
                   {"Discovery.MDNS.Enabled", false},
                   {"Swarm.DisableNatPortMap", true}});
}

Result<void> apply_local_discovery(Config& config) {
    return change(
        config, {{"Addresses.NoAnnounce", without_filters(list_at(config, "Addresses.NoAnnounce"))},
                 {"Swarm.AddrFilters", without_filters(list_at(config, "Swarm.AddrFilters"))},
                 {"Discovery.MDNS.Enabled", true},
                 {"Swarm.DisableNatPortMap", false}});
}

Result<void> apply_test(Config& config) {
    return change(config, {{"Addresses.API", "/ip4/127.0.0.1/tcp/0"},
                           {"Addresses.Gateway", "/ip4/127.0.0.1/tcp/0"},
                           {"Addresses.Swarm", Json::array({"/ip4/127.0.0.1/tcp/0"})},
                           {"Swarm.DisableNatPortMap", true},
                           {"Routing.LoopbackAddressesOnLanDHT", true},
                           {"Bootstrap", Json::array()},
                           {"Discovery.MDNS.Enabled", false},
                           {"AutoTLS.Enabled", false},
                           {"AutoConf.Enabled", false},
                           {"DNS.Resolvers", Json::object()},
                           {"Routing.DelegatedRouters", Json::array()},
                           {"Ipns.DelegatedPublishers", Json::array()}});
}

Result<void> remove_if_there(Config& config, std::string_view key) {
    return config.get(key) ? config.remove(key) : Result<void>();
}

Result<void> apply_default_networking(Config& config) {
    const Config fresh = Config::defaults({});
    TRY(change(config, {{"Addresses", fresh.json().at("Addresses")},
                        {"Bootstrap", Json::array({"auto"})},
                        {"Swarm.DisableNatPortMap", false},
                        {"Discovery.MDNS.Enabled", true}}));
    for (const char* key : {"AutoConf.Enabled", "AutoConf.URL", "AutoTLS.Enabled"}) {
        TRY(remove_if_there(config, key));
    }
    return {};
}

Result<void> apply_lowpower(Config& config) {
    return change(config, {{"Routing.Type", "autoclient"},
                           {"AutoNAT.ServiceMode", "disabled"},
                           {"Swarm.RelayService.Enabled", false},
                           {"Swarm.ConnMgr.Type", "basic"},
                           {"Swarm.ConnMgr.LowWater", 20},
                           {"Swarm.ConnMgr.HighWater", 40},
                           {"Swarm.ConnMgr.GracePeriod", "1m0s"}});
}

Result<void> apply_random_ports(Config& config) {
    // Port 0 lets the system choose when the node listens. DEPARTURE: Kubo asks for a free port
    // now and writes its number, which another program may have taken by then.
    return change(config,
                  {{"Addresses.Swarm", Json::array({"/ip4/0.0.0.0/tcp/0", "/ip6/::/tcp/0"})}});
}

Result<void> apply_unixfs(Config& config, int version, const char* chunker, int links,
                          const char* estimate) {
    return change(config, {{"Import.CidVersion", version},
                           {"Import.UnixFSRawLeaves", version == 1},
                           {"Import.UnixFSChunker", chunker},
                           {"Import.HashFunction", "sha2-256"},
                           {"Import.UnixFSFileMaxLinks", links},
                           {"Import.UnixFSDirectoryMaxLinks", 0},
                           {"Import.UnixFSHAMTDirectoryMaxFanout", 256},
                           {"Import.UnixFSHAMTDirectorySizeThreshold", "256KiB"},
                           {"Import.UnixFSHAMTDirectorySizeEstimation", estimate},
                           {"Import.UnixFSDAGLayout", "balanced"},
                           {"Import.UnixFSPBNodeFieldOrder", "links-first"}});
}

Result<void> apply_unixfs_2015(Config& config) {
    return apply_unixfs(config, 0, "size-262144", 174, "links");
}

Result<void> apply_unixfs_2025(Config& config) {
    return apply_unixfs(config, 1, "size-1048576", 1024, "block");
}

Result<void> apply_autoconf_on(Config& config) {
    TRY(change(config, {{"Bootstrap", Json::array({"auto"})},
                        {"DNS.Resolvers", {{".", "auto"}}},
                        {"Routing.DelegatedRouters", Json::array({"auto"})},
                        {"Ipns.DelegatedPublishers", Json::array({"auto"})},
                        {"AutoConf.Enabled", true}}));
    if (config.find_text("AutoConf.URL")) return {};
    return config.set("AutoConf.URL", "https://conf.ipfs-mainnet.org/autoconf.json");
}

Result<void> apply_autoconf_off(Config& config) {
    return change(config, {{"Bootstrap", nullptr},
                           {"DNS.Resolvers", nullptr},
                           {"Routing.DelegatedRouters", nullptr},
                           {"Ipns.DelegatedPublishers", nullptr},
                           {"AutoConf.Enabled", false}});
}

Result<void> apply_announce_off(Config& config) {
    return change(config, {{"Provide.Enabled", false}, {"Provide.DHT.Interval", "0s"}});
}

Result<void> apply_announce_on(Config& config) {
    return change(config, {{"Provide.Enabled", true}, {"Provide.DHT.Interval", "22h0m0s"}});
}

Result<void> apply_nothing(Config&) {
    return {};
}

std::vector<Profile> make_profiles() {
    std::vector<Profile> all = {
        {"announce-off", "Stops telling the network what this node holds.", false,
         apply_announce_off},
        {"announce-on", "Tells the network again what this node holds.", false, apply_announce_on},
        {"autoconf-off", "Empties what the autoconf service would fill in.", false,
         apply_autoconf_off},
        {"autoconf-on", "Takes bootstrap peers, resolvers and routers from the autoconf service.",
         false, apply_autoconf_on},
        {"default-networking", "Restores the network settings that init writes.", false,
         apply_default_networking},
        {"legacy-cid-v0", "Another name of unixfs-v0-2015.", false, apply_unixfs_2015},
        {"local-discovery", "Finds peers in local networks: takes back profile server.", false,
         apply_local_discovery},
        {"lowpower", "Keeps few connections and serves nobody else's requests.", false,
         apply_lowpower},
        {"randomports", "Listens on ports that the system chooses.", false, apply_random_ports},
        {"server", "Leaves local networks alone: for machines with public addresses.", false,
         apply_server},
        {"test", "Keeps the node to this machine.", false, apply_test},
        {"unixfs-v0-2015",
         "Imports as Kubo always did: CIDv0, 256 KiB chunks, 174 links, sizes by links.", false,
         apply_unixfs_2015},
        {"unixfs-v1-2025",
         "Imports as IPIP-499 says: CIDv1, raw leaves, 1 MiB chunks, 1024 links, sizes by block.",
         false, apply_unixfs_2025},
    };
    for (const char* name :
         {"badgerds", "badgerds-measure", "default-datastore", "flatfs", "flatfs-levelds",
          "flatfs-levelds-measure", "flatfs-measure", "flatfs-pebbleds", "flatfs-pebbleds-measure",
          "pebbleds", "pebbleds-measure"}) {
        all.push_back({name,
                       "A layout of Kubo's store. Taken by init for the sake of scripts, and "
                       "without effect: this program has one store.",
                       true, apply_nothing, /*is_datastore_layout=*/true});
    }
    std::ranges::sort(all, {}, &Profile::name);
    return all;
}

}  // namespace

const std::vector<Profile>& profiles() {
    static const std::vector<Profile> all = make_profiles();
    return all;
}

const Profile* find_profile(std::string_view name) {
    const auto found = std::ranges::find(profiles(), name, &Profile::name);
    return found == profiles().end() ? nullptr : &*found;
}

}  // namespace kit::node
