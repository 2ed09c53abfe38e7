// The multicodec table: what the numbers in CIDs, multihashes and addresses are called.
// https://github.com/multiformats/multicodec
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace kit::formats {

struct CodecInfo {
    uint64_t code;
    std::string_view name;  // "dag-pb"
    std::string_view tag;   // What kind of thing it is: "ipld", "multihash", "multiaddr" and so on.
};

// The whole table of codecs.def, by code. `ipfs cid codecs` prints those tagged "ipld".
std::span<const CodecInfo> known_codecs();
std::optional<CodecInfo> find_codec(uint64_t code);
std::optional<CodecInfo> find_codec(std::string_view name);

// The codecs that commands read or write: what `ipfs cid codecs --supported` prints.
bool is_supported_codec(uint64_t code);

// A name of the table, or a number in C's notation that is in the table or in the range for
// private use, as --cid-codec and --store-codec take them. Fails with invalid_argument.
Result<uint64_t> codec_from_text(std::string_view text);

}  // namespace kit::formats
