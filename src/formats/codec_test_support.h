// What the tests of the codecs share: bytes written as hexadecimal, vectors from files, and a
// generator of random values that is the same for the same seed.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/cid.h"

namespace kit::formats::test {

// Digits in pairs; white space is passed over. Ends the process on anything else.
Bytes from_hex(std::string_view text);

inline Cid cid(std::string_view text) {
    return Cid::from_text(text).value();
}
// A CIDv1 of raw bytes with an identity hash: short, and another for another text.
Cid small_cid(std::string_view text);

// "corrupt: why" or "no error".
template <typename T>
std::string problem(const Result<T>& result) {
    if (result) return "no error";
    return std::string(code_name(result.error().code)) + ": " + result.error().message;
}

struct Vector {
    std::string name;  // Of the file, without its ending.
    std::string ending;
    Bytes bytes;
};
// The files of tests/vectors/<folder>, sorted by name; ends the process when there are none.
std::vector<Vector> vectors(std::string_view folder);

}  // namespace kit::formats::test
