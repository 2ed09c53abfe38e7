#include "base/utf8.h"

#include <cstdint>

#include "base/result.h"

namespace kit {

Utf8Character read_utf8(std::string_view text) {
    ASSERT(!text.empty());
    const auto byte = [text](size_t at) { return static_cast<uint8_t>(text[at]); };
    const uint8_t first = byte(0);
    if (first < 0x80) return {first, 1, true};
    if (first < 0xc2 || first > 0xf4) return {};
    const size_t size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (text.size() < size) return {};
    // RFC 3629, section 4: what may follow the first byte.
    const uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (byte(1) < low || byte(1) > high) return {};
    char32_t code_point = first & (0xffU >> (size + 1));
    for (size_t at = 1; at < size; ++at) {
        if ((byte(at) & 0xc0) != 0x80) return {};
        code_point = code_point << 6 | (byte(at) & 0x3fU);
    }
    return {code_point, size, true};
}

void append_utf8(std::string& out, char32_t code_point) {
    ASSERT(code_point <= 0x10ffff);
    const auto continuation = [code_point](unsigned shift) {
        return static_cast<char>(0x80 | (code_point >> shift & 0x3f));
    };
    if (code_point < 0x80) {
        out.push_back(static_cast<char>(code_point));
        return;
    }
    if (code_point < 0x800) {
        out.push_back(static_cast<char>(0xc0 | code_point >> 6));
    } else if (code_point < 0x10000) {
        out.push_back(static_cast<char>(0xe0 | code_point >> 12));
        out.push_back(continuation(6));
    } else {
        out.push_back(static_cast<char>(0xf0 | code_point >> 18));
        out.push_back(continuation(12));
        out.push_back(continuation(6));
    }
    out.push_back(continuation(0));
}

}  // namespace kit
