#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "node/config.h"
#include "node/go_json.h"

namespace kit::node {
namespace {

// What a profile leaves at some keys of a fresh config.
std::string applied(std::string_view name, const std::vector<std::string_view>& keys) {
    Config config = Config::defaults({});
    const Profile* profile = find_profile(name);
    if (profile == nullptr) return "no profile";
    if (const auto done = profile->apply(config); !done) return done.error().to_text();
    std::string text;
    for (const std::string_view key : keys) {
        const Json* value = config.find(key);
        text += (text.empty() ? "" : " ") + (value == nullptr ? "-" : go_json(*value));
    }
    return text;
}

TEST(Profiles, HaveKubosEffects) {
    EXPECT_EQ(applied("test", {"Addresses.Swarm", "Bootstrap", "Discovery.MDNS.Enabled"}),
              R"(["/ip4/127.0.0.1/tcp/0"] [] false)");
    EXPECT_EQ(applied("lowpower", {"Swarm.ConnMgr", "AutoNAT"}),
              R"({"Type":"basic","LowWater":20,"HighWater":40,"GracePeriod":"1m0s"} )"
              R"({"ServiceMode":"disabled"})");
    EXPECT_EQ(applied("unixfs-v1-2025",
                      {"Import.CidVersion", "Import.UnixFSRawLeaves", "Import.UnixFSChunker",
                       "Import.UnixFSFileMaxLinks", "Import.UnixFSHAMTDirectorySizeEstimation"}),
              R"(1 true "size-1048576" 1024 "block")");
    EXPECT_EQ(applied("legacy-cid-v0", {"Import.CidVersion", "Import.UnixFSRawLeaves"}), "0 false");
    EXPECT_EQ(applied("announce-off", {"Provide"}), R"({"DHT":{"Interval":"0s"},"Enabled":false})");
    EXPECT_EQ(applied("autoconf-off", {"Bootstrap", "DNS"}), R"(null {"Resolvers":null})");
    EXPECT_EQ(applied("nope", {}), "no profile");
}

TEST(Profiles, ServerAndLocalDiscoveryUndoEachOther) {
    Config config = Config::defaults({});
    ASSERT_TRUE(config.set("Swarm.AddrFilters", {"/ip4/1.2.3.0/ipcidr/24"}));
    ASSERT_TRUE(find_profile("server")->apply(config));
    ASSERT_TRUE(find_profile("server")->apply(config));
    EXPECT_EQ(config.find("Swarm.AddrFilters")->size(), 20U);
    EXPECT_EQ(config.find("Addresses.NoAnnounce")->size(), 19U);
    ASSERT_TRUE(find_profile("local-discovery")->apply(config));
    EXPECT_EQ(go_json(*config.find("Swarm.AddrFilters")), R"(["/ip4/1.2.3.0/ipcidr/24"])");
}

TEST(Profiles, EveryNameOfKubosIsKnownAndApplies) {
    for (const char* name : {"announce-off",
                             "announce-on",
                             "autoconf-off",
                             "autoconf-on",
                             "badgerds",
                             "badgerds-measure",
                             "default-datastore",
                             "default-networking",
                             "flatfs",
                             "flatfs-levelds",
                             "flatfs-levelds-measure",
                             "flatfs-measure",
                             "flatfs-pebbleds",
                             "flatfs-pebbleds-measure",
                             "legacy-cid-v0",
                             "local-discovery",
                             "lowpower",
                             "pebbleds",
                             "pebbleds-measure",
                             "randomports",
                             "server",
                             "test",
                             "unixfs-v0-2015",
                             "unixfs-v1-2025"}) {
        EXPECT_EQ(applied(name, {}), "") << name;
    }
}

}  // namespace
}  // namespace kit::node
