// The digits of a base and their values. Private to multibase; made at compile time.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace kit::formats {

struct Alphabet {
    static constexpr uint8_t none = 0xff;

    std::string_view digits;
    std::array<uint8_t, 256> values;  // By character; `none` outside the alphabet.
};

constexpr Alphabet make_alphabet(std::string_view digits) {
    Alphabet alphabet{digits, {}};
    alphabet.values.fill(Alphabet::none);
    for (size_t value = 0; value < digits.size(); ++value) {
        alphabet.values[static_cast<uint8_t>(digits[value])] = static_cast<uint8_t>(value);
    }
    return alphabet;
}

// Reads letters of either case; writes those of `digits`.
constexpr Alphabet make_caseless_alphabet(std::string_view digits) {
    Alphabet alphabet = make_alphabet(digits);
    for (size_t value = 0; value < digits.size(); ++value) {
        const auto digit = static_cast<uint8_t>(digits[value]);
        if (digit >= 'A') alphabet.values[digit ^ 0x20U] = static_cast<uint8_t>(value);
    }
    return alphabet;
}

}  // namespace kit::formats
