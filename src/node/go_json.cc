#include "node/go_json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace kit::node {
namespace {

struct Character {
    uint32_t code_point = 0xfffd;
    size_t size_bytes = 1;
    bool valid = false;
};

// One character of UTF-8 at the start of `text`; what is none counts as one bad byte.
Character read_character(std::string_view text) {
    const auto byte = [&](size_t index) { return static_cast<uint8_t>(text[index]); };
    const uint8_t first = byte(0);
    if (first < 0x80) return {first, 1, true};
    const size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < size) return {};
    uint32_t code_point = first & (0xffU >> (size + 1));
    for (size_t index = 1; index < size; ++index) {
        if ((byte(index) & 0xc0U) != 0x80) return {};
        code_point = (code_point << 6U) | (byte(index) & 0x3fU);
    }
    const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    const bool overlong = (size == 3 && code_point < 0x800) || (size == 4 && code_point < 0x10000);
    if (surrogate || overlong || code_point > 0x10ffff) return {};
    return {code_point, size, true};
}

void append_escaped_ascii(std::string& out, char character) {
    switch (character) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\b':
            out += "\\b";
            return;
        case '\f':
            out += "\\f";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            out += fmt::format("\\u{:04x}", static_cast<unsigned char>(character));
    }
}

bool is_plain(char character) {
    const auto byte = static_cast<unsigned char>(character);
    return byte >= 0x20 && byte < 0x80 && character != '"' && character != '\\' &&
           character != '<' && character != '>' && character != '&';
}

// Go: the shortest form that reads back the same, with an exponent below 1e-6 and from 1e21.
void append_real(std::string& out, double number) {
    if (!std::isfinite(number)) {
        out += "null";  // Go refuses these; no record of ours holds one.
        return;
    }
    const double size = std::fabs(number);
    const bool small_or_large = size != 0 && (size < 1e-6 || size >= 1e21);
    std::array<char, 64> text;
    const auto [end, error] =
        std::to_chars(text.data(), text.data() + text.size(), number,
                      small_or_large ? std::chars_format::scientific : std::chars_format::fixed);
    std::string digits(text.data(), end);
    // Two digits of exponent are the least in C; Go has no such rule for negative ones.
    const size_t zero = digits.find("e-0");
    if (zero != std::string::npos) digits.erase(zero + 2, 1);
    out += digits;
}

void append_value(std::string& out, const Json& value, std::string_view indent, size_t depth);

void append_break(std::string& out, std::string_view indent, size_t depth) {
    if (indent.empty()) return;
    out += '\n';
    for (size_t level = 0; level < depth; ++level) out += indent;
}

void append_container(std::string& out, const Json& value, std::string_view indent, size_t depth) {
    const bool is_object = value.is_object();
    out += is_object ? '{' : '[';
    bool first = true;
    for (auto item = value.begin(); item != value.end(); ++item) {
        if (!first) out += ',';
        first = false;
        append_break(out, indent, depth + 1);
        if (is_object) {
            append_go_json_text(out, item.key());
            out += indent.empty() ? ":" : ": ";
        }
        append_value(out, *item, indent, depth + 1);
    }
    if (!first) append_break(out, indent, depth);
    out += is_object ? '}' : ']';
}

void append_value(std::string& out, const Json& value, std::string_view indent, size_t depth) {
    switch (value.type()) {
        case Json::value_t::null:
            out += "null";
            return;
        case Json::value_t::boolean:
            out += value.get<bool>() ? "true" : "false";
            return;
        case Json::value_t::string:
            append_go_json_text(out, value.get_ref<const std::string&>());
            return;
        case Json::value_t::number_integer:
            fmt::format_to(std::back_inserter(out), "{}", value.get<int64_t>());
            return;
        case Json::value_t::number_unsigned:
            fmt::format_to(std::back_inserter(out), "{}", value.get<uint64_t>());
            return;
        case Json::value_t::number_float:
            append_real(out, value.get<double>());
            return;
        default:
            append_container(out, value, indent, depth);
    }
}

}  // namespace

void append_go_json_text(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const auto special = std::ranges::find_if_not(text, is_plain);
        const auto plain_size = static_cast<size_t>(special - text.begin());
        out.append(text.substr(0, plain_size));
        text.remove_prefix(plain_size);
        if (text.empty()) break;
        const Character character = read_character(text);
        if (!character.valid) {
            out += "\\ufffd";
        } else if (character.size_bytes == 1 && character.code_point < 0x80) {
            append_escaped_ascii(out, text.front());
        } else if (character.code_point == 0x2028 || character.code_point == 0x2029) {
            out += fmt::format("\\u{:04x}", character.code_point);
        } else {
            out.append(text.substr(0, character.size_bytes));
        }
        text.remove_prefix(character.size_bytes);
    }
    out += '"';
}

void append_go_json(std::string& out, const Json& value) {
    append_value(out, value, "", 0);
}

std::string go_json(const Json& value) {
    std::string out;
    append_go_json(out, value);
    return out;
}

std::string go_json_indented(const Json& value, std::string_view indent) {
    std::string out;
    append_value(out, value, indent, 0);
    return out;
}

Json sorted_by_key(const Json& value) {
    if (value.is_array()) {
        Json sorted = Json::array();
        for (const Json& item : value) sorted.push_back(sorted_by_key(item));
        return sorted;
    }
    if (!value.is_object()) return value;
    std::vector<std::string> keys;
    for (auto item = value.begin(); item != value.end(); ++item) keys.push_back(item.key());
    std::ranges::sort(keys);
    Json sorted = Json::object();
    for (const std::string& key : keys) sorted[key] = sorted_by_key(value.at(key));
    return sorted;
}

std::string go_quote(std::string_view text) {
    std::string out = "\"";
    while (!text.empty()) {
        const Character character = read_character(text);
        const char byte = text.front();
        if (!character.valid) {
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
        } else if (byte == '"' || byte == '\\') {
            out += '\\';
            out += byte;
        } else if (byte == '\a' || byte == '\v') {
            out += byte == '\a' ? "\\a" : "\\v";
        } else if (character.code_point == 0x7f) {
            out += "\\x7f";
        } else if (character.code_point < 0x20) {
            std::string escaped;
            append_escaped_ascii(escaped, byte);
            out += escaped.starts_with("\\u00") ? "\\x" + escaped.substr(4) : escaped;
        } else {
            out.append(text.substr(0, character.size_bytes));
        }
        text.remove_prefix(character.size_bytes);
    }
    out += '"';
    return out;
}

}  // namespace kit::node
