// Multihashes are parsed and wrapped without allocating; the functions themselves are in
// hash_functions.h. A multihash made here is always well-formed.
#include "formats/multihash.h"

#include "base/limits.h"
#include "formats/hash_functions.h"
#include "formats/varint.h"

namespace kit::formats {

Result<MultihashView> MultihashView::from_bytes(ByteView bytes) {
    const std::optional<Varint> code = find_varint(bytes);
    if (!code) return fail(Code::corrupt, "a multihash does not start with a function's code");
    const std::optional<Varint> size = find_varint(bytes.subspan(code->size_bytes));
    if (!size) return fail(Code::corrupt, "a multihash has no digest length after its code");
    if (size->value > limits::digest_size_bytes_max) {
        return fail(Code::too_large, "a multihash has a digest of {} bytes, at most {}",
                    size->value, limits::digest_size_bytes_max);
    }
    const size_t digest_offset = code->size_bytes + size->size_bytes;
    if (bytes.size() - digest_offset != size->value) {
        return fail(Code::corrupt, "a multihash promises a digest of {} bytes and has {}",
                    size->value, bytes.size() - digest_offset);
    }
    return MultihashView(bytes, code->value, digest_offset);
}

Multihash Multihash::wrap(uint64_t code, ByteView digest) {
    ASSERT(digest.size() <= limits::digest_size_bytes_max);
    uint8_t buffer[2 * varint_size_bytes_max + limits::digest_size_bytes_max];
    size_t digest_offset = write_varint(buffer, code);
    digest_offset += write_varint(buffer + digest_offset, digest.size());
    if (!digest.empty()) std::memcpy(buffer + digest_offset, digest.data(), digest.size());
    return Multihash(MultihashView({buffer, digest_offset + digest.size()}, code, digest_offset));
}

size_t MultihashHash::operator()(MultihashView view) const {
    const ByteView digest = view.digest();
    uint64_t last = 0;
    const size_t taken = digest.size() < sizeof(last) ? digest.size() : sizeof(last);
    if (taken > 0) std::memcpy(&last, digest.data() + digest.size() - taken, taken);
    last = (last ^ (digest.size() << 56)) * 0x9e3779b97f4a7c15U;
    return last ^ (last >> 32);
}

namespace {

// An identity "digest" is the message itself.
Result<Multihash> identity(std::span<const ByteView> pieces, std::optional<size_t> digest_size) {
    size_t size_bytes = 0;
    for (const ByteView piece : pieces) size_bytes += piece.size();
    if (size_bytes > limits::digest_size_bytes_max) {
        return fail(Code::too_large, "{} bytes are too many for an identity hash, at most {}",
                    size_bytes, limits::digest_size_bytes_max);
    }
    if (digest_size && *digest_size != size_bytes) {
        return fail(Code::invalid_argument,
                    "an identity hash of {} bytes cannot be given a length of {}", size_bytes,
                    *digest_size);
    }
    uint8_t digest[limits::digest_size_bytes_max];
    size_t offset = 0;
    for (const ByteView piece : pieces) {
        if (piece.empty()) continue;
        std::memcpy(digest + offset, piece.data(), piece.size());
        offset += piece.size();
    }
    return Multihash::wrap(static_cast<uint64_t>(HashCode::identity), {digest, size_bytes});
}

}  // namespace

Multihash sha2_256(std::span<const ByteView> pieces) {
    uint8_t digest[32];
    sha2_256_digest(pieces, digest);
    return Multihash::wrap(static_cast<uint64_t>(HashCode::sha2_256), digest);
}

Result<Multihash> hash(uint64_t code, std::span<const ByteView> pieces,
                       std::optional<size_t> digest_size) {
    if (code == static_cast<uint64_t>(HashCode::sha2_256) && !digest_size) return sha2_256(pieces);
    if (code == static_cast<uint64_t>(HashCode::identity)) return identity(pieces, digest_size);
    const std::optional<HashFunction> function = find_hash_function(code);
    if (!function) {
        return fail(Code::unsupported, "the hash function 0x{:x} is not one we can compute", code);
    }
    const size_t size_bytes = digest_size.value_or(function->digest_size_bytes);
    if (size_bytes == 0 || size_bytes > function->digest_size_bytes_max) {
        return fail(Code::invalid_argument,
                    "the hash function 0x{:x} gives 1 to {} bytes, so not a length of {}", code,
                    function->digest_size_bytes_max, size_bytes);
    }
    uint8_t digest[limits::digest_size_bytes_max];
    // A function of fixed length gives all of it, and the rest is cut off.
    const size_t computed_size = function->extends ? size_bytes : function->digest_size_bytes;
    function->compute(code, pieces, {digest, computed_size});
    return Multihash::wrap(code, {digest, size_bytes});
}

Result<Multihash> hash(uint64_t code, ByteView message, std::optional<size_t> digest_size) {
    return hash(code, std::span<const ByteView>(&message, 1), digest_size);
}

Result<bool> matches(MultihashView expected, ByteView message) {
    if (expected.is_identity()) return equal(expected.digest(), message);
    if (expected.code() == static_cast<uint64_t>(HashCode::sha2_256)) {
        uint8_t digest[32];
        sha2_256_digest(std::span<const ByteView>(&message, 1), digest);
        const size_t size_bytes = expected.digest().size();
        return size_bytes > 0 && size_bytes <= sizeof(digest) &&
               equal(expected.digest(), {digest, size_bytes});
    }
    auto computed = hash(expected.code(), message, expected.digest().size());
    if (computed) return computed->view() == expected;
    // No message has a digest of a length that the function never gives.
    if (computed.error().code == Code::invalid_argument) return false;
    return std::unexpected(std::move(computed).error());
}

}  // namespace kit::formats
