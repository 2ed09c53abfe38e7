// Unsigned varints as multiformats and protobuf write them: 7 bits a byte, least first.
// https://github.com/multiformats/unsigned-varint
#pragma once

#include <cstdint>
#include <optional>

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

// As read_varint without words for what was wrong: for readers that have better ones.
inline std::optional<Varint> find_varint(ByteView in) {
    if (!in.empty() && in[0] < 0x80) return Varint{in[0], 1};
    uint64_t value = 0;
    for (size_t index = 0; index < in.size() && index < 9; ++index) {
        value |= static_cast<uint64_t>(in[index] & 0x7f) << (7 * index);
        if (in[index] >= 0x80) continue;
        if (in[index] == 0) return std::nullopt;  // A last byte of nothing pads the number.
        return Varint{value, index + 1};
    }
    return std::nullopt;
}

// Multiformats' rule: at most 9 bytes and minimal. Fails with corrupt.
Result<Varint> read_varint(ByteView in);
// Protobuf's rule: at most 10 bytes, padding allowed. Fails with corrupt.
Result<Varint> read_protobuf_varint(ByteView in);

}  // namespace kit::formats
