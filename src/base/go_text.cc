#include "base/go_text.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "base/result.h"
#include "base/utf8.h"

namespace kit {
namespace {

// The letter of a C escape, or '\0'.
char escape_letter(char32_t code_point) {
    switch (code_point) {
        case '\a':
            return 'a';
        case '\b':
            return 'b';
        case '\f':
            return 'f';
        case '\n':
            return 'n';
        case '\r':
            return 'r';
        case '\t':
            return 't';
        case '\v':
            return 'v';
        default:
            return '\0';
    }
}

void append_unprintable(std::string& out, char32_t code_point) {
    const auto number = static_cast<uint32_t>(code_point);
    if (const char letter = escape_letter(code_point)) {
        out += '\\';
        out += letter;
    } else if (number < 0x80) {
        out += fmt::format("\\x{:02x}", number);
    } else if (number < 0x10000) {
        out += fmt::format("\\u{:04x}", number);
    } else {
        out += fmt::format("\\U{:08x}", number);
    }
}

// The text with its escapes; `quotes` says whether a double quote is escaped, too.
std::string escape(std::string_view text, bool quotes) {
    std::string out;
    out.reserve(text.size() + 2);
    while (!text.empty()) {
        const Utf8Character character = read_utf8(text);
        const std::string_view bytes = text.substr(0, character.size_bytes);
        if (!character.valid) {
            out += fmt::format("\\x{:02x}", static_cast<uint8_t>(text.front()));
        } else if (text.front() == '\\' || (quotes && text.front() == '"')) {
            out += '\\';
            out += text.front();
        } else if (is_printable(character.code_point)) {
            out += bytes;
        } else {
            append_unprintable(out, character.code_point);
        }
        text.remove_prefix(bytes.size());
    }
    return out;
}

bool needs_escape(std::string_view name) {
    while (!name.empty()) {
        // A bad byte reads as U+FFFD, which is printable.
        const Utf8Character character = read_utf8(name);
        if (character.code_point == '\\' || !is_printable(character.code_point)) return true;
        name.remove_prefix(character.size_bytes);
    }
    return false;
}

}  // namespace

std::string go_quote(std::string_view text) {
    return '"' + escape(text, true) + '"';
}

std::string escape_unprintable(std::string_view name) {
    return needs_escape(name) ? escape(name, false) : std::string(name);
}

std::string go_float_text(double number) {
    ASSERT(std::isfinite(number));
    char buffer[32];
    const auto scientific =
        std::to_chars(std::begin(buffer), std::end(buffer), number, std::chars_format::scientific);
    const std::string_view text(buffer, static_cast<size_t>(scientific.ptr - buffer));
    const size_t mark = text.find('e');
    int exponent = 0;
    std::from_chars(text.data() + mark + (text[mark + 1] == '+' ? 2 : 1), text.data() + text.size(),
                    exponent);
    std::string sign = std::signbit(number) ? "-" : "";
    std::string digits;
    for (const char c : text.substr(0, mark)) {
        if (c >= '0' && c <= '9') digits.push_back(c);
    }
    const double magnitude = std::fabs(number);
    if (magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21)) {
        if (digits.size() > 1) digits.insert(1, 1, '.');
        return fmt::format("{}{}e{}{}", sign, digits, exponent < 0 ? '-' : '+', std::abs(exponent));
    }
    if (exponent < 0) {
        return sign + "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
    }
    const auto whole_size = static_cast<size_t>(exponent) + 1;
    if (digits.size() <= whole_size) return sign + digits.append(whole_size - digits.size(), '0');
    return sign + digits.insert(whole_size, 1, '.');
}

}  // namespace kit
