// The functions that OpenSSL 3.0 lacks: BLAKE2 of any length and Keccak as it was before SHA-3,
// from Crypto++, and BLAKE3 from its authors. All choose their code by the processor at run time.
#include <blake3.h>
#include <cryptopp/blake2.h>
#include <cryptopp/keccak.h>

#include "base/result.h"
#include "formats/hash_functions.h"
#include "formats/multihash.h"

namespace kit::formats {
namespace {

// Crypto++ throws only for lengths that it does not have, and our callers ask for none.
template <typename Function>
void feed_and_finish(Function function, std::span<const ByteView> pieces,
                     std::span<uint8_t> digest) {
    ASSERT(digest.size() == function.DigestSize());
    for (const ByteView piece : pieces) function.Update(piece.data(), piece.size());
    function.Final(digest.data());
}

}  // namespace

// https://www.rfc-editor.org/rfc/rfc7693: the length is a parameter, so no digest of one length is
// the prefix of another.
void compute_blake2b(uint64_t, std::span<const ByteView> pieces, std::span<uint8_t> digest) {
    feed_and_finish(CryptoPP::BLAKE2b(false, static_cast<unsigned>(digest.size())), pieces, digest);
}

void compute_blake2s(uint64_t, std::span<const ByteView> pieces, std::span<uint8_t> digest) {
    feed_and_finish(CryptoPP::BLAKE2s(false, static_cast<unsigned>(digest.size())), pieces, digest);
}

// https://keccak.team/keccak_specs_summary.html: the submission to the SHA-3 contest, version 3.
void compute_keccak(uint64_t, std::span<const ByteView> pieces, std::span<uint8_t> digest) {
    switch (digest.size()) {
        case 28:
            return feed_and_finish(CryptoPP::Keccak_224(), pieces, digest);
        case 32:
            return feed_and_finish(CryptoPP::Keccak_256(), pieces, digest);
        case 48:
            return feed_and_finish(CryptoPP::Keccak_384(), pieces, digest);
        case 64:
            return feed_and_finish(CryptoPP::Keccak_512(), pieces, digest);
        default:
            ASSERT(false);
    }
}

// https://github.com/BLAKE3-team/BLAKE3-specs: any length, a shorter one being a prefix.
void compute_blake3(uint64_t, std::span<const ByteView> pieces, std::span<uint8_t> digest) {
    blake3_hasher hasher;
    blake3_hasher_init(&hasher);
    for (const ByteView piece : pieces) blake3_hasher_update(&hasher, piece.data(), piece.size());
    blake3_hasher_finalize(&hasher, digest.data(), digest.size());
}

}  // namespace kit::formats
