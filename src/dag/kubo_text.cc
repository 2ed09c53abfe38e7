#include "dag/kubo_text.h"

#include <fmt/core.h>

#include <cstdint>

namespace kit::dag {
namespace {

// The size of the UTF-8 sequence that `text` starts with; 0 when it starts with none.
size_t utf8_size(std::string_view text) {
    const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
    const uint8_t first = byte(0);
    const size_t size = first < 0x80   ? 1
                        : first < 0xc2 ? 0
                        : first < 0xe0 ? 2
                        : first < 0xf0 ? 3
                        : first < 0xf5 ? 4
                                       : 0;
    if (size == 0 || size > text.size()) return 0;
    for (size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return 0;
    }
    // Overlong forms, surrogates and what lies beyond U+10FFFF are no text.
    if (first == 0xe0 && byte(1) < 0xa0) return 0;
    if (first == 0xed && byte(1) > 0x9f) return 0;
    if (first == 0xf0 && byte(1) < 0x90) return 0;
    if (first == 0xf4 && byte(1) > 0x8f) return 0;
    return size;
}

void append_control(std::string& out, uint8_t byte) {
    switch (byte) {
        case '\a':
            out += "\\a";
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
        case '\v':
            out += "\\v";
            return;
        default:
            out += fmt::format("\\x{:02x}", byte);
    }
}

}  // namespace

std::unexpected<Error> missing_block(const formats::Cid& cid) {
    return fail(Code::not_found, "block was not found locally (offline): ipld: could not find {}",
                cid.to_text());
}

std::string quote(std::string_view text) {
    std::string out = "\"";
    while (!text.empty()) {
        const size_t size = utf8_size(text);
        const uint8_t byte = static_cast<uint8_t>(text[0]);
        if (size == 0) {
            out += fmt::format("\\x{:02x}", byte);
        } else if (byte == '"' || byte == '\\') {
            out += '\\';
            out += text[0];
        } else if (byte < 0x20 || byte == 0x7f) {
            append_control(out, byte);
        } else if (byte == 0xc2 && static_cast<uint8_t>(text[1]) < 0xa1) {
            // U+0080 to U+00A0: controls and the space that does not break.
            out += fmt::format("\\u{:04x}", static_cast<uint8_t>(text[1]));
        } else {
            out += text.substr(0, size);
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return out + '"';
}

}  // namespace kit::dag
