// ASCII letters and blanks, whatever the locale: protocols fold and trim these and no others.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace kit {

// Spaces and tabs: what may stand around the elements of a header field (RFC 9110, section 5.6.3).
inline constexpr std::string_view blanks = " \t";
// Those and the ends of lines.
inline constexpr std::string_view blanks_and_newlines = " \t\r\n";

constexpr char ascii_lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

inline std::string ascii_lower(std::string_view text) {
    std::string out(text);
    for (char& letter : out) letter = ascii_lower(letter);
    return out;
}

constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b,
                              [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

constexpr bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
    return equal_ignoring_case(text.substr(0, prefix.size()), prefix);
}

// A part of `text`: without the characters of `unwanted` at its ends.
constexpr std::string_view trimmed(std::string_view text, std::string_view unwanted = blanks) {
    const size_t begin = text.find_first_not_of(unwanted);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(unwanted) - begin + 1);
}

}  // namespace kit
