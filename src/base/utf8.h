// UTF-8, one character at a time. Only what RFC 3629 allows is a character: overlong forms,
// surrogates and what lies beyond U+10FFFF are none.
// https://www.rfc-editor.org/rfc/rfc3629
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kit {

// What stands at the start of a text. A byte that starts no character counts as one bad character
// of one byte, U+FFFD, as Go's range loops have it.
struct Utf8Character {
    char32_t code_point = 0xfffd;
    size_t size_bytes = 1;
    bool valid = false;
};

// `text` must not be empty.
Utf8Character read_utf8(std::string_view text);

// `code_point` is at most U+10FFFF.
void append_utf8(std::string& out, char32_t code_point);

}  // namespace kit
