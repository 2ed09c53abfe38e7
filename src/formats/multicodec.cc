// The table is data in codecs.def; looking up is by halving for codes and a walk for names, which
// come from people.
#include "formats/multicodec.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "formats/cid.h"

namespace kit::formats {
namespace {

constexpr CodecInfo codecs[] = {
#define KIT_CODEC(code, name, tag) {code, name, tag},
#include "formats/codecs.def"
#undef KIT_CODEC
};
static_assert(std::ranges::is_sorted(codecs, std::ranges::less_equal(), &CodecInfo::code));

// https://github.com/multiformats/multicodec#private-use-area
constexpr uint64_t private_use_first = 0x300000;
constexpr uint64_t private_use_last = 0x3fffff;

// "85", "0x55", "0125", "0b1010101".
std::optional<uint64_t> number_from_text(std::string_view text) {
    int base = 10;
    if (text.size() > 1 && text[0] == '0') {
        const char letter = static_cast<char>(text[1] | 0x20);
        base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
        text.remove_prefix(letter == 'x' || letter == 'b' || letter == 'o' ? 2 : 1);
    }
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

std::span<const CodecInfo> known_codecs() {
    return codecs;
}

std::optional<CodecInfo> find_codec(uint64_t code) {
    const auto* found = std::ranges::lower_bound(codecs, code, {}, &CodecInfo::code);
    if (found == std::end(codecs) || found->code != code) return std::nullopt;
    return *found;
}

std::optional<CodecInfo> find_codec(std::string_view name) {
    const auto* found = std::ranges::find(codecs, name, &CodecInfo::name);
    if (found == std::end(codecs)) return std::nullopt;
    return *found;
}

bool is_supported_codec(uint64_t code) {
    switch (static_cast<Codec>(code)) {
        case Codec::raw:
        case Codec::dag_pb:
        case Codec::dag_cbor:
        case Codec::libp2p_key:
        case Codec::dag_jose:
        case Codec::git_raw:
        case Codec::cbor:
        case Codec::json:
        case Codec::dag_json:
            return true;
    }
    return false;
}

Result<uint64_t> codec_from_text(std::string_view text) {
    if (const std::optional<uint64_t> code = number_from_text(text)) {
        if (*code >= private_use_first && *code <= private_use_last) return *code;
        if (find_codec(*code)) return *code;
    }
    const std::optional<CodecInfo> named = find_codec(text);
    if (!named) return fail(Code::invalid_argument, "unknown multicodec: \"{}\"", text);
    return named->code;
}

}  // namespace kit::formats
