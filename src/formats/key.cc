#include "formats/key.h"

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include <optional>

#include "formats/key_openssl.h"
#include "formats/protobuf_reader.h"
#include "formats/varint.h"

namespace kit::formats {
namespace {

constexpr uint64_t key_type_max = static_cast<uint64_t>(KeyType::ecdsa);
constexpr size_t ed25519_seed_size_bytes = 32;
constexpr size_t ed25519_private_size_bytes = 64;
constexpr size_t ed25519_old_private_size_bytes = 96;  // Seed, public key, public key again.
constexpr uint8_t type_key = 1 << 3;
constexpr uint8_t data_key = 2 << 3 | 2;

struct KeyMessage {
    KeyType type;
    ByteView data;
};

// What Go's protobuf reads: any order, the last of a repeated field, unknown fields passed over.
Result<KeyMessage> read_message(ByteView message, std::string_view what) {
    std::optional<uint64_t> type;
    std::optional<ByteView> data;
    ProtobufReader reader(message);
    while (!reader.at_end()) {
        const auto tag = reader.read_tag();
        if (!tag) return std::unexpected(reader.error(what));
        if (tag->field == 1 && tag->wire_type == WireType::varint) {
            type = reader.read_varint();
            if (!type) return std::unexpected(reader.error(what));
        } else if (tag->field == 2 && tag->wire_type == WireType::bytes) {
            data = reader.read_bytes();
            if (!data) return std::unexpected(reader.error(what));
        } else if (!reader.skip(tag->wire_type)) {
            return std::unexpected(reader.error(what));
        }
    }
    if (!type || !data) return fail(Code::corrupt, "{}: Type and Data must both be there", what);
    if (*type > key_type_max) {
        return fail(Code::unsupported, "{}: keys of type {} are unknown", what, *type);
    }
    return KeyMessage{static_cast<KeyType>(*type), *data};
}

Bytes write_message(KeyType type, ByteView data) {
    Bytes message = {type_key, static_cast<uint8_t>(type), data_key};
    append_varint(message, data.size());
    append(message, data);
    return message;
}

using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

// Ed25519 hashes by itself.
const EVP_MD* digest_of(KeyType type) {
    return type == KeyType::ed25519 ? nullptr : EVP_sha256();
}

// libp2p's signers give the smaller of the two numbers that would do: some verifiers insist.
Bytes with_low_s(Bytes signature) {
    const uint8_t* at = signature.data();
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> parsed(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(signature.size())), ECDSA_SIG_free);
    const std::unique_ptr<EC_GROUP, decltype(&EC_GROUP_free)> group(
        EC_GROUP_new_by_curve_name(NID_secp256k1), EC_GROUP_free);
    ASSERT(parsed != nullptr && group != nullptr);
    const BIGNUM* order = EC_GROUP_get0_order(group.get());
    const BIGNUM* s = ECDSA_SIG_get0_s(parsed.get());
    BIGNUM* flipped = BN_new();
    ASSERT(flipped != nullptr && BN_sub(flipped, order, s) == 1);
    if (BN_cmp(flipped, s) >= 0) {
        BN_free(flipped);
        return signature;
    }
    BIGNUM* r = BN_dup(ECDSA_SIG_get0_r(parsed.get()));
    ASSERT(ECDSA_SIG_set0(parsed.get(), r, flipped) == 1);
    Bytes low(static_cast<size_t>(i2d_ECDSA_SIG(parsed.get(), nullptr)));
    uint8_t* out = low.data();
    i2d_ECDSA_SIG(parsed.get(), &out);
    return low;
}

Result<EvpKey> generate_rsa(int bits) {
    ASSERT(bits >= limits::rsa_bits_min && bits <= limits::rsa_bits_max);
    EvpKey key(EVP_RSA_gen(static_cast<unsigned>(bits)));
    if (key != nullptr) return key;
    ERR_clear_error();
    return fail(Code::internal, "OpenSSL cannot make an RSA key of {} bits", bits);
}

}  // namespace

std::string_view key_type_name(KeyType type) {
    switch (type) {
        case KeyType::rsa:
            return "rsa";
        case KeyType::ed25519:
            return "ed25519";
        case KeyType::secp256k1:
            return "secp256k1";
        case KeyType::ecdsa:
            return "ecdsa";
    }
    return "unknown";
}

Result<PublicKey> PublicKey::from_protobuf(ByteView message) {
    const KeyMessage key = TRY(read_message(message, "PublicKey"));
    return from_data(key.type, key.data);
}

Result<PublicKey> PublicKey::from_data(KeyType type, ByteView data) {
    TRY(public_evp_key(type, data));
    return PublicKey(type, to_bytes(data));
}

Bytes PublicKey::to_protobuf() const {
    return write_message(type_, data_);
}

bool PublicKey::verifies(ByteView message, ByteView signature) const {
    const EvpKey key = public_evp_key(type_, data_).value();
    const DigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const bool is_right =
        EVP_DigestVerifyInit(context.get(), nullptr, digest_of(type_), nullptr, key.get()) == 1 &&
        EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                         message.size()) == 1;
    ERR_clear_error();
    return is_right;
}

Result<PrivateKey> PrivateKey::generate(KeyType type, Random& random, int rsa_bits) {
    if (type == KeyType::ecdsa) return fail(Code::unsupported, "ecdsa keys are read, not made");
    if (type == KeyType::rsa) {
        const EvpKey key = TRY(generate_rsa(rsa_bits));
        Bytes data = TRY(private_data(type, key.get()));
        return from_data(type, data);
    }
    Bytes seed(ed25519_seed_size_bytes);
    for (;;) {
        random.fill(seed);
        const auto key = private_evp_key(type, seed);
        // One number in 2^128 is no secp256k1 key.
        if (!key) continue;
        Bytes data = TRY(private_data(type, key->get()));
        OPENSSL_cleanse(seed.data(), seed.size());
        return from_data(type, data);
    }
}

Result<PrivateKey> PrivateKey::from_protobuf(ByteView message) {
    const KeyMessage key = TRY(read_message(message, "PrivateKey"));
    return from_data(key.type, key.data);
}

Result<PrivateKey> PrivateKey::from_data(KeyType type, ByteView data) {
    if (type == KeyType::ed25519) {
        const bool is_old = data.size() == ed25519_old_private_size_bytes;
        if (!is_old && data.size() != ed25519_private_size_bytes) {
            return fail(Code::corrupt, "an ed25519 private key has {} bytes, not {}",
                        ed25519_private_size_bytes, data.size());
        }
        if (is_old && !equal(data.subspan(32, 32), data.subspan(64, 32))) {
            return fail(Code::corrupt, "the ed25519 key has two public keys that differ");
        }
        data = data.first(ed25519_private_size_bytes);
    }
    const EvpKey key = TRY(private_evp_key(type, data));
    const Bytes public_bytes = TRY(public_data(type, key.get()));
    if (type == KeyType::ed25519 && !equal(public_bytes, data.subspan(ed25519_seed_size_bytes))) {
        return fail(Code::corrupt, "the public half of the ed25519 key belongs to another");
    }
    PublicKey public_key = TRY(PublicKey::from_data(type, public_bytes));
    return PrivateKey(to_bytes(data), std::move(public_key));
}

Bytes PrivateKey::to_protobuf() const {
    return write_message(type(), data_);
}

Bytes PrivateKey::sign(ByteView message) const {
    const EvpKey key = private_evp_key(type(), data_).value();
    const DigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    ASSERT(EVP_DigestSignInit(context.get(), nullptr, digest_of(type()), nullptr, key.get()) == 1);
    size_t size = 0;
    ASSERT(EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) == 1);
    Bytes signature(size);
    ASSERT(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) ==
           1);
    signature.resize(size);
    return type() == KeyType::secp256k1 ? with_low_s(std::move(signature)) : signature;
}

PrivateKey::~PrivateKey() {
    if (!data_.empty()) OPENSSL_cleanse(data_.data(), data_.size());
}

}  // namespace kit::formats
