// MurmurHash3 x64, first 64 bits: not for security, but HAMT directories place names by it.
// https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp
#pragma once

#include "base/bytes.h"

namespace kit::formats {

// With seed 0. HAMT directories take its bits from the most significant down.
uint64_t murmur3_x64_64(ByteView message);

}  // namespace kit::formats
