// Multibase: text whose first character names the base that the rest is written in.
// https://github.com/multiformats/multibase
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace kit::formats {

// Those that Kubo knows; the rest of the multibase table is not in use.
enum class Base : uint8_t {
    identity,
    base2,
    base16,
    base16upper,
    base32hex,
    base32hexupper,
    base32hexpad,
    base32hexpadupper,
    base32,
    base32upper,
    base32pad,
    base32padupper,
    base36,
    base36upper,
    base58flickr,
    base58btc,
    base64,
    base64pad,
    base64url,
    base64urlpad,
    base256emoji,
};

struct BaseInfo {
    Base base;
    std::string_view prefix;  // One character; four bytes of UTF-8 for base256emoji.
    std::string_view name;
};
// All of them in the order of `ipfs multibase list`: by prefix, lower case before upper case.
const std::vector<BaseInfo>& known_bases();
std::optional<Base> find_base(std::string_view name);
std::optional<Base> find_base_by_prefix(std::string_view prefix);

// With the prefix. Any thread; linear but for base36 and base58, which are quadratic.
std::string encode_multibase(Base base, ByteView bytes);
struct Decoded {
    Base base;
    Bytes bytes;
};
// Letters of base16, base32 and base36 may have either case, whatever the prefix says, as in Kubo.
// Fails with invalid_argument: unknown prefix, a character outside the alphabet, stray bits.
Result<Decoded> decode_multibase(std::string_view text);

// Without the prefix: what CIDv0 and peer ids need.
std::string encode_base(Base base, ByteView bytes);
Result<Bytes> decode_base(Base base, std::string_view text);

}  // namespace kit::formats
