// Bases that are no power of two: the bytes are one big number, and leading zero bytes are leading
// zero digits. Private to multibase. Quadratic in the length, as the conversion is by nature.
// https://datatracker.ietf.org/doc/html/draft-msporny-base58
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "formats/alphabet.h"

namespace kit::formats {

void append_base58(std::string& out, const Alphabet& alphabet, ByteView bytes);
void append_base36(std::string& out, const Alphabet& alphabet, ByteView bytes);

// Nothing when a character is outside the alphabet.
std::optional<Bytes> decode_base58(const Alphabet& alphabet, std::string_view text);
std::optional<Bytes> decode_base36(const Alphabet& alphabet, std::string_view text);

}  // namespace kit::formats
