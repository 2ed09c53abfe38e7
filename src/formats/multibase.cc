// Each base is an alphabet and a way of cutting bytes into digits: bits for the powers of two, one
// big number for the others. Every text has one decoding, and every decoding one text per case.
#include "formats/multibase.h"

#include <algorithm>

#include "formats/alphabet.h"
#include "formats/base256emoji.h"
#include "formats/radix.h"

namespace kit::formats {
namespace {

constexpr std::string_view letters_64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view letters_64url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr Alphabet alphabet_2 = make_alphabet("01");
constexpr Alphabet alphabet_16 = make_caseless_alphabet("0123456789abcdef");
constexpr Alphabet alphabet_16upper = make_caseless_alphabet("0123456789ABCDEF");
constexpr Alphabet alphabet_32 = make_caseless_alphabet("abcdefghijklmnopqrstuvwxyz234567");
constexpr Alphabet alphabet_32upper = make_caseless_alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
constexpr Alphabet alphabet_32hex = make_caseless_alphabet("0123456789abcdefghijklmnopqrstuv");
constexpr Alphabet alphabet_32hexupper = make_caseless_alphabet("0123456789ABCDEFGHIJKLMNOPQRSTUV");
constexpr Alphabet alphabet_36 = make_caseless_alphabet("0123456789abcdefghijklmnopqrstuvwxyz");
constexpr Alphabet alphabet_36upper =
    make_caseless_alphabet("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
constexpr Alphabet alphabet_58btc =
    make_alphabet("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz");
constexpr Alphabet alphabet_58flickr =
    make_alphabet("123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ");
constexpr Alphabet alphabet_64 = make_alphabet(letters_64);
constexpr Alphabet alphabet_64url = make_alphabet(letters_64url);

enum class Method : uint8_t { identity, bits, bits_padded, base36, base58, emoji };

struct Definition {
    Method method;
    const Alphabet* alphabet = nullptr;
    unsigned bits = 0;  // In one digit.
};

Definition define(Base base) {
    switch (base) {
        case Base::identity:
            return {Method::identity};
        case Base::base2:
            return {Method::bits, &alphabet_2, 1};
        case Base::base16:
            return {Method::bits, &alphabet_16, 4};
        case Base::base16upper:
            return {Method::bits, &alphabet_16upper, 4};
        case Base::base32hex:
            return {Method::bits, &alphabet_32hex, 5};
        case Base::base32hexupper:
            return {Method::bits, &alphabet_32hexupper, 5};
        case Base::base32hexpad:
            return {Method::bits_padded, &alphabet_32hex, 5};
        case Base::base32hexpadupper:
            return {Method::bits_padded, &alphabet_32hexupper, 5};
        case Base::base32:
            return {Method::bits, &alphabet_32, 5};
        case Base::base32upper:
            return {Method::bits, &alphabet_32upper, 5};
        case Base::base32pad:
            return {Method::bits_padded, &alphabet_32, 5};
        case Base::base32padupper:
            return {Method::bits_padded, &alphabet_32upper, 5};
        case Base::base36:
            return {Method::base36, &alphabet_36};
        case Base::base36upper:
            return {Method::base36, &alphabet_36upper};
        case Base::base58flickr:
            return {Method::base58, &alphabet_58flickr};
        case Base::base58btc:
            return {Method::base58, &alphabet_58btc};
        case Base::base64:
            return {Method::bits, &alphabet_64, 6};
        case Base::base64pad:
            return {Method::bits_padded, &alphabet_64, 6};
        case Base::base64url:
            return {Method::bits, &alphabet_64url, 6};
        case Base::base64urlpad:
            return {Method::bits_padded, &alphabet_64url, 6};
        case Base::base256emoji:
            return {Method::emoji};
    }
    ASSERT(false);
}

// Digits come in groups that fill whole bytes: 8 of 5 bits, 4 of 6 bits.
size_t group_size(unsigned bits) {
    return bits == 5 ? 8 : 4;
}

template <unsigned bits>
void write_bits(char* out, const char* digits, ByteView bytes) {
    constexpr uint64_t mask = (1U << bits) - 1;
    uint64_t held = 0;
    unsigned held_bits = 0;
    for (const uint8_t byte : bytes) {
        held = held << 8 | byte;
        held_bits += 8;
        while (held_bits >= bits) {
            held_bits -= bits;
            *out++ = digits[held >> held_bits & mask];
        }
    }
    if (held_bits > 0) *out = digits[held << (bits - held_bits) & mask];
}

// OPTIMIZATION: base32 is what every CIDv1 is written in; 5 bytes are 8 digits at once.
template <>
void write_bits<5>(char* out, const char* digits, ByteView bytes) {
    const auto write_group = [&out, digits](uint64_t group, unsigned digits_count) {
        for (unsigned index = 0; index < digits_count; ++index) {
            out[index] = digits[group >> (35 - 5 * index) & 31];
        }
        out += digits_count;
    };
    size_t offset = 0;
    for (; bytes.size() - offset >= 5; offset += 5) {
        const uint8_t* in = bytes.data() + offset;
        write_group(uint64_t{in[0]} << 32 | uint64_t{in[1]} << 24 | uint64_t{in[2]} << 16 |
                        uint64_t{in[3]} << 8 | uint64_t{in[4]},
                    8);
    }
    const auto tail_size = static_cast<unsigned>(bytes.size() - offset);
    if (tail_size == 0) return;
    uint64_t group = 0;
    for (unsigned index = 0; index < tail_size; ++index) {
        group |= uint64_t{bytes[offset + index]} << (32 - 8 * index);
    }
    write_group(group, (tail_size * 8 + 4) / 5);
}

void append_bits(std::string& out, const Definition& definition, ByteView bytes) {
    const unsigned bits = definition.bits;
    const char* digits = definition.alphabet->digits.data();
    const size_t start = out.size();
    out.resize(start + (bytes.size() * 8 + bits - 1) / bits);
    switch (bits) {
        case 1:
            write_bits<1>(out.data() + start, digits, bytes);
            break;
        case 4:
            write_bits<4>(out.data() + start, digits, bytes);
            break;
        case 5:
            write_bits<5>(out.data() + start, digits, bytes);
            break;
        default:
            write_bits<6>(out.data() + start, digits, bytes);
            break;
    }
    if (definition.method == Method::bits_padded) {
        while ((out.size() - start) % group_size(bits) != 0) out.push_back('=');
    }
}

std::unexpected<Error> stray_character(std::string_view text, size_t offset) {
    return fail(Code::invalid_argument, "byte {} (0x{:02x}) is not in the alphabet of the base",
                offset, static_cast<uint8_t>(text[offset]));
}

Result<Bytes> decode_bits(const Definition& definition, std::string_view text) {
    const unsigned bits = definition.bits;
    if (definition.method == Method::bits_padded) {
        if (text.size() % group_size(bits) != 0) {
            return fail(Code::invalid_argument, "the text is not padded with = to a multiple of {}",
                        group_size(bits));
        }
        const size_t padded_size = text.size();
        while (!text.empty() && text.back() == '=') text.remove_suffix(1);
        if (padded_size - text.size() >= group_size(bits)) {
            return fail(Code::invalid_argument, "a whole group of the text is padding");
        }
    }
    Bytes bytes;
    bytes.resize(text.size() * bits / 8);
    uint8_t* out = bytes.data();
    const auto& values = definition.alphabet->values;
    uint32_t held = 0;
    unsigned held_bits = 0;
    for (size_t offset = 0; offset < text.size(); ++offset) {
        const uint8_t value = values[static_cast<uint8_t>(text[offset])];
        if (value == Alphabet::none) return stray_character(text, offset);
        held = held << bits | value;
        held_bits += bits;
        if (held_bits >= 8) {
            held_bits -= 8;
            *out++ = static_cast<uint8_t>(held >> held_bits);
        }
    }
    if (held_bits >= bits) {
        return fail(Code::invalid_argument, "the text has a digit too many or is cut off");
    }
    if ((held & ((1U << held_bits) - 1)) != 0) {
        return fail(Code::invalid_argument, "the last digit has stray bits that no byte takes");
    }
    return bytes;
}

// For the methods that only say that something is wrong.
Result<Bytes> or_outside(std::optional<Bytes> decoded) {
    if (decoded) return *std::move(decoded);
    return fail(Code::invalid_argument, "a character is not in the alphabet of the base");
}

void append_encoded(std::string& out, Base base, ByteView bytes) {
    const Definition definition = define(base);
    switch (definition.method) {
        case Method::identity:
            out.append(as_text(bytes));
            break;
        case Method::bits:
        case Method::bits_padded:
            append_bits(out, definition, bytes);
            break;
        case Method::base36:
            append_base36(out, *definition.alphabet, bytes);
            break;
        case Method::base58:
            append_base58(out, *definition.alphabet, bytes);
            break;
        case Method::emoji:
            append_base256emoji(out, bytes);
            break;
    }
}

std::string_view prefix_of(Base base) {
    for (const BaseInfo& info : known_bases()) {
        if (info.base == base) return info.prefix;
    }
    ASSERT(false);
}

}  // namespace

const std::vector<BaseInfo>& known_bases() {
    static const std::vector<BaseInfo> bases = {
        {Base::identity, {"\0", 1}, "identity"},
        {Base::base2, "0", "base2"},
        {Base::base32, "b", "base32"},
        {Base::base32upper, "B", "base32upper"},
        {Base::base32pad, "c", "base32pad"},
        {Base::base32padupper, "C", "base32padupper"},
        {Base::base16, "f", "base16"},
        {Base::base16upper, "F", "base16upper"},
        {Base::base36, "k", "base36"},
        {Base::base36upper, "K", "base36upper"},
        {Base::base64, "m", "base64"},
        {Base::base64pad, "M", "base64pad"},
        {Base::base32hexpad, "t", "base32hexpad"},
        {Base::base32hexpadupper, "T", "base32hexpadupper"},
        {Base::base64url, "u", "base64url"},
        {Base::base64urlpad, "U", "base64urlpad"},
        {Base::base32hex, "v", "base32hex"},
        {Base::base32hexupper, "V", "base32hexupper"},
        {Base::base58btc, "z", "base58btc"},
        {Base::base58flickr, "Z", "base58flickr"},
        {Base::base256emoji, "\xf0\x9f\x9a\x80", "base256emoji"},
    };
    return bases;
}

std::optional<Base> find_base(std::string_view name) {
    const auto found = std::ranges::find(known_bases(), name, &BaseInfo::name);
    if (found == known_bases().end()) return std::nullopt;
    return found->base;
}

std::optional<Base> find_base_by_prefix(std::string_view prefix) {
    const auto found = std::ranges::find(known_bases(), prefix, &BaseInfo::prefix);
    if (found == known_bases().end()) return std::nullopt;
    return found->base;
}

std::string encode_multibase(Base base, ByteView bytes) {
    std::string text;
    const std::string_view prefix = prefix_of(base);
    // Base32 is the longest of the bases that matter; the others grow by themselves.
    text.reserve(prefix.size() + (bytes.size() * 8 + 4) / 5);
    text.append(prefix);
    append_encoded(text, base, bytes);
    return text;
}

Result<Decoded> decode_multibase(std::string_view text) {
    if (text.empty()) return fail(Code::invalid_argument, "an empty text names no base");
    const size_t prefix_size = static_cast<uint8_t>(text[0]) >= 0xf0 ? 4 : 1;
    const std::optional<Base> base = find_base_by_prefix(text.substr(0, prefix_size));
    if (!base) {
        return fail(Code::invalid_argument, "no base has the prefix byte 0x{:02x}",
                    static_cast<uint8_t>(text[0]));
    }
    Bytes bytes = TRY(decode_base(*base, text.substr(prefix_size)));
    return Decoded{*base, std::move(bytes)};
}

std::string encode_base(Base base, ByteView bytes) {
    std::string text;
    append_encoded(text, base, bytes);
    return text;
}

Result<Bytes> decode_base(Base base, std::string_view text) {
    const Definition definition = define(base);
    switch (definition.method) {
        case Method::identity:
            return to_bytes(kit::as_bytes(text));
        case Method::bits:
        case Method::bits_padded:
            return decode_bits(definition, text);
        case Method::base36:
            return or_outside(decode_base36(*definition.alphabet, text));
        case Method::base58:
            return or_outside(decode_base58(*definition.alphabet, text));
        case Method::emoji:
            return or_outside(decode_base256emoji(text));
    }
    ASSERT(false);
}

}  // namespace kit::formats
