// Names of the functions that we compute, as the multicodec table has them. The list is made from
// find_hash_function(), so a function cannot be listed and not computed.
#include <algorithm>
#include <deque>
#include <string>

#include "base/result.h"
#include "formats/hash_functions.h"
#include "formats/multihash.h"

namespace kit::formats {
namespace {

struct Name {
    HashCode code;
    std::string_view name;
};
constexpr Name names[] = {
    {HashCode::sha1, "sha1"},
    {HashCode::sha2_256, "sha2-256"},
    {HashCode::sha2_512, "sha2-512"},
    {HashCode::sha3_512, "sha3-512"},
    {HashCode::sha3_384, "sha3-384"},
    {HashCode::sha3_256, "sha3-256"},
    {HashCode::sha3_224, "sha3-224"},
    {HashCode::shake_128, "shake-128"},
    {HashCode::shake_256, "shake-256"},
    {HashCode::keccak_224, "keccak-224"},
    {HashCode::keccak_256, "keccak-256"},
    {HashCode::keccak_384, "keccak-384"},
    {HashCode::keccak_512, "keccak-512"},
    {HashCode::blake3, "blake3"},
    {HashCode::murmur3_x64_64, "murmur3-x64-64"},
    {HashCode::dbl_sha2_256, "dbl-sha2-256"},
};

std::vector<HashInfo> make_known_hashes() {
    std::vector<HashInfo> hashes = {{0, "identity", 0}};
    const auto add = [&hashes](uint64_t code, std::string_view name) {
        if (const auto function = find_hash_function(code)) {
            hashes.push_back({code, name, function->digest_size_bytes});
        }
    };
    for (const Name& name : names) add(static_cast<uint64_t>(name.code), name.name);
    // A deque does not move its strings; the views above stay good.
    static std::deque<std::string> blake2_names;
    const auto add_family = [&add](HashCode first, HashCode last, std::string_view family) {
        for (auto code = static_cast<uint64_t>(first); code <= static_cast<uint64_t>(last);
             ++code) {
            const uint64_t bits = 8 * (code - static_cast<uint64_t>(first) + 1);
            add(code, blake2_names.emplace_back(fmt::format("{}-{}", family, bits)));
        }
    };
    add_family(HashCode::blake2b_min, HashCode::blake2b_max, "blake2b");
    add_family(HashCode::blake2s_min, HashCode::blake2s_max, "blake2s");
    return hashes;
}

constexpr size_t allowed_digest_size_bytes_min = 20;

}  // namespace

bool is_allowed_hash(uint64_t code) {
    switch (static_cast<HashCode>(code)) {
        case HashCode::identity:
        case HashCode::sha1:  // Broken, and what git has.
        case HashCode::sha2_256:
        case HashCode::sha2_512:
        case HashCode::sha3_224:
        case HashCode::sha3_256:
        case HashCode::sha3_384:
        case HashCode::sha3_512:
        case HashCode::shake_256:
        case HashCode::keccak_224:
        case HashCode::keccak_256:
        case HashCode::keccak_384:
        case HashCode::keccak_512:
        case HashCode::blake3:
        case HashCode::dbl_sha2_256:
            return true;
        default: {
            const auto within = [code](HashCode first, HashCode last) {
                return code >= static_cast<uint64_t>(first) + allowed_digest_size_bytes_min - 1 &&
                       code <= static_cast<uint64_t>(last);
            };
            return within(HashCode::blake2b_min, HashCode::blake2b_max) ||
                   within(HashCode::blake2s_min, HashCode::blake2s_max);
        }
    }
}

Result<void> check_is_allowed(MultihashView hash) {
    if (!is_allowed_hash(hash.code())) {
        return fail(Code::invalid_argument, "potentially insecure hash functions not allowed");
    }
    if (hash.is_identity() || hash.digest().size() >= allowed_digest_size_bytes_min) return {};
    const std::optional<HashInfo> info = find_hash(hash.code());
    return fail(Code::invalid_argument, "digest too small: {} digest got {} bytes, minimum {}",
                info ? info->name : "unknown", hash.digest().size(), allowed_digest_size_bytes_min);
}

const std::vector<HashInfo>& known_hashes() {
    static const std::vector<HashInfo> hashes = make_known_hashes();
    return hashes;
}

std::optional<HashInfo> find_hash(std::string_view name) {
    const auto found = std::ranges::find(known_hashes(), name, &HashInfo::name);
    if (found == known_hashes().end()) return std::nullopt;
    return *found;
}

std::optional<HashInfo> find_hash(uint64_t code) {
    const auto found = std::ranges::find(known_hashes(), code, &HashInfo::code);
    if (found == known_hashes().end()) return std::nullopt;
    return *found;
}

}  // namespace kit::formats
