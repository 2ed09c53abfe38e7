// Keys, signatures and peer ids against libp2p's vectors and what Kubo 0.43.1 exported.
#include "formats/key.h"

#include <gtest/gtest.h>

#include "base/env.h"
#include "formats/codec_test_support.h"
#include "formats/peer_id.h"

namespace kit::formats::test {
namespace {

// https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md#test-vectors
constexpr std::string_view ed25519_private =
    "080112407e0830617c4a7de83925dfb2694556b12936c477a0e1feb2e148ec9da60fee7d"
    "1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e";
constexpr std::string_view ed25519_public =
    "080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e";
constexpr std::string_view secp256k1_private =
    "0802122053dadf1d5a164d6b4acdb15e24aa4c5b1d3461bdbd42abedb0a4404d56ced8fb";
constexpr std::string_view secp256k1_public =
    "08021221037777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca99";
constexpr std::string_view ecdsa_private =
    "08031279307702010104203e5b1fe9712e6c314942a750bd67485de3c1efe85b1bfb520ae8f9ae3dfa4a4ca00a0608"
    "2a8648ce3d030107a14403420004de3d300fa36ae0e8f5d530899d83abab44abf3161f162a4bc901d8e6ecda020e8b"
    "6d5f8da30525e71d6851510c098e5c47c646a597fb4dcec034e9f77c409e62";
constexpr std::string_view ecdsa_public =
    "0803125b3059301306072a8648ce3d020106082a8648ce3d03010703420004de3d300fa36ae0e8f5d530899d83abab"
    "44abf3161f162a4bc901d8e6ecda020e8b6d5f8da30525e71d6851510c098e5c47c646a597fb4dcec034e9f77c409e"
    "62";

struct KuboKey {
    std::string_view file;
    std::string_view cid_text;
    std::string_view base32_text;
    std::string_view text;
};
// `key list` in three bases.
constexpr KuboKey kubo_keys[] = {
    {"ed25519", "k51qzi5uqu5di0rzkpf2xz4mxjo3ege2zgzguewwvgr3wgf5q62aps1c8c7b6u",
     "bafzaajaiaejcasoejzlhhfcuxfk6pkguqsa6zqfc5hg53lk3bqjzgchbombkbydg",
     "12D3KooWEnKYYsfnYmfRwaMeeqeErqcD8WWVnVcoSGAPHuHK7jQy"},
    {"rsa", "k2k4r8k1reuse69rvtczfudbblzef3qdbizl1nl6pq8eji4n7yr4n739",
     "bafzbeiazlhxtcam6ami6aeokraaug76d3hprklyjemutstifhi7irajtuu",
     "QmQ3cSVf1GY2s9f2rUB1RajSiTNPxzRf6aSRW8jTockcoe"},
    {"secp256k1", "kzwfwjn5ji4puvo8ybgu09apvni8um1gw0y4zdzm1odv0e7udz5y5fze61lt6ds",
     "bafzaajiiaijcca7bqeaaqj742lethtb7winl4ayom5qg7prhk5n3echnffwy4ot6sa",
     "16Uiu2HAmTqGAsTY3KoFrpkv7XrokG8y7H1tm1sfcBQy6JHzSXMdy"},
};

class KeyTest : public testing::Test {
protected:
    static Bytes file(std::string_view name) {
        return read_file(real_env().disk,
                         fmt::format("{}/tests/vectors/keys/{}", KIT_SOURCE_DIR, name))
            .value();
    }
    static PrivateKey kubo(std::string_view name) {
        return PrivateKey::from_protobuf(file(fmt::format("{}.key", name))).value();
    }
    Random& random_ = real_env().random;
};

TEST_F(KeyTest, TheSpecificationsVectorsAreRead) {
    const std::pair<std::string_view, std::string_view> vectors_of_spec[] = {
        {ed25519_private, ed25519_public},
        {secp256k1_private, secp256k1_public},
        {ecdsa_private, ecdsa_public}};
    for (const auto& [private_hex, public_hex] : vectors_of_spec) {
        const PrivateKey key = PrivateKey::from_protobuf(from_hex(private_hex)).value();
        EXPECT_EQ(to_hex(key.to_protobuf()), private_hex);
        EXPECT_EQ(to_hex(key.public_key().to_protobuf()), public_hex);
        const PublicKey public_key = PublicKey::from_protobuf(from_hex(public_hex)).value();
        EXPECT_EQ(public_key, key.public_key());
        EXPECT_TRUE(public_key.verifies(as_bytes("text"), key.sign(as_bytes("text"))));
    }
}

TEST_F(KeyTest, KubosExportsAreTheSameBytes) {
    for (const KuboKey& known : kubo_keys) {
        const Bytes exported = file(fmt::format("{}.key", known.file));
        const PrivateKey key = kubo(known.file);
        EXPECT_EQ(to_hex(key.to_protobuf()), to_hex(exported));
        EXPECT_EQ(key_type_name(key.type()), known.file);
        const std::string pem(as_text(file(fmt::format("{}.pem", known.file))));
        EXPECT_EQ(to_hex(PrivateKey::from_pem(pem)->to_protobuf()), to_hex(exported));
        EXPECT_EQ(key.to_pem(), pem);
    }
}

TEST_F(KeyTest, PeerIdsAreKubosInEveryWriting) {
    for (const KuboKey& known : kubo_keys) {
        const PrivateKey key = kubo(known.file);
        const PeerId id = PeerId::of(key.public_key());
        EXPECT_EQ(id.to_text(), known.text);
        EXPECT_EQ(id.to_cid_text(), known.cid_text);
        EXPECT_EQ(id.to_cid_text(Base::base32), known.base32_text);
        for (const std::string_view text : {known.text, known.cid_text, known.base32_text}) {
            EXPECT_EQ(PeerId::from_text(text).value(), id) << text;
        }
        EXPECT_TRUE(id.is_of(key.public_key()));
        const bool holds_key = key.type() != KeyType::rsa;
        ASSERT_EQ(id.public_key().has_value(), holds_key);
        if (holds_key) {
            EXPECT_EQ(*id.public_key(), key.public_key());
        }
    }
}

TEST_F(KeyTest, KubosSignaturesAreRight) {
    const Bytes message = to_bytes(as_bytes("libp2p-key signed message:hello"));
    for (const KuboKey& known : kubo_keys) {
        const PrivateKey key = kubo(known.file);
        const Bytes signature = file(fmt::format("{}.signature", known.file));
        EXPECT_TRUE(key.public_key().verifies(message, signature)) << known.file;
        // secp256k1 draws a number for each signature; the others are the same every time.
        if (key.type() != KeyType::secp256k1) {
            EXPECT_EQ(to_hex(key.sign(message)), to_hex(signature));
        }
    }
}

TEST_F(KeyTest, NewKeysSignAndComeBack) {
    for (const KeyType type : {KeyType::ed25519, KeyType::secp256k1, KeyType::rsa}) {
        const PrivateKey key = PrivateKey::generate(type, random_).value();
        const PrivateKey again = PrivateKey::from_protobuf(key.to_protobuf()).value();
        EXPECT_EQ(again.public_key(), key.public_key());
        EXPECT_EQ(to_hex(PrivateKey::from_pem(key.to_pem())->data()), to_hex(key.data()));
        const Bytes signature = key.sign(as_bytes("text"));
        EXPECT_TRUE(key.public_key().verifies(as_bytes("text"), signature));
        EXPECT_FALSE(key.public_key().verifies(as_bytes("test"), signature));
        EXPECT_FALSE(key.public_key().verifies(as_bytes("text"), {}));
        Bytes damaged = signature;
        damaged[damaged.size() / 2] ^= 1;
        EXPECT_FALSE(key.public_key().verifies(as_bytes("text"), damaged));
        const PrivateKey other = PrivateKey::generate(KeyType::ed25519, random_).value();
        EXPECT_FALSE(other.public_key().verifies(as_bytes("text"), signature));
    }
    EXPECT_EQ(PrivateKey::generate(KeyType::ecdsa, random_).error().code, Code::unsupported);
}

TEST_F(KeyTest, Secp256k1SignaturesHaveTheLowerNumber) {
    const PrivateKey key = kubo("secp256k1");
    for (int i = 0; i < 40; ++i) {
        const Bytes signature = key.sign(as_bytes(std::to_string(i)));
        // 30 len 02 len r 02 len s; half the order starts with 7f.
        const size_t r_size = signature[3];
        const size_t s_size = signature[5 + r_size];
        const uint8_t first = signature[6 + r_size];
        EXPECT_TRUE(s_size < 32 || (s_size == 32 && first <= 0x7f));
        EXPECT_TRUE(key.public_key().verifies(as_bytes(std::to_string(i)), signature));
    }
}

TEST_F(KeyTest, WhatIsNoKeyIsRefused) {
    const auto expect_problem = [](std::string_view hex, std::string_view why) {
        const std::string text = problem(PublicKey::from_protobuf(from_hex(hex)));
        EXPECT_TRUE(text.find(why) != std::string::npos) << hex << ": " << text;
    };
    expect_problem("", "Type and Data must both be there");
    expect_problem("0801", "Type and Data must both be there");
    expect_problem("08041200", "unsupported: PublicKey: keys of type 4 are unknown");
    expect_problem("08011220aa", "corrupt: ");
    expect_problem("08011201aa", "corrupt: the data of the ed25519 key is no public key");
    expect_problem("08021201aa", "corrupt: the data of the secp256k1 key is no public key");
    // No point of the curve has this x.
    expect_problem("08021221020000000000000000000000000000000000000000000000000000000000000005",
                   "corrupt: the data of the secp256k1 key");
    expect_problem("08001201aa", "corrupt: the data of the rsa key is no public key");
    expect_problem("08031201aa", "corrupt: the data of the ecdsa key is no public key");
    const Bytes zero = from_hex("08021220" + std::string(64, '0'));
    EXPECT_EQ(PrivateKey::from_protobuf(zero).error().code, Code::corrupt);
    const Bytes order = from_hex("08021220" + std::string(64, 'f'));
    EXPECT_EQ(PrivateKey::from_protobuf(order).error().code, Code::corrupt);
    Bytes mixed = from_hex(ed25519_private);
    mixed.back() ^= 1;
    EXPECT_EQ(PrivateKey::from_protobuf(mixed).error().code, Code::corrupt);
    EXPECT_EQ(PrivateKey::from_pem("-----BEGIN PRIVATE KEY-----").error().code, Code::corrupt);
}

TEST_F(KeyTest, RsaKeysThatAreTooShortAreRefused) {
    const std::string pem(as_text(file("rsa1024.pem")));
    EXPECT_TRUE(problem(PrivateKey::from_pem(pem))
                    .starts_with("invalid_argument: rsa keys must be >= 2048 bits"));
}

TEST_F(KeyTest, AnOldEd25519KeyRepeatsItsPublicHalf) {
    const Bytes key = from_hex(ed25519_private);
    Bytes old = from_hex("08011260");
    append(old, ByteView(key).subspan(4));
    append(old, ByteView(key).last(32));
    EXPECT_EQ(to_hex(PrivateKey::from_protobuf(old)->to_protobuf()), ed25519_private);
    old.back() ^= 1;
    EXPECT_EQ(PrivateKey::from_protobuf(old).error().code, Code::corrupt);
}

TEST_F(KeyTest, WhatIsNoPeerIdIsRefused) {
    for (const std::string_view text :
         {"", "Qm", "1", "QmQ3cSVf1GY2s9f2rUB1RajSiTNPxzRf6aSRW8jTocko0", "k51", "hello",
          "bafybeiazlhxtcam6ami6aeokraaug76d3hprklyjemutstifhi7irajtuu"}) {
        EXPECT_EQ(PeerId::from_text(text).error().code, Code::invalid_argument) << text;
    }
    const Multihash sha1 = hash(HashCode::sha1, as_bytes("x")).value();
    EXPECT_EQ(PeerId::from_bytes(sha1.bytes()).error().code, Code::invalid_argument);
    const Multihash text = hash(HashCode::identity, as_bytes("no key")).value();
    EXPECT_FALSE(PeerId::from_bytes(text.bytes())->public_key());
}

}  // namespace
}  // namespace kit::formats::test
