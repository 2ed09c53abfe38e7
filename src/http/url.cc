#include "http/url.h"

#include <algorithm>

namespace kit::http {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

Result<std::string> decode(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus_is_space) {
            out.push_back(' ');
        } else if (text[i] != '%') {
            out.push_back(text[i]);
        } else {
            const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return fail(Code::invalid_argument, "invalid URL escape \"{}\"", text.substr(i, 3));
            }
            out.push_back(static_cast<char>(high * 16 + low));
            i += 2;
        }
    }
    return out;
}

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '~';
}

std::string encode(std::string_view text, std::string_view also_kept, bool space_is_plus) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (is_unreserved(c) || also_kept.find(c) != std::string_view::npos) {
            out.push_back(c);
        } else if (c == ' ' && space_is_plus) {
            out.push_back('+');
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out.push_back('%');
            out.push_back(digits[byte >> 4]);
            out.push_back(digits[byte & 15]);
        }
    }
    return out;
}

}  // namespace

Result<std::string> decode_path(std::string_view text) {
    return decode(text, false);
}

Result<std::string> decode_query(std::string_view text) {
    return decode(text, true);
}

std::string encode_query(std::string_view text) {
    return encode(text, "", true);
}

std::string encode_path(std::string_view text) {
    return encode(text, "$&+,/:;=@", false);
}

Result<QueryPairs> parse_query(std::string_view query) {
    QueryPairs pairs;
    while (!query.empty()) {
        const size_t end = std::min(query.find('&'), query.size());
        const std::string_view part = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (part.empty()) continue;
        if (part.find(';') != std::string_view::npos) {
            return fail(Code::invalid_argument, "invalid semicolon separator in query");
        }
        const size_t equals = std::min(part.find('='), part.size());
        auto name = TRY(decode_query(part.substr(0, equals)));
        auto value = TRY(decode_query(part.substr(std::min(equals + 1, part.size()))));
        pairs.emplace_back(std::move(name), std::move(value));
    }
    return pairs;
}

}  // namespace kit::http
