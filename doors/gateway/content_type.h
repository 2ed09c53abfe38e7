// What a file is, for browsers: by the end of its name, as Go's mime package knows it, else by its
// first bytes.
#pragma once

#include <string_view>

#include "base/bytes.h"

namespace kit::gateway {

// How much of a file sniff_type() wants to see.
inline constexpr size_t sniff_size_bytes = 4096;

// By the extension of a file name, folded to lower case; "" for one that nobody knows.
std::string_view type_by_name(std::string_view file_name);
// By its first bytes: never "". `is_whole` when they are all that there is.
std::string_view sniff_type(ByteView head, bool is_whole);

}  // namespace kit::gateway
