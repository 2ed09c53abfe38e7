#include "naming/keystore.h"

#include "naming/test_names.h"

namespace kit::naming {
namespace {

using namespace testing;

class KeystoreTest : public ::testing::Test {
protected:
    KeystoreTest() {
        EXPECT_TRUE(disk_.make_directories("/repo"));
        EXPECT_TRUE(disk_.sync_directory("/"));
    }
    std::string names() {
        std::string text;
        const std::vector<std::string> names = store_.names().value();
        for (const std::string& name : names) text += name + ",";
        return text;
    }

    SimulatedClock clock_;
    SimulatedRandom random_{1};
    SimulatedDisk disk_{1};
    Env env_{clock_, disk_, random_};
    Keystore store_{env_, "/repo/keystore"};
};

TEST_F(KeystoreTest, WithoutAFolderThereAreNoKeys) {
    EXPECT_EQ(names(), "");
    EXPECT_FALSE(store_.find("a").value());
}

TEST_F(KeystoreTest, AKeyIsFoundAgainUnderItsName) {
    const PrivateKey key = make_key(1);
    ASSERT_EQ(error_of(store_.put("we ird/\xc3\xbc", key)), "");
    ASSERT_EQ(error_of(store_.put("a", make_key(2))), "");
    EXPECT_EQ(names(), "a,we ird/\xc3\xbc,");
    const auto found = store_.find("we ird/\xc3\xbc").value();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->to_protobuf(), key.to_protobuf());
}

// The names and modes that Kubo gave its files for these keys.
TEST_F(KeystoreTest, FilesAreNamedAndProtectedAsKubosAre) {
    ASSERT_EQ(error_of(store_.put("a", make_key(1))), "");
    ASSERT_EQ(error_of(store_.put("sec", make_key(1))), "");
    ASSERT_EQ(error_of(store_.put("we ird/\xc3\xbc", make_key(1))), "");
    for (const char* name : {"key_me", "key_onswg", "key_o5ssa2lsmqx4hpa"}) {
        const auto info = disk_.find_info(join("/repo/keystore", name)).value();
        ASSERT_TRUE(info) << name;
        EXPECT_EQ(info->mode, 0400U);
    }
    EXPECT_EQ(disk_.find_info("/repo/keystore").value()->mode, 0700U);
}

TEST_F(KeystoreTest, ANameIsNeverOverwritten) {
    ASSERT_EQ(error_of(store_.put("a", make_key(1))), "");
    EXPECT_EQ(error_of(store_.put("a", make_key(2))),
              "key by that name already exists, refusing to overwrite");
    EXPECT_EQ(store_.find("a").value()->to_protobuf(), make_key(1).to_protobuf());
    EXPECT_EQ(error_of(store_.put("", make_key(2))), "key name must be at least one character");
}

TEST_F(KeystoreTest, WhatIsRemovedIsGone) {
    ASSERT_EQ(error_of(store_.put("a", make_key(1))), "");
    EXPECT_EQ(error_of(store_.remove("a")), "");
    EXPECT_EQ(error_of(store_.remove("a")), "");
    EXPECT_EQ(names(), "");
}

TEST_F(KeystoreTest, AKeySurvivesALossOfPower) {
    ASSERT_EQ(error_of(store_.put("a", make_key(1))), "");
    disk_.crash(SimulatedDisk::Survival::nothing);
    EXPECT_EQ(names(), "a,");
    EXPECT_TRUE(store_.find("a").value());
}

TEST_F(KeystoreTest, OtherFilesArePassedOverAndDamagedKeysRefused) {
    ASSERT_EQ(error_of(store_.put("a", make_key(1))), "");
    for (const char* name : {"readme", "key_", "key_!!", "key_mi"}) {
        const ByteView content = as_bytes("no key");
        ASSERT_TRUE(
            disk_.write_new_file(join("/repo/keystore", name), std::span(&content, 1), 0400));
    }
    EXPECT_EQ(names(), "a,b,");
    EXPECT_EQ(store_.find("b").error().code, Code::corrupt);
}

}  // namespace
}  // namespace kit::naming
