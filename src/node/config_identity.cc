// The node's own key pair and the peer id that is made of it.
// https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md
#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>
#include <memory>

#include "formats/multibase.h"
#include "formats/multihash.h"
#include "formats/varint.h"
#include "node/config.h"

namespace kit::node {
namespace {

// The numbers of libp2p's KeyType.
enum class KeyType : uint8_t { rsa = 0, ed25519 = 1, secp256k1 = 2 };

struct KeyDeleter {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
    void operator()(BIGNUM* number) const { BN_clear_free(number); }
};
using Key = std::unique_ptr<EVP_PKEY, KeyDeleter>;
using Number = std::unique_ptr<BIGNUM, KeyDeleter>;

constexpr size_t ed25519_size_bytes = 32;
constexpr size_t secp256k1_size_bytes = 32;
constexpr int rsa_bits_min = 2048;
constexpr int rsa_bits_max = 8192;

std::unexpected<Error> openssl_failed(std::string_view what) {
    return fail(Code::internal, "the cryptographic library cannot {}", what);
}

// message { KeyType type = 1; bytes data = 2; }
Bytes key_message(KeyType type, ByteView data) {
    Bytes message = {0x08, static_cast<uint8_t>(type), 0x12};
    formats::append_varint(message, data.size());
    append(message, data);
    return message;
}

struct EncodedPair {
    KeyType type;
    Bytes private_data;
    Bytes public_data;
};

Identity identity_from(const EncodedPair& pair) {
    const Bytes public_message = key_message(pair.type, pair.public_data);
    // Short keys are in the peer id themselves, long ones by their hash.
    constexpr size_t inline_size_bytes_max = 42;
    const auto hash = public_message.size() <= inline_size_bytes_max
                          ? formats::Multihash::wrap(
                                static_cast<uint64_t>(formats::HashCode::identity), public_message)
                          : formats::sha2_256(std::array{ByteView(public_message)});
    const Bytes private_message = key_message(pair.type, pair.private_data);
    return {
        .peer_id = formats::encode_base(formats::Base::base58btc, hash.bytes()),
        .private_key = formats::encode_base(formats::Base::base64pad, private_message),
        .public_key = formats::encode_base(formats::Base::base64pad, public_message),
    };
}

Result<EncodedPair> encode_ed25519(const Key& key) {
    EncodedPair pair{KeyType::ed25519, Bytes(ed25519_size_bytes), Bytes(ed25519_size_bytes)};
    size_t private_size = ed25519_size_bytes;
    size_t public_size = ed25519_size_bytes;
    if (EVP_PKEY_get_raw_private_key(key.get(), pair.private_data.data(), &private_size) != 1 ||
        EVP_PKEY_get_raw_public_key(key.get(), pair.public_data.data(), &public_size) != 1) {
        return openssl_failed("give the parts of an ed25519 key");
    }
    append(pair.private_data, pair.public_data);
    return pair;
}

template <typename Encode>
Result<Bytes> der_of(const Encode& encode) {
    const int size = encode(nullptr);
    if (size <= 0) return openssl_failed("encode an RSA key");
    Bytes der(static_cast<size_t>(size));
    unsigned char* out = der.data();
    encode(&out);
    return der;
}

Result<EncodedPair> encode_rsa(const Key& key) {
    EncodedPair pair{KeyType::rsa, {}, {}};
    pair.private_data =
        TRY(der_of([&](unsigned char** out) { return i2d_PrivateKey(key.get(), out); }));
    pair.public_data = TRY(der_of([&](unsigned char** out) { return i2d_PUBKEY(key.get(), out); }));
    return pair;
}

Result<EncodedPair> encode_secp256k1(const Key& key) {
    EncodedPair pair{KeyType::secp256k1, Bytes(secp256k1_size_bytes), {}};
    BIGNUM* raw_scalar = nullptr;
    if (EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_PRIV_KEY, &raw_scalar) != 1) {
        return openssl_failed("give the parts of a secp256k1 key");
    }
    const Number scalar(raw_scalar);
    if (BN_bn2binpad(scalar.get(), pair.private_data.data(), secp256k1_size_bytes) < 0) {
        return openssl_failed("encode a secp256k1 key");
    }
    EVP_PKEY_set_utf8_string_param(key.get(), OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                   "compressed");
    Bytes point(1 + secp256k1_size_bytes);
    size_t size = 0;
    if (EVP_PKEY_get_octet_string_param(key.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                        point.size(), &size) != 1 ||
        size != point.size()) {
        return openssl_failed("encode a secp256k1 key");
    }
    pair.public_data = std::move(point);
    return pair;
}

// The other way: public parts from the private data of a key message.
Result<EncodedPair> pair_of_ed25519(ByteView data) {
    // 64 bytes: seed and public key; old files repeat the public key after them.
    const size_t whole = 2 * ed25519_size_bytes;
    if (data.size() != whole && data.size() != whole + ed25519_size_bytes) {
        return fail(Code::invalid_argument, "an ed25519 key has 64 bytes, this one {}",
                    data.size());
    }
    return EncodedPair{KeyType::ed25519, to_bytes(data),
                       to_bytes(data.subspan(ed25519_size_bytes, ed25519_size_bytes))};
}

Result<EncodedPair> pair_of_rsa(ByteView data) {
    const unsigned char* in = data.data();
    const Key key(d2i_AutoPrivateKey(nullptr, &in, static_cast<long>(data.size())));
    if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) {
        return fail(Code::invalid_argument, "the RSA key is no PKCS #1 structure");
    }
    return encode_rsa(key);
}

Result<EncodedPair> pair_of_secp256k1(ByteView data) {
    if (data.size() != secp256k1_size_bytes) {
        return fail(Code::invalid_argument, "a secp256k1 key has 32 bytes, this one {}",
                    data.size());
    }
    const std::unique_ptr<EC_GROUP, decltype(&EC_GROUP_free)> group(
        EC_GROUP_new_by_curve_name(NID_secp256k1), EC_GROUP_free);
    const Number scalar(BN_bin2bn(data.data(), static_cast<int>(data.size()), nullptr));
    const std::unique_ptr<EC_POINT, decltype(&EC_POINT_free)> point(EC_POINT_new(group.get()),
                                                                    EC_POINT_free);
    EncodedPair pair{KeyType::secp256k1, to_bytes(data), Bytes(1 + secp256k1_size_bytes)};
    if (!scalar || !point ||
        EC_POINT_mul(group.get(), point.get(), scalar.get(), nullptr, nullptr, nullptr) != 1 ||
        EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_COMPRESSED,
                           pair.public_data.data(), pair.public_data.size(),
                           nullptr) != pair.public_data.size()) {
        return fail(Code::invalid_argument, "the secp256k1 key is none of this curve");
    }
    return pair;
}

Result<EncodedPair> pair_of_message(ByteView message) {
    if (message.size() < 3 || message[0] != 0x08 || message[2] != 0x12) {
        return fail(Code::invalid_argument, "it is no key message of libp2p");
    }
    const auto length = TRY(formats::read_protobuf_varint(message.subspan(3)));
    const ByteView data = message.subspan(3 + length.size_bytes);
    if (data.size() != length.value) {
        return fail(Code::invalid_argument, "the key is cut off or followed by other bytes");
    }
    switch (message[1]) {
        case static_cast<uint8_t>(KeyType::rsa):
            return pair_of_rsa(data);
        case static_cast<uint8_t>(KeyType::ed25519):
            return pair_of_ed25519(data);
        case static_cast<uint8_t>(KeyType::secp256k1):
            return pair_of_secp256k1(data);
        default:
            return fail(Code::unsupported, "keys of type {} are not supported", message[1]);
    }
}

}  // namespace

Result<Identity> identity_of(std::string_view private_key) {
    const auto message = formats::decode_base(formats::Base::base64pad, private_key);
    if (!message) {
        return fail_because(message.error(), "failed to decode PrivKey: it is no base64");
    }
    auto pair = pair_of_message(*message);
    if (!pair) return fail_because(std::move(pair).error(), "failed to decode PrivKey");
    Identity identity = identity_from(*pair);
    identity.private_key = private_key;
    return identity;
}

Result<Identity> create_identity(std::string_view algorithm, int bits) {
    if (algorithm == "ed25519") {
        const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
        if (!key) return openssl_failed("make an ed25519 key");
        return identity_from(TRY(encode_ed25519(key)));
    }
    if (algorithm == "rsa") {
        if (bits < rsa_bits_min) {
            return fail(Code::invalid_argument, "rsa keys must be >= {} bits to be useful",
                        rsa_bits_min);
        }
        if (bits > rsa_bits_max) {
            return fail(Code::invalid_argument, "rsa keys must be <= {} bits", rsa_bits_max);
        }
        const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<size_t>(bits)));
        if (!key) return openssl_failed("make an RSA key");
        return identity_from(TRY(encode_rsa(key)));
    }
    if (algorithm == "secp256k1") {
        const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "secp256k1"));
        if (!key) return openssl_failed("make a secp256k1 key");
        return identity_from(TRY(encode_secp256k1(key)));
    }
    return fail(Code::invalid_argument, "unrecognized key type: {}", algorithm);
}

}  // namespace kit::node
