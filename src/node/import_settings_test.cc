#include "node/import_settings.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace kit::node {
namespace {

class ImportSettingsTest : public testing::Test {
protected:
    // What is said of one value, the rest being defaults.
    static std::string with(const std::string& key, const Json& value) {
        Config config = Config::defaults({.peer_id = "12D3", .private_key = "secret"});
        const auto set = config.set("Import." + key, value);
        if (!set) return set.error().message;
        const auto checked = check_import_settings(config);
        return checked ? "ok" : checked.error().message;
    }
};

TEST_F(ImportSettingsTest, WhatMakesSenseIsTaken) {
    EXPECT_EQ(with("CidVersion", 1), "ok");
    EXPECT_EQ(with("UnixFSDirectoryMaxLinks", 0), "ok");
    EXPECT_EQ(with("UnixFSHAMTDirectoryMaxFanout", 1024), "ok");
    EXPECT_EQ(with("HashFunction", "BLAKE3"), "ok");
    EXPECT_EQ(with("UnixFSDAGLayout", "trickle"), "ok");
    EXPECT_EQ(with("UnixFSChunker", nullptr), "ok");
    for (const char* chunker : {"size-1", "buzhash", "rabin-16-32-64"}) {
        EXPECT_EQ(with("UnixFSChunker", chunker), "ok") << chunker;
    }
}

TEST_F(ImportSettingsTest, NumbersOutOfRangeAreRefusedInKubosWords) {
    EXPECT_EQ(with("CidVersion", 2), "Import.CidVersion must be 0 or 1, got 2");
    EXPECT_EQ(with("UnixFSFileMaxLinks", 0), "Import.UnixFSFileMaxLinks must be positive, got 0");
    EXPECT_EQ(with("UnixFSDirectoryMaxLinks", -1),
              "Import.UnixFSDirectoryMaxLinks must be non-negative, got -1");
    EXPECT_EQ(with("BatchMaxNodes", 0), "Import.BatchMaxNodes must be positive, got 0");
    EXPECT_EQ(with("BatchMaxSize", -5), "Import.BatchMaxSize must be positive, got -5");
    for (const int fanout : {-8, 4, 12, 2048}) {
        EXPECT_EQ(with("UnixFSHAMTDirectoryMaxFanout", fanout),
                  "Import.UnixFSHAMTDirectoryMaxFanout must be a power of 2, between 8 and 1024 "
                  "(got " +
                      std::to_string(fanout) + ")");
    }
}

TEST_F(ImportSettingsTest, WordsThatNobodyKnowsAreRefusedInKubosWords) {
    EXPECT_EQ(with("HashFunction", "nonsense"), "Import.HashFunction unrecognized: \"nonsense\"");
    EXPECT_EQ(with("HashFunction", "md5"),
              "Import.HashFunction \"md5\" is not allowed for use in IPFS");
    EXPECT_EQ(with("UnixFSHAMTDirectorySizeEstimation", "x"),
              "Import.UnixFSHAMTDirectorySizeEstimation must be \"links\", \"block\", or "
              "\"disabled\", got \"x\"");
    EXPECT_EQ(with("UnixFSDAGLayout", "x"),
              "Import.UnixFSDAGLayout must be \"balanced\" or \"trickle\", got \"x\"");
    EXPECT_EQ(with("UnixFSPBNodeFieldOrder", "x"),
              "Import.UnixFSPBNodeFieldOrder must be \"links-first\" or \"data-first\", got \"x\"");
    for (const char* chunker : {"", "size-", "size-0", "size--1", "size-1-2", "rabin",
                                "rabin-3-2-1", "rabin-1-2", "rabin-a-b-c"}) {
        EXPECT_TRUE(with("UnixFSChunker", chunker).starts_with("Import.UnixFSChunker invalid"))
            << chunker;
    }
}

}  // namespace
}  // namespace kit::node
