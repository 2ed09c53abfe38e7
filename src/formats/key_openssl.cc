// Elliptic curve keys pass through DER, because OpenSSL 3 makes them from nothing else without
// deprecated calls. What OpenSSL queues as its own errors is cleared: ours are the Results.
#include "formats/key_openssl.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <array>

namespace kit::formats {
namespace {

constexpr size_t ed25519_size_bytes = 32;
constexpr size_t secp256k1_private_size_bytes = 32;
constexpr size_t secp256k1_public_size_bytes = 33;
constexpr size_t secp256k1_point_size_bytes = 65;

// ECPrivateKey { 1, OCTET STRING of 32 bytes, [0] secp256k1 }: what stands around the bytes.
constexpr std::array<uint8_t, 7> sec1_head = {0x30, 0x2e, 0x02, 0x01, 0x01, 0x04, 0x20};
constexpr std::array<uint8_t, 9> sec1_tail = {0xa0, 0x07, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a};
// The same with [1] BIT STRING of 65 bytes, the public point, after it.
constexpr std::array<uint8_t, 7> sec1_full_head = {0x30, 0x74, 0x02, 0x01, 0x01, 0x04, 0x20};
constexpr std::array<uint8_t, 5> sec1_public_head = {0xa1, 0x44, 0x03, 0x42, 0x00};
// SubjectPublicKeyInfo { { id-ecPublicKey, secp256k1 }, BIT STRING of 33 bytes }.
constexpr std::array<uint8_t, 23> secp256k1_info_head = {
    0x30, 0x36, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
    0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a, 0x03, 0x22, 0x00};

std::unexpected<Error> no_key(KeyType type, std::string_view kind) {
    ERR_clear_error();
    return fail(Code::corrupt, "the data of the {} key is no {} key", key_type_name(type), kind);
}

Result<EvpKey> check_rsa(EvpKey key) {
    const int bits = EVP_PKEY_get_bits(key.get());
    if (bits < limits::rsa_bits_min) {
        return fail(Code::invalid_argument, "rsa keys must be >= {} bits to be useful, this has {}",
                    limits::rsa_bits_min, bits);
    }
    if (bits > limits::rsa_bits_max) {
        return fail(Code::invalid_argument, "rsa keys must be <= {} bits, this has {}",
                    limits::rsa_bits_max, bits);
    }
    return key;
}

bool is_kind(EVP_PKEY* key, int id) {
    return key != nullptr && EVP_PKEY_get_base_id(key) == id;
}

std::string curve_of(EVP_PKEY* key) {
    std::array<char, 64> name = {};
    size_t size = 0;
    if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) return "";
    return {name.data(), size};
}

EvpKey decode_public(ByteView der) {
    const uint8_t* at = der.data();
    EvpKey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
    if (at != der.data() + der.size()) key.reset();
    return key;
}

EvpKey decode_private(int id, ByteView der) {
    const uint8_t* at = der.data();
    EvpKey key(d2i_PrivateKey(id, nullptr, &at, static_cast<long>(der.size())));
    if (at != der.data() + der.size()) key.reset();
    return key;
}

Result<EvpKey> secp256k1_public(ByteView data) {
    constexpr KeyType type = KeyType::secp256k1;
    if (data.size() != secp256k1_public_size_bytes) return no_key(type, "public");
    Bytes der(secp256k1_info_head.begin(), secp256k1_info_head.end());
    append(der, data);
    EvpKey key = decode_public(der);
    if (!is_kind(key.get(), EVP_PKEY_EC)) return no_key(type, "public");
    return key;
}

Result<EvpKey> secp256k1_private(ByteView data) {
    constexpr KeyType type = KeyType::secp256k1;
    if (data.size() != secp256k1_private_size_bytes) return no_key(type, "private");
    Bytes der(sec1_head.begin(), sec1_head.end());
    append(der, data);
    append(der, sec1_tail);
    EvpKey key = decode_private(EVP_PKEY_EC, der);
    OPENSSL_cleanse(der.data(), der.size());
    if (!is_kind(key.get(), EVP_PKEY_EC)) return no_key(type, "private");
    // Zero and what is not below the order of the curve are numbers, and no keys.
    const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
        EVP_PKEY_CTX_new(key.get(), nullptr), EVP_PKEY_CTX_free);
    if (EVP_PKEY_private_check(context.get()) != 1) return no_key(type, "private");
    return key;
}

template <typename Encode>
Result<Bytes> encode_der(const Encode& encode) {
    uint8_t* der = nullptr;
    const int size = encode(&der);
    if (size <= 0) {
        ERR_clear_error();
        return fail(Code::internal, "OpenSSL cannot encode the key");
    }
    Bytes bytes(der, der + size);
    OPENSSL_clear_free(der, static_cast<size_t>(size));
    return bytes;
}

// As OpenSSL holds it: compressed when it was read so, else whole.
Result<Bytes> point_of(EVP_PKEY* key) {
    Bytes point(secp256k1_point_size_bytes);
    size_t size = 0;
    if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(),
                                        &size) != 1) {
        return fail(Code::internal, "OpenSSL cannot give the public key");
    }
    point.resize(size);
    return point;
}

// The point, compressed: a parity byte and the x coordinate.
Result<Bytes> secp256k1_point(EVP_PKEY* key) {
    Bytes point = TRY(point_of(key));
    if (point.size() == secp256k1_public_size_bytes) return point;
    if (point.size() != secp256k1_point_size_bytes) {
        return fail(Code::internal, "a public key of {} bytes", point.size());
    }
    Bytes compressed(point.begin(), point.begin() + secp256k1_public_size_bytes);
    compressed[0] = static_cast<uint8_t>(2 + (point.back() & 1));
    return compressed;
}

Result<Bytes> secp256k1_number(EVP_PKEY* key) {
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &number) != 1) {
        return fail(Code::internal, "OpenSSL cannot give the private key");
    }
    Bytes bytes(secp256k1_private_size_bytes);
    const int size = BN_bn2binpad(number, bytes.data(), static_cast<int>(bytes.size()));
    BN_clear_free(number);
    if (size < 0) return fail(Code::internal, "a private key that is too long");
    return bytes;
}

}  // namespace

Result<EvpKey> public_evp_key(KeyType type, ByteView data) {
    EvpKey key;
    switch (type) {
        case KeyType::ed25519:
            if (data.size() != ed25519_size_bytes) return no_key(type, "public");
            key.reset(
                EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, data.data(), data.size()));
            if (key == nullptr) return no_key(type, "public");
            return key;
        case KeyType::secp256k1:
            return secp256k1_public(data);
        case KeyType::rsa:
            key = decode_public(data);
            if (!is_kind(key.get(), EVP_PKEY_RSA)) return no_key(type, "public");
            return check_rsa(std::move(key));
        case KeyType::ecdsa:
            key = decode_public(data);
            if (!is_kind(key.get(), EVP_PKEY_EC)) return no_key(type, "public");
            return key;
    }
    return fail(Code::unsupported, "keys of type {} are unknown", static_cast<int>(type));
}

Result<EvpKey> private_evp_key(KeyType type, ByteView data) {
    EvpKey key;
    switch (type) {
        case KeyType::ed25519:
            if (data.size() < ed25519_size_bytes) return no_key(type, "private");
            key.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, data.data(),
                                                   ed25519_size_bytes));
            if (key == nullptr) return no_key(type, "private");
            return key;
        case KeyType::secp256k1:
            return secp256k1_private(data);
        case KeyType::rsa:
            key = decode_private(EVP_PKEY_RSA, data);
            if (!is_kind(key.get(), EVP_PKEY_RSA)) return no_key(type, "private");
            return check_rsa(std::move(key));
        case KeyType::ecdsa:
            key = decode_private(EVP_PKEY_EC, data);
            if (!is_kind(key.get(), EVP_PKEY_EC)) return no_key(type, "private");
            return key;
    }
    return fail(Code::unsupported, "keys of type {} are unknown", static_cast<int>(type));
}

EvpKey private_evp_key_with_public(KeyType type, ByteView data) {
    EvpKey key = private_evp_key(type, data).value();
    if (type != KeyType::secp256k1) return key;
    const Bytes point = point_of(key.get()).value();
    ASSERT(point.size() == secp256k1_point_size_bytes);
    Bytes der(sec1_full_head.begin(), sec1_full_head.end());
    append(der, data);
    append(der, sec1_tail);
    append(der, sec1_public_head);
    append(der, point);
    key = decode_private(EVP_PKEY_EC, der);
    OPENSSL_cleanse(der.data(), der.size());
    ASSERT(key != nullptr);
    return key;
}

Result<Bytes> public_data(KeyType type, EVP_PKEY* key) {
    if (type == KeyType::secp256k1) return secp256k1_point(key);
    if (type != KeyType::ed25519) {
        return encode_der([&](uint8_t** der) { return i2d_PUBKEY(key, der); });
    }
    Bytes bytes(ed25519_size_bytes);
    size_t size = bytes.size();
    ASSERT(EVP_PKEY_get_raw_public_key(key, bytes.data(), &size) == 1 && size == bytes.size());
    return bytes;
}

Result<Bytes> private_data(KeyType type, EVP_PKEY* key) {
    if (type == KeyType::secp256k1) return secp256k1_number(key);
    if (type != KeyType::ed25519) {
        return encode_der([&](uint8_t** der) { return i2d_PrivateKey(key, der); });
    }
    Bytes bytes(ed25519_size_bytes);
    size_t size = bytes.size();
    ASSERT(EVP_PKEY_get_raw_private_key(key, bytes.data(), &size) == 1 && size == bytes.size());
    const Bytes public_bytes = TRY(public_data(type, key));
    append(bytes, public_bytes);
    return bytes;
}

Result<KeyType> type_of(EVP_PKEY* key) {
    switch (EVP_PKEY_get_base_id(key)) {
        case EVP_PKEY_ED25519:
            return KeyType::ed25519;
        case EVP_PKEY_RSA:
            return KeyType::rsa;
        case EVP_PKEY_EC:
            return curve_of(key) == SN_secp256k1 ? KeyType::secp256k1 : KeyType::ecdsa;
        default:
            return fail(Code::unsupported, "the key is of no type that libp2p has");
    }
}

}  // namespace kit::formats
