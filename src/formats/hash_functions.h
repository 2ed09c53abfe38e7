// The hash functions behind multihash.h, each as a plain function over the pieces of a message.
// Private to formats. Any thread.
#pragma once

#include <optional>

#include "base/bytes.h"

namespace kit::formats {

struct HashFunction {
    size_t digest_size_bytes;      // When nothing else is asked for.
    size_t digest_size_bytes_max;  // A shorter digest is a prefix of a longer one.
    bool extends;  // Gives as many bytes as it is asked for; others give digest_size_bytes.
    // Fills `digest`, whose size follows the fields above. Cannot fail.
    void (*compute)(uint64_t code, std::span<const ByteView> pieces, std::span<uint8_t> digest);
};

// Nothing for codes that we cannot compute, and for identity, which is no function.
std::optional<HashFunction> find_hash_function(uint64_t code);

// In blake_keccak.cc; each fills `digest` as HashFunction::compute does.
void compute_blake2b(uint64_t code, std::span<const ByteView> pieces, std::span<uint8_t> digest);
void compute_blake2s(uint64_t code, std::span<const ByteView> pieces, std::span<uint8_t> digest);
void compute_blake3(uint64_t code, std::span<const ByteView> pieces, std::span<uint8_t> digest);
void compute_keccak(uint64_t code, std::span<const ByteView> pieces, std::span<uint8_t> digest);

// `digest` has room for 32 bytes.
void sha2_256_digest(std::span<const ByteView> pieces, uint8_t* digest);

}  // namespace kit::formats
