#include "node/go_json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/go_text.h"
#include "base/utf8.h"

namespace kit::node {
namespace {

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
            // Go refuses what is not finite; no record of ours holds it.
            out += std::isfinite(value.get<double>()) ? go_float_text(value.get<double>()) : "null";
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
        const Utf8Character character = read_utf8(text);
        if (!character.valid) {
            out += "\\ufffd";
        } else if (character.size_bytes == 1 && character.code_point < 0x80) {
            append_escaped_ascii(out, text.front());
        } else if (character.code_point == 0x2028 || character.code_point == 0x2029) {
            out += character.code_point == 0x2028 ? "\\u2028" : "\\u2029";
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

}  // namespace kit::node
