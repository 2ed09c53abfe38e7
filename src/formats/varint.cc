// Varints stand before nearly everything in a block, so reading one is a loop without allocation;
// words are made only when it fails.
#include "formats/varint.h"

namespace kit::formats {

size_t varint_size(uint64_t value) {
    const int bits = 64 - __builtin_clzll(value | 1);
    return static_cast<size_t>((bits + 6) / 7);
}

size_t write_varint(uint8_t* out, uint64_t value) {
    size_t size_bytes = 0;
    for (; value >= 0x80; value >>= 7) out[size_bytes++] = static_cast<uint8_t>(value | 0x80);
    out[size_bytes++] = static_cast<uint8_t>(value);
    return size_bytes;
}

void append_varint(Bytes& out, uint64_t value) {
    uint8_t buffer[varint_size_bytes_max];
    append(out, {buffer, write_varint(buffer, value)});
}

namespace {

// Says why find_varint() found nothing.
std::unexpected<Error> why_no_varint(ByteView in) {
    for (size_t index = 0; index < in.size(); ++index) {
        if (index == 9) return fail(Code::corrupt, "a varint has more than 9 bytes");
        if (in[index] == 0 && index > 0) {
            return fail(Code::corrupt, "a varint is padded to {} bytes", index + 1);
        }
        ASSERT(in[index] >= 0x80);
    }
    return fail(Code::corrupt, "a varint is cut off after {} bytes", in.size());
}

}  // namespace

Result<Varint> read_varint(ByteView in) {
    const std::optional<Varint> varint = find_varint(in);
    if (!varint) return why_no_varint(in);
    return *varint;
}

Result<Varint> read_protobuf_varint(ByteView in) {
    uint64_t value = 0;
    for (size_t index = 0; index < in.size(); ++index) {
        if (index == varint_size_bytes_max) break;
        if (index == 9 && in[index] > 1) {
            return fail(Code::corrupt, "a protobuf varint is larger than 64 bits");
        }
        value |= static_cast<uint64_t>(in[index] & 0x7f) << (7 * index);
        if (in[index] < 0x80) return Varint{value, index + 1};
    }
    return fail(Code::corrupt, "a protobuf varint is cut off after {} bytes", in.size());
}

}  // namespace kit::formats
