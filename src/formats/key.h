// Keys as libp2p has them: Ed25519, RSA, secp256k1 (and ECDSA, to verify what others signed), their
// protobuf encodings, signatures, and PEM. https://github.com/libp2p/specs/blob/master/peer-ids
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/env.h"
#include "base/limits.h"
#include "base/result.h"

namespace kit::formats {

// The numbers are protobuf's.
enum class KeyType : uint8_t { rsa = 0, ed25519 = 1, secp256k1 = 2, ecdsa = 3 };

// "ed25519", as `key gen --type` has them.
std::string_view key_type_name(KeyType type);

// A value, well-formed once it exists. Any thread.
class PublicKey final {
public:
    // message PublicKey { required KeyType Type = 1; required bytes Data = 2; }
    // Fails with corrupt; with unsupported for a type that nobody knows, invalid_argument for an
    // RSA key under 2048 or over 8192 bits.
    static Result<PublicKey> from_protobuf(ByteView message);
    // Ed25519: 32 bytes. secp256k1: a compressed point of 33. RSA and ECDSA: SubjectPublicKeyInfo
    // in DER. Fails as from_protobuf().
    static Result<PublicKey> from_data(KeyType type, ByteView data);
    Bytes to_protobuf() const;

    KeyType type() const { return type_; }
    ByteView data() const { return data_; }
    // Whether `signature` is this key's for `message`: plain Ed25519; RSA PKCS #1 v1.5 or ECDSA in
    // DER over SHA-256.
    bool verifies(ByteView message, ByteView signature) const;

    friend bool operator==(const PublicKey&, const PublicKey&) = default;

private:
    PublicKey(KeyType type, Bytes data) : type_(type), data_(std::move(data)) {}

    KeyType type_;
    Bytes data_;
};

// A value whose bytes are wiped when it goes. Any thread.
class PrivateKey final {
public:
    // Ed25519 and secp256k1 come from `random` alone. RSA takes `rsa_bits` (ASSERTed to be from
    // 2048 to 8192) and the random numbers of OpenSSL, which finds the primes; ECDSA keys are not
    // made (unsupported).
    static Result<PrivateKey> generate(KeyType type, Random& random,
                                       int rsa_bits = limits::rsa_bits_min);

    // As PublicKey's, with the private data: Ed25519 has seed and public key (64 bytes; 96 of old
    // are read), secp256k1 32 bytes, RSA PKCS #1, ECDSA SEC 1, both in DER.
    static Result<PrivateKey> from_protobuf(ByteView message);
    static Result<PrivateKey> from_data(KeyType type, ByteView data);
    Bytes to_protobuf() const;

    // PKCS #8 without a password, as `key export --format=pem-pkcs8-cleartext` writes it.
    std::string to_pem() const;
    static Result<PrivateKey> from_pem(std::string_view pem);

    KeyType type() const { return public_key_.type(); }
    ByteView data() const { return data_; }
    const PublicKey& public_key() const { return public_key_; }
    // Deterministic for Ed25519 and RSA.
    Bytes sign(ByteView message) const;

    PrivateKey(const PrivateKey&) = default;
    PrivateKey(PrivateKey&&) noexcept = default;
    PrivateKey& operator=(const PrivateKey&) = delete;
    PrivateKey& operator=(PrivateKey&&) = delete;
    ~PrivateKey();

private:
    PrivateKey(Bytes data, PublicKey public_key)
        : data_(std::move(data)), public_key_(std::move(public_key)) {}

    Bytes data_;
    PublicKey public_key_;
};

}  // namespace kit::formats
