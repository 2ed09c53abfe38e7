// XXH64, which Kubo's ETags of CARs and records are made with. Not for safety.
// https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace kit::gateway {

// With seed 0.
uint64_t xxhash64(ByteView bytes);
// A number with the digits 0-9a-v, as Go's strconv.FormatUint(n, 32).
std::string base32_text(uint64_t number);

}  // namespace kit::gateway
