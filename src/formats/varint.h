// Unsigned varints as multiformats and protobuf write them: 7 bits a byte, least first.
// https://github.com/multiformats/unsigned-varint
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace kit::formats {

inline constexpr size_t varint_size_bytes_max = 10;  // Protobuf's 64 bits; multiformats stop at 9.

size_t varint_size(uint64_t value);
void append_varint(Bytes& out, uint64_t value);
// Writes at `out`, which has room for varint_size(value) bytes; returns how many were written.
size_t write_varint(uint8_t* out, uint64_t value);

struct Varint {
    uint64_t value;
    size_t size_bytes;  // How many bytes of the input it took.
};

// Multiformats' rule: at most 9 bytes and minimal. Fails with corrupt.
Result<Varint> read_varint(ByteView in);
// Protobuf's rule: at most 10 bytes, padding allowed. Fails with corrupt.
Result<Varint> read_protobuf_varint(ByteView in);

}  // namespace kit::formats
