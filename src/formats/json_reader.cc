#include "formats/json_reader.h"

#include <algorithm>
#include <charconv>

#include "base/utf8.h"

namespace kit::formats {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_surrogate(int32_t code_point) {
    return code_point >= 0xd800 && code_point < 0xe000;
}

// "12.5e3": where a number ends, and whether it has a point or an exponent.
struct NumberShape {
    size_t size = 0;  // 0: no number.
    bool is_float = false;
};

NumberShape measure_number(std::string_view text) {
    size_t at = 0;
    const auto digits = [&] {
        const size_t start = at;
        while (at < text.size() && is_digit(text[at])) ++at;
        return at > start;
    };
    NumberShape shape;
    if (at < text.size() && text[at] == '-') ++at;
    if (at < text.size() && text[at] == '0') {
        ++at;
    } else if (!digits()) {
        return {};
    }
    if (at < text.size() && text[at] == '.') {
        ++at;
        shape.is_float = true;
        if (!digits()) return {};
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        shape.is_float = true;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
        if (!digits()) return {};
    }
    shape.size = at;
    return shape;
}

// Whether a well-formed number has a magnitude of one or more: tells overflow from underflow.
bool is_above_one(std::string_view number) {
    const size_t mark = std::min(number.find_first_of("eE"), number.size());
    const size_t point = std::min(number.find('.'), mark);
    const size_t first = number.find_first_of("123456789");
    if (first >= mark) return false;
    // The power of ten of the first digit that is not zero.
    const int64_t power =
        static_cast<int64_t>(point) - static_cast<int64_t>(first) - (first < point ? 1 : 0);
    int64_t exponent = 0;
    if (mark < number.size()) {
        const size_t start = mark + (number[mark + 1] == '+' ? 2 : 1);
        const auto [end, error] =
            std::from_chars(number.data() + start, number.data() + number.size(), exponent);
        if (error != std::errc()) return number[start] != '-';
    }
    return power + exponent >= 0;
}

}  // namespace

char JsonReader::peek() {
    while (position_ < text_.size()) {
        const char c = text_[position_];
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') return c;
        ++position_;
    }
    return '\0';
}

bool JsonReader::take_if(char expected) {
    if (peek() != expected || position_ == text_.size()) return false;
    ++position_;
    return true;
}

Result<void> JsonReader::take(char expected) {
    if (take_if(expected)) return {};
    return fail(Code::corrupt, "{}: expected '{}' at byte {}", name_, expected, position_);
}

Result<std::string> JsonReader::read_string() {
    TRY(take('"'));
    std::string out;
    for (;;) {
        // Runs without anything special are copied whole.
        size_t end = position_;
        while (end < text_.size() && text_[end] != '"' && text_[end] != '\\' &&
               static_cast<uint8_t>(text_[end]) >= 0x20 &&
               static_cast<uint8_t>(text_[end]) < 0x80) {
            ++end;
        }
        out.append(text_.substr(position_, end - position_));
        position_ = end;
        if (position_ == text_.size()) return refuse("the end inside a string");
        const char c = text_[position_];
        if (c == '"') {
            ++position_;
            return out;
        }
        if (c == '\\') {
            TRY(read_escape(out));
        } else if (static_cast<uint8_t>(c) < 0x20) {
            return refuse("a control character in a string");
        } else {
            const Utf8Character character = read_utf8(text_.substr(position_));
            out.append(character.valid ? text_.substr(position_, character.size_bytes)
                                       : replacement);
            position_ += character.size_bytes;
        }
    }
}

Result<void> JsonReader::read_escape(std::string& out) {
    if (text_.size() - position_ < 2) return refuse("the end inside a string");
    const char kind = text_[position_ + 1];
    constexpr std::string_view letters = "bfnrt\\/\"";
    constexpr std::string_view meanings = "\b\f\n\r\t\\/\"";
    if (const size_t index = letters.find(kind); index != std::string_view::npos) {
        out.push_back(meanings[index]);
        position_ += 2;
        return {};
    }
    if (kind != 'u') return refuse("an escape that JSON does not have");
    int32_t code_point = hex4(position_);
    if (code_point < 0) return refuse("an escape \\u without four hexadecimal digits");
    position_ += 6;
    if (is_surrogate(code_point)) {
        const int32_t low = hex4(position_);
        if (code_point < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
            code_point = 0x10000 + ((code_point - 0xd800) << 10) + (low - 0xdc00);
            position_ += 6;
        } else {
            code_point = 0xfffd;  // Half a pair says nothing.
        }
    }
    append_utf8(out, static_cast<char32_t>(code_point));
    return {};
}

int32_t JsonReader::hex4(size_t at) const {
    if (text_.size() < at + 6 || text_[at] != '\\' || text_[at + 1] != 'u') return -1;
    uint32_t value = 0;
    const char* const start = text_.data() + at + 2;
    const auto [end, error] = std::from_chars(start, start + 4, value, 16);
    return error == std::errc() && end == start + 4 ? static_cast<int32_t>(value) : -1;
}

Result<std::variant<IpldInteger, double>> JsonReader::read_number() {
    peek();
    const NumberShape shape = measure_number(text_.substr(position_));
    if (shape.size == 0) return refuse("no number");
    const std::string_view digits = text_.substr(position_, shape.size);
    const char* const start = digits.data();
    const char* const end = start + digits.size();
    if (shape.is_float) {
        double value = 0;
        const auto [stopped, error] = std::from_chars(start, end, value);
        if (error == std::errc::result_out_of_range) {
            // As in Go, what is too small to tell from zero is zero, and too large is an error.
            if (is_above_one(digits)) return refuse("a number above what a float can be");
            value = digits.front() == '-' ? -0.0 : 0.0;
        }
        position_ += shape.size;
        return value;
    }
    const bool negative = digits.front() == '-';
    uint64_t magnitude = 0;
    const auto [stopped, error] = std::from_chars(start + (negative ? 1 : 0), end, magnitude);
    // -2^64 has no magnitude of 64 bits, but -1 - magnitude says it.
    if (error == std::errc::result_out_of_range && digits == "-18446744073709551616") {
        position_ += shape.size;
        return IpldInteger{true, UINT64_MAX};
    }
    if (error != std::errc()) return refuse("an integer out of range");
    position_ += shape.size;
    if (negative && magnitude > 0) return IpldInteger{true, magnitude - 1};
    return IpldInteger{false, magnitude};
}

Result<void> JsonReader::read_word(std::string_view word) {
    peek();
    if (!text_.substr(position_).starts_with(word)) return refuse("no value");
    position_ += word.size();
    return {};
}

Result<void> JsonReader::finish() {
    peek();
    if (position_ < text_.size()) return refuse("unexpected content after the value");
    return {};
}

std::unexpected<Error> JsonReader::refuse(std::string_view why) const {
    return fail(Code::corrupt, "{}: {}, at byte {} of {}", name_, why, position_, text_.size());
}

}  // namespace kit::formats
