#include "node/keys.h"

#include <gtest/gtest.h>

#include "base/simulated_env.h"
#include "node/config.h"

namespace kit::node {
namespace {

class KeysTest : public ::testing::Test {
protected:
    KeysTest() {
        const Identity identity = create_identity(random_, "ed25519", {}).value();
        keys_.emplace(Keys::open(env_, "/repo", Config::defaults(identity)).value());
    }
    std::string generate(std::string_view name, std::string_view algorithm = "ed25519",
                         std::optional<int> bits = {}) {
        const auto made = keys_->generate(name, algorithm, bits, random_);
        return made ? made->name : made.error().message;
    }
    std::string names() const {
        const std::vector<NamedKey> list = keys_->list().value();
        std::string text;
        for (const NamedKey& key : list) text += key.name + ",";
        return text;
    }

    SimulatedClock clock_;
    SimulatedRandom random_{1};
    SimulatedDisk disk_{1};
    Env env_{clock_, disk_, random_};
    std::optional<Keys> keys_;
};

TEST_F(KeysTest, SelfIsListedFirstAndTheOthersByName) {
    EXPECT_EQ(names(), "self,");
    EXPECT_EQ(generate("z"), "z");
    EXPECT_EQ(generate("a", "secp256k1"), "a");
    EXPECT_EQ(names(), "self,a,z,");
}

TEST_F(KeysTest, WhatCannotBeMadeIsRefusedInKubosWords) {
    generate("a");
    EXPECT_EQ(generate("a"), "key with name 'a' already exists");
    EXPECT_EQ(generate("self"), "cannot create key with name 'self'");
    EXPECT_EQ(generate(""), "key name must be at least one character");
    EXPECT_EQ(generate("b", "ed25519", 512),
              "invalid key size 512: ed25519 keys are always 256 bits");
    EXPECT_EQ(generate("b", "rsa", 1024), "rsa keys must be >= 2048 bits to be useful");
    EXPECT_EQ(generate("b", "dsa"), "unrecognized key type: dsa");
    EXPECT_EQ(names(), "self,a,");
}

TEST_F(KeysTest, RenamingKeepsTheKeyAndReplacesOnlyByForce) {
    const auto id = keys_->generate("a", "ed25519", {}, random_)->id;
    generate("b");
    EXPECT_FALSE(keys_->rename("a", "b", false));
    EXPECT_EQ(names(), "self,a,b,");
    const auto renamed = keys_->rename("a", "b", true);
    ASSERT_TRUE(renamed);
    EXPECT_TRUE(renamed->replaced);
    EXPECT_EQ(renamed->key.id, id);
    EXPECT_EQ(names(), "self,b,");
    EXPECT_FALSE(keys_->rename("b", "c", true)->replaced);
    EXPECT_TRUE(keys_->rename("c", "c", true));
    EXPECT_EQ(names(), "self,c,");
}

TEST_F(KeysTest, AKeyIsFoundByNameAndById) {
    const auto id = keys_->generate("a", "ed25519", {}, random_)->id;
    for (const std::string& name : {std::string("a"), id.to_text(), id.to_cid_text()}) {
        const auto key = keys_->get(name);
        ASSERT_TRUE(key) << name;
        EXPECT_TRUE(id.is_of(key->public_key()));
    }
    const auto self = formats::PeerId::of(keys_->self().public_key());
    EXPECT_TRUE(keys_->get("self"));
    EXPECT_TRUE(keys_->get(self.to_text()));
    EXPECT_EQ(keys_->get("b").error().message, "no key by the given name was found");
    keys_->remove("a").value();
    EXPECT_EQ(keys_->get(id.to_text()).error().message,
              "no key by the given name or PeerID was found");
}

TEST_F(KeysTest, ASignatureIsTheKeysAndTheDatasAlone) {
    const auto id = keys_->generate("a", "ed25519", {}, random_)->id;
    const ByteView data = as_bytes("a statement");
    const Bytes signature = keys_->sign("a", data)->signature;
    EXPECT_TRUE(keys_->verify("a", signature, data)->is_valid);
    EXPECT_TRUE(keys_->verify("/ipns/" + id.to_cid_text(), signature, data)->is_valid);
    EXPECT_FALSE(keys_->verify("self", signature, data)->is_valid);
    EXPECT_FALSE(keys_->verify("a", signature, as_bytes("another"))->is_valid);
    // The prefix is part of what is signed.
    EXPECT_FALSE(keys_->find("a").value()->public_key().verifies(data, signature));
    EXPECT_FALSE(keys_->verify("b", signature, data));
}

}  // namespace
}  // namespace kit::node
