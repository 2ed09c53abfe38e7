#include "node/config.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>

#include "node/go_json.h"

namespace kit::node {
namespace {

class ConfigTest : public testing::Test {
protected:
    std::string set(std::string_view key, const Json& value) {
        const auto done = config_.set(key, value);
        return done ? "ok" : done.error().message;
    }
    std::string get(std::string_view key) {
        const auto value = config_.get(key);
        return value ? go_json(*value) : value.error().message;
    }
    Config config_ = Config::defaults({.peer_id = "12D3", .private_key = "secret"});
};

TEST_F(ConfigTest, DefaultsAreKubos) {
    EXPECT_EQ(get("Datastore.StorageMax"), "\"10GB\"");
    EXPECT_EQ(get("Addresses.API"), "\"/ip4/127.0.0.1/tcp/5001\"");
    EXPECT_EQ(get("Identity"), R"({"PeerID":"12D3","PrivKey":"secret"})");
    EXPECT_EQ(config_.json().begin().key(), "Identity");
    EXPECT_EQ(*config_.find_size_bytes("Datastore.StorageMax").value(), 10'000'000'000U);
    EXPECT_EQ(config_.find_number("Ipns.ResolveCacheSize"), 128);
    EXPECT_EQ(config_.find_flag("Import.UnixFSRawLeaves"), std::nullopt);
}

TEST_F(ConfigTest, FindFoldsCaseAndGetDoesNot) {
    EXPECT_EQ(config_.find_text("datastore.storagemax"), "10GB");
    EXPECT_EQ(get("datastore.storagemax"), "datastore not found");
}

TEST_F(ConfigTest, GettingWhatIsNotThereIsToldInKubosWords) {
    EXPECT_EQ(get("Nope.Nope"), "Nope not found");
    EXPECT_EQ(get("Swarm.ConnMgr.LowWater"), "Swarm.ConnMgr.LowWater not found");
    EXPECT_EQ(get("Bootstrap.x"), "Bootstrap key is not a map");
    EXPECT_EQ(get(""), " not found");
}

TEST_F(ConfigTest, SettingMakesWhatIsMissingOnTheWay) {
    EXPECT_EQ(set("Swarm.ConnMgr.LowWater", 30), "ok");
    EXPECT_EQ(set("Datastore.Spec.x.y", "z"), "ok");
    EXPECT_EQ(set("Gateway.PublicGateways.localhost", {{"UseSubdomains", true}}), "ok");
    EXPECT_EQ(set("Kit.Durability", "operation"), "ok");
    EXPECT_EQ(get("Swarm.ConnMgr"), R"({"LowWater":30})");
    EXPECT_EQ(get("Datastore.Spec.x"), R"({"y":"z"})");
    EXPECT_EQ(config_.find_text("Kit.Durability"), "operation");
}

// Each line is what Kubo 0.43.1 answers after "failed to set config value: ".
TEST_F(ConfigTest, SettingWhatDoesNotFitIsToldInKubosWordsAndChangesNothing) {
    const Json before = config_.json();
    EXPECT_EQ(set("Nope", "x"), "Nope not found");
    EXPECT_EQ(set("Swarm.Foo", "x"), "Swarm.Foo not found");
    EXPECT_EQ(set("", "x"), " not found");
    EXPECT_EQ(set("Datastore.StorageMax.x", "y"), "Datastore.StorageMax key is not a map");
    EXPECT_EQ(set("Discovery.MDNS.Enabled", "foo"),
              "failure to decode config: json: cannot unmarshal string into Go struct field "
              "MDNS.Discovery.MDNS.Enabled of type bool");
    EXPECT_EQ(set("Swarm.ConnMgr.LowWater", "30"),
              "failure to decode config: json: cannot unmarshal string into Go struct field "
              "ConnMgr.Swarm.ConnMgr.LowWater of type int64");
    EXPECT_EQ(set("Import.CidVersion", 1.5),
              "failure to decode config: json: cannot unmarshal number 1.5 into Go struct field "
              "Import.Import.CidVersion of type int64");
    EXPECT_EQ(set("Gateway.HTTPHeaders.Y", "foo"),
              "failure to decode config: json: cannot unmarshal string into Go struct field "
              "Gateway.Gateway.HTTPHeaders of type []string");
    EXPECT_EQ(set("Bootstrap", {1}),
              "failure to decode config: json: cannot unmarshal number into Go struct field "
              "Config.Bootstrap of type string");
    EXPECT_EQ(set("Gateway.PublicGateways.x", {{"UseSubdomains", 3}}),
              "failure to decode config: json: cannot unmarshal number into Go struct field "
              "GatewaySpec.Gateway.PublicGateways.UseSubdomains of type bool");
    EXPECT_EQ(set("Swarm.Transports.Security.TLS", "foo"),
              "failure to decode config: json: cannot unmarshal string into Go struct field "
              ".Swarm.Transports.Security.TLS of type int64");
    EXPECT_EQ(set("Import.UnixFSRawLeaves", "foo"),
              "failure to decode config: failed to unmarshal \"\\\"foo\\\"\" into a flag: must be "
              "null/undefined, true, or false");
    EXPECT_EQ(set("Provide.DHT.Interval", "1x"),
              "failure to decode config: time: unknown unit \"x\" in duration \"1x\"");
    EXPECT_EQ(set("Import.UnixFSHAMTDirectorySizeThreshold", "foo"),
              "failure to decode config: strconv.ParseFloat: parsing \"\": invalid syntax");
    EXPECT_EQ(set("Identity.PrivKey", "x"), "cannot show or change private key through API");
    EXPECT_EQ(config_.json(), before);
}

TEST_F(ConfigTest, RemovingTakesOneSettingAway) {
    EXPECT_TRUE(config_.remove("Datastore.StorageMax"));
    EXPECT_EQ(get("Datastore.StorageMax"), "Datastore.StorageMax not found");
    EXPECT_FALSE(config_.remove("Datastore.StorageMax"));
}

TEST_F(ConfigTest, SecretsAreScrubbed) {
    EXPECT_EQ(set("API.Authorizations.me", {{"AuthSecret", "bearer:x"}}), "ok");
    EXPECT_EQ(
        set("Pinning.RemoteServices.there", {{"API", {{"Endpoint", "https://x"}, {"Key", "k"}}}}),
        "ok");
    const Json scrubbed = config_.scrubbed();
    EXPECT_EQ(go_json(scrubbed.at("Identity")), R"({"PeerID":"12D3"})");
    EXPECT_EQ(go_json(scrubbed.at("API")), R"({"HTTPHeaders":{},"Authorizations":{}})");
    EXPECT_EQ(go_json(scrubbed.at("Pinning")),
              R"({"RemoteServices":{"there":{"API":{"Endpoint":"https://x"}}}})");
}

TEST_F(ConfigTest, SavesWhatItLoadsForTheOwnerAlone) {
    const Path repo = testing::TempDir() + "/config-test";
    Disk& disk = real_env().disk;
    ASSERT_TRUE(disk.make_directories(repo));
    ASSERT_TRUE(config_.save(disk, repo));
    EXPECT_EQ((*disk.find_info(repo + "/config"))->mode, 0600U);
    const auto loaded = Config::load(disk, repo);
    ASSERT_TRUE(loaded) << loaded.error().to_text();
    EXPECT_EQ(loaded->json(), config_.json());
    ASSERT_TRUE(disk.remove_all(repo));
    EXPECT_EQ(Config::load(disk, repo).error().code, Code::not_found);
}

TEST(ConfigText, WhatIsNoConfigIsRefused) {
    EXPECT_FALSE(Config::from_text("{"));
    EXPECT_FALSE(Config::from_text("[]"));
    EXPECT_FALSE(Config::from_text(R"({"Datastore":3})"));
    EXPECT_FALSE(Config::from_text(R"({"Datastore":{"StorageMax":3}})"));
    EXPECT_TRUE(Config::from_text(R"({"Unknown":{"x":[1]},"Datastore":{"More":1}})"));
}

}  // namespace
}  // namespace kit::node
