// Reads JSON token by token as Go's refmt does, which is what Kubo reads json and dag-json with:
// the same numbers are integers, the same broken text is mended with U+FFFD.
// https://www.rfc-editor.org/rfc/rfc8259
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/ipld.h"

namespace kit::formats {

// One thread; `text` must outlive the reader. Every call passes over white space first and fails
// with corrupt, naming `name` ("dag-json") and the offset.
class JsonReader final {
public:
    JsonReader(ByteView text, std::string_view name) : text_(as_text(text)), name_(name) {}

    // The next character that is no white space, not taken; '\0' at the end.
    char peek();
    // Takes the character when it is next.
    bool take_if(char expected);
    Result<void> take(char expected);

    // A string, from its opening quote. Escapes are resolved; what is no UTF-8 becomes U+FFFD.
    Result<std::string> read_string();
    // A number without point or exponent is an integer, from -2^64 to 2^64-1; others are floats.
    // DEPARTURE: refmt refuses integers outside int64, which the data model allows.
    Result<std::variant<IpldInteger, double>> read_number();
    // "true", "false" or "null".
    Result<void> read_word(std::string_view word);
    // Nothing but white space may follow.
    Result<void> finish();

    std::unexpected<Error> refuse(std::string_view why) const;

private:
    Result<void> read_escape(std::string& out);
    // The number after "\u" at `at`, or -1.
    int32_t hex4(size_t at) const;

    std::string_view text_;
    std::string_view name_;
    size_t position_ = 0;
};

}  // namespace kit::formats
