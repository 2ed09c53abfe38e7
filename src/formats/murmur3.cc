// The algorithm is fixed by the reference above; the 128-bit state is computed whole and its first
// half returned.
#include "formats/murmur3.h"

#include <bit>

namespace kit::formats {
namespace {

constexpr uint64_t multiplier_1 = 0x87c37b91114253d5;
constexpr uint64_t multiplier_2 = 0x4cf5ad432745937f;

// Reads up to 8 bytes, the least significant first.
uint64_t read_little(const uint8_t* in, size_t size_bytes) {
    uint64_t value = 0;
    for (size_t index = 0; index < size_bytes; ++index) {
        value |= static_cast<uint64_t>(in[index]) << (8 * index);
    }
    return value;
}

uint64_t scramble_1(uint64_t word) {
    return std::rotl(word * multiplier_1, 31) * multiplier_2;
}
uint64_t scramble_2(uint64_t word) {
    return std::rotl(word * multiplier_2, 33) * multiplier_1;
}

uint64_t finish(uint64_t state) {
    state ^= state >> 33;
    state *= 0xff51afd7ed558ccd;
    state ^= state >> 33;
    state *= 0xc4ceb9fe1a85ec53;
    return state ^ (state >> 33);
}

}  // namespace

uint64_t murmur3_x64_64(ByteView message) {
    uint64_t first = 0;
    uint64_t second = 0;
    size_t offset = 0;
    for (; message.size() - offset >= 16; offset += 16) {
        first ^= scramble_1(read_little(message.data() + offset, 8));
        first = (std::rotl(first, 27) + second) * 5 + 0x52dce729;
        second ^= scramble_2(read_little(message.data() + offset + 8, 8));
        second = (std::rotl(second, 31) + first) * 5 + 0x38495ab5;
    }
    const size_t tail_size = message.size() - offset;
    if (tail_size > 8) {
        second ^= scramble_2(read_little(message.data() + offset + 8, tail_size - 8));
    }
    if (tail_size > 0) {
        first ^= scramble_1(read_little(message.data() + offset, tail_size < 8 ? tail_size : 8));
    }
    first ^= message.size();
    second ^= message.size();
    first += second;
    second += first;
    return finish(first) + finish(second);
}

}  // namespace kit::formats
