#include <gtest/gtest.h>

#include "node/config.h"

namespace kit::node {
namespace {

// Made by Kubo 0.43.1's `init` and thrown away.
constexpr std::string_view kubo_private_key =
    "CAESQIUCwn+g/i27OWmekNk+uc6+zKcBsx5JuSQINhwbhM23n1/F/VITGYPxayPJvQzkbvdG3u5avu6Og23bYBWvhzU=";
constexpr std::string_view kubo_peer_id = "12D3KooWLYVhH1jhkWEsqdaq7W4kSsLgrq2CtrB3zYhkqQ8XQJdJ";

TEST(Identity, AKeyOfKubosHasThePeerIdThatKuboGaveIt) {
    const auto identity = identity_of(kubo_private_key);
    ASSERT_TRUE(identity) << identity.error().to_text();
    EXPECT_EQ(identity->peer_id, kubo_peer_id);
    EXPECT_EQ(identity->public_key, "CAESIJ9fxf1SExmD8Wsjyb0M5G73Rt7uWr7ujoNt22AVr4c1");
}

TEST(Identity, EveryAlgorithmMakesAKeyThatReadsBack) {
    const std::pair<const char*, const char*> algorithms[] = {
        {"ed25519", "12D3KooW"}, {"rsa", "Qm"}, {"secp256k1", "16Uiu2HA"}};
    for (const auto& [algorithm, prefix] : algorithms) {
        SCOPED_TRACE(algorithm);
        const auto made = create_identity(real_env().random, algorithm, {});
        ASSERT_TRUE(made) << made.error().to_text();
        EXPECT_TRUE(made->peer_id.starts_with(prefix)) << made->peer_id;
        const auto read = identity_of(made->private_key);
        ASSERT_TRUE(read) << read.error().to_text();
        EXPECT_EQ(read->peer_id, made->peer_id);
        EXPECT_EQ(read->public_key, made->public_key);
    }
}

TEST(Identity, WhatCannotBeMadeIsRefused) {
    EXPECT_EQ(create_identity(real_env().random, "rsa", 1024).error().message,
              "rsa keys must be >= 2048 bits to be useful");
    EXPECT_EQ(create_identity(real_env().random, "dsa", 2048).error().message,
              "unrecognized key type: dsa");
}

TEST(Identity, DamagedKeysAreRefused) {
    for (const char* text : {"", "!", "CAES", "CAESQA==", "CAESAgEC", "CAASAgEC", "CAISAgEC",
                             "CAMSAgEC", "CAESQIUCwn+g/i27"}) {
        EXPECT_FALSE(identity_of(text)) << text;
    }
}

}  // namespace
}  // namespace kit::node
