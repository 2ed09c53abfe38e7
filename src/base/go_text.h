// Text as Go's standard library writes it. Kubo's clients compare these bytes: names in errors are
// quoted by %q, names in listings are escaped, and numbers in JSON take Go's form.
#pragma once

#include <string>
#include <string_view>

namespace kit {

// strconv.IsPrint: letters, marks, numbers, punctuation, symbols and the space of ASCII.
// https://pkg.go.dev/strconv#IsPrint
bool is_printable(char32_t code_point);

// %q: double quotes around the text; quotes, backslashes and what is not printable are escaped, and
// bytes that are no UTF-8 become \xNN. https://pkg.go.dev/strconv#Quote
std::string go_quote(std::string_view text);

// A name for a terminal, as Kubo lists it: unchanged when it has neither a backslash nor a
// character that is not printable, else escaped like go_quote() but for quotes, and without quotes
// around it.
std::string escape_unprintable(std::string_view name);

// A finite number as encoding/json has it: the fewest digits that read back the same, and an
// exponent below 1e-6 and from 1e21 on.
std::string go_float_text(double number);

}  // namespace kit
