// A multihash says which hash function made a digest: <code><digest length><digest>.
// https://github.com/multiformats/multihash
#pragma once

#include <compare>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace kit::formats {

// Codes of the multicodec table that we can compute.
enum class HashCode : uint64_t {
    identity = 0x00,
    sha1 = 0x11,
    sha2_256 = 0x12,
    sha2_512 = 0x13,
    sha3_512 = 0x14,
    sha3_384 = 0x15,
    sha3_256 = 0x16,
    sha3_224 = 0x17,
    shake_128 = 0x18,
    shake_256 = 0x19,
    keccak_224 = 0x1a,
    keccak_256 = 0x1b,
    keccak_384 = 0x1c,
    keccak_512 = 0x1d,
    blake3 = 0x1e,
    murmur3_x64_64 = 0x22,
    dbl_sha2_256 = 0x56,
    blake2b_min = 0xb201,  // blake2b-8 ... blake2b-512: one code for each digest length in bytes.
    blake2b_256 = 0xb220,
    blake2b_max = 0xb240,
    blake2s_min = 0xb241,
    blake2s_256 = 0xb260,
    blake2s_max = 0xb260,
};

// A view of a well-formed multihash; stored never, passed freely.
class MultihashView final {
public:
    MultihashView() = default;
    // `bytes` is exactly one multihash: at most digest_size_bytes_max of digest, minimal varints,
    // the length true. Fails with corrupt or too_large.
    static Result<MultihashView> from_bytes(ByteView bytes);

    uint64_t code() const { return code_; }
    ByteView digest() const { return bytes_.subspan(digest_offset_); }
    ByteView bytes() const { return bytes_; }
    bool is_identity() const { return code_ == 0; }

    friend bool operator==(const MultihashView& a, const MultihashView& b) {
        return equal(a.bytes_, b.bytes_);
    }

private:
    friend class Multihash;
    friend class Cid;
    MultihashView(ByteView bytes, uint64_t code, size_t digest_offset)
        : bytes_(bytes), code_(code), digest_offset_(digest_offset) {}

    ByteView bytes_;
    uint64_t code_ = 0;
    size_t digest_offset_ = 0;
};

// An owned multihash. Copies, compares (by bytes) and hashes; empty when default-made.
class Multihash final {
public:
    Multihash() = default;
    explicit Multihash(MultihashView view)
        : bytes_(view.bytes()),
          code_(view.code()),
          digest_offset_(static_cast<uint32_t>(view.digest_offset_)) {}
    // Wraps a digest; ASSERTs its size against digest_size_bytes_max.
    static Multihash wrap(uint64_t code, ByteView digest);

    MultihashView view() const { return {bytes_.view(), code_, digest_offset_}; }
    operator MultihashView() const { return view(); }
    uint64_t code() const { return code_; }
    ByteView digest() const { return view().digest(); }
    ByteView bytes() const { return bytes_.view(); }
    bool empty() const { return bytes_.view().empty(); }

    friend bool operator==(const Multihash& a, const Multihash& b) {
        return equal(a.bytes(), b.bytes());
    }

private:
    SmallBytes<36> bytes_;
    uint64_t code_ = 0;
    uint32_t digest_offset_ = 0;
};

// For hash maps: the last 8 digest bytes mixed, since digests are uniform and identities are not.
struct MultihashHash {
    using is_transparent = void;
    size_t operator()(MultihashView view) const;
    size_t operator()(const Multihash& hash) const { return (*this)(hash.view()); }
};
struct MultihashEqual {
    using is_transparent = void;
    bool operator()(MultihashView a, MultihashView b) const { return a == b; }
};

// Hashes the pieces as one message. `digest_size` cuts the digest (or says how long a shake or
// blake3 output is); absent means the function's own length. Fails with unsupported for an
// unknown code, too_large for an identity over digest_size_bytes_max, invalid_argument for a
// length the function cannot give. Any thread.
Result<Multihash> hash(uint64_t code, std::span<const ByteView> pieces,
                       std::optional<size_t> digest_size = std::nullopt);
Result<Multihash> hash(uint64_t code, ByteView message,
                       std::optional<size_t> digest_size = std::nullopt);
inline Result<Multihash> hash(HashCode code, ByteView message) {
    return hash(static_cast<uint64_t>(code), message);
}
// The one that nearly every block uses; cannot fail.
Multihash sha2_256(std::span<const ByteView> pieces);

// True when the message has this multihash. A code that we cannot compute is unsupported.
Result<bool> matches(MultihashView expected, ByteView message);

// Whether Kubo accepts blocks under this hash: a function that it allows, a digest of at least 20
// bytes (identity is exempt). Fails with invalid_argument and Kubo's words.
Result<void> check_is_allowed(MultihashView hash);
bool is_allowed_hash(uint64_t code);

struct HashInfo {
    uint64_t code;
    std::string_view name;     // As in the multicodec table: "sha2-256".
    size_t digest_size_bytes;  // The function's own; 0 for identity.
};
// Every function that hash() computes, by code. Those that are allowed are what Kubo lists.
const std::vector<HashInfo>& known_hashes();
std::optional<HashInfo> find_hash(std::string_view name);
std::optional<HashInfo> find_hash(uint64_t code);

}  // namespace kit::formats
