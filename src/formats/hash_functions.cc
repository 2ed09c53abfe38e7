// SHA-1 and SHA-2 go through OpenSSL's old block functions: they run the same assembly as EVP,
// chosen by the processor at run time, without a provider, a fetch or a configuration file, which
// would cost more than hashing a small block and delay every start of the program. SHA-3 is there
// only through EVP.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "formats/hash_functions.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <memory>

#include "base/limits.h"
#include "base/result.h"
#include "formats/multihash.h"
#include "formats/murmur3.h"

namespace kit::formats {

void sha2_256_digest(std::span<const ByteView> pieces, uint8_t* digest) {
    SHA256_CTX context;
    SHA256_Init(&context);
    for (const ByteView piece : pieces) SHA256_Update(&context, piece.data(), piece.size());
    SHA256_Final(digest, &context);
}

namespace {

using Pieces = std::span<const ByteView>;
using Digest = std::span<uint8_t>;

void compute_sha1(uint64_t, Pieces pieces, Digest digest) {
    ASSERT(digest.size() == SHA_DIGEST_LENGTH);
    SHA_CTX context;
    SHA1_Init(&context);
    for (const ByteView piece : pieces) SHA1_Update(&context, piece.data(), piece.size());
    SHA1_Final(digest.data(), &context);
}

void compute_sha2_256(uint64_t, Pieces pieces, Digest digest) {
    ASSERT(digest.size() == SHA256_DIGEST_LENGTH);
    sha2_256_digest(pieces, digest.data());
}

void compute_double_sha2_256(uint64_t, Pieces pieces, Digest digest) {
    ASSERT(digest.size() == SHA256_DIGEST_LENGTH);
    sha2_256_digest(pieces, digest.data());
    const ByteView once = digest;
    sha2_256_digest(Pieces(&once, 1), digest.data());
}

void compute_sha2_512(uint64_t, Pieces pieces, Digest digest) {
    ASSERT(digest.size() == SHA512_DIGEST_LENGTH);
    SHA512_CTX context;
    SHA512_Init(&context);
    for (const ByteView piece : pieces) SHA512_Update(&context, piece.data(), piece.size());
    SHA512_Final(digest.data(), &context);
}

// As Kubo writes it: the 64-bit number, most significant byte first.
void compute_murmur3(uint64_t, Pieces pieces, Digest digest) {
    ASSERT(digest.size() == 8);
    Bytes message;
    if (pieces.size() != 1) {
        for (const ByteView piece : pieces) append(message, piece);
    }
    const uint64_t value = murmur3_x64_64(pieces.size() == 1 ? pieces[0] : ByteView(message));
    for (unsigned index = 0; index < 8; ++index) {
        digest[index] = static_cast<uint8_t>(value >> (56 - 8 * index));
    }
}

struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// The library makes SHA-3 for every process; that it could not is out of memory, which is fatal.
void compute_evp(const EVP_MD* function, Pieces pieces, Digest digest, bool extends) {
    static thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
    ASSERT(context != nullptr && function != nullptr);
    bool done = EVP_DigestInit_ex(context.get(), function, nullptr) == 1;
    for (const ByteView piece : pieces) {
        done = done && EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1;
    }
    if (extends) {
        done = done && EVP_DigestFinalXOF(context.get(), digest.data(), digest.size()) == 1;
    } else {
        done = done && EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1;
    }
    ASSERT(done);
}

// Fetched once for the process and kept until it ends.
const EVP_MD* fetch_once(uint64_t code) {
    static const struct {
        EVP_MD* sha3_224 = EVP_MD_fetch(nullptr, "SHA3-224", nullptr);
        EVP_MD* sha3_256 = EVP_MD_fetch(nullptr, "SHA3-256", nullptr);
        EVP_MD* sha3_384 = EVP_MD_fetch(nullptr, "SHA3-384", nullptr);
        EVP_MD* sha3_512 = EVP_MD_fetch(nullptr, "SHA3-512", nullptr);
        EVP_MD* shake_128 = EVP_MD_fetch(nullptr, "SHAKE-128", nullptr);
        EVP_MD* shake_256 = EVP_MD_fetch(nullptr, "SHAKE-256", nullptr);
    } functions;
    switch (static_cast<HashCode>(code)) {
        case HashCode::sha3_224:
            return functions.sha3_224;
        case HashCode::sha3_256:
            return functions.sha3_256;
        case HashCode::sha3_384:
            return functions.sha3_384;
        case HashCode::sha3_512:
            return functions.sha3_512;
        case HashCode::shake_128:
            return functions.shake_128;
        case HashCode::shake_256:
            return functions.shake_256;
        default:
            ASSERT(false);
    }
}

void compute_sha3(uint64_t code, Pieces pieces, Digest digest) {
    compute_evp(fetch_once(code), pieces, digest, false);
}

void compute_shake(uint64_t code, Pieces pieces, Digest digest) {
    compute_evp(fetch_once(code), pieces, digest, true);
}

HashFunction fixed(size_t digest_size_bytes, decltype(HashFunction::compute) compute) {
    return {digest_size_bytes, digest_size_bytes, false, compute};
}

HashFunction extending(size_t digest_size_bytes, decltype(HashFunction::compute) compute) {
    return {digest_size_bytes, limits::digest_size_bytes_max, true, compute};
}

// A code for each length.
std::optional<HashFunction> find_blake2(uint64_t code) {
    constexpr auto blake2b_min = static_cast<uint64_t>(HashCode::blake2b_min);
    constexpr auto blake2b_max = static_cast<uint64_t>(HashCode::blake2b_max);
    constexpr auto blake2s_min = static_cast<uint64_t>(HashCode::blake2s_min);
    constexpr auto blake2s_max = static_cast<uint64_t>(HashCode::blake2s_max);
    if (code >= blake2b_min && code <= blake2b_max) {
        return fixed(code - blake2b_min + 1, compute_blake2b);
    }
    if (code >= blake2s_min && code <= blake2s_max) {
        return fixed(code - blake2s_min + 1, compute_blake2s);
    }
    return std::nullopt;
}

}  // namespace

std::optional<HashFunction> find_hash_function(uint64_t code) {
    switch (static_cast<HashCode>(code)) {
        case HashCode::sha1:
            return fixed(20, compute_sha1);
        case HashCode::sha2_256:
            return fixed(32, compute_sha2_256);
        case HashCode::dbl_sha2_256:
            return fixed(32, compute_double_sha2_256);
        case HashCode::sha2_512:
            return fixed(64, compute_sha2_512);
        case HashCode::sha3_224:
            return fixed(28, compute_sha3);
        case HashCode::sha3_256:
            return fixed(32, compute_sha3);
        case HashCode::sha3_384:
            return fixed(48, compute_sha3);
        case HashCode::sha3_512:
            return fixed(64, compute_sha3);
        case HashCode::shake_128:
            return extending(32, compute_shake);
        case HashCode::shake_256:
            return extending(64, compute_shake);
        case HashCode::murmur3_x64_64:
            return fixed(8, compute_murmur3);
        case HashCode::keccak_224:
            return fixed(28, compute_keccak);
        case HashCode::keccak_256:
            return fixed(32, compute_keccak);
        case HashCode::keccak_384:
            return fixed(48, compute_keccak);
        case HashCode::keccak_512:
            return fixed(64, compute_keccak);
        case HashCode::blake3:
            return extending(32, compute_blake3);
        default:
            return find_blake2(code);
    }
}

}  // namespace kit::formats
