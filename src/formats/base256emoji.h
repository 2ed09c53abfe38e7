// One emoji for each byte. Private to multibase.
// https://github.com/multiformats/multibase/blob/master/rfcs/Base256Emoji.md
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace kit::formats {

void append_base256emoji(std::string& out, ByteView bytes);
// Nothing when the text has a code point outside the table or is no UTF-8.
std::optional<Bytes> decode_base256emoji(std::string_view text);

}  // namespace kit::formats
