#include "blocks/index_records.h"

#include <array>

#include "formats/varint.h"

namespace kit::blocks {
namespace {

std::string encode_numbers(std::span<const uint64_t> numbers) {
    std::string out;
    for (const uint64_t number : numbers) {
        std::array<uint8_t, formats::varint_size_bytes_max> bytes;
        const size_t n = formats::write_varint(bytes.data(), number);
        out += as_text(ByteView(bytes).first(n));
    }
    return out;
}

template <size_t count>
Result<std::array<uint64_t, count>> decode_numbers(std::string_view value, const char* what) {
    std::array<uint64_t, count> numbers = {};
    ByteView rest = as_bytes(value);
    for (uint64_t& number : numbers) {
        const auto read = formats::read_protobuf_varint(rest);
        if (!read) return fail(Code::corrupt, "the index holds {} that cannot be read", what);
        number = read->value;
        rest = rest.subspan(read->size_bytes);
    }
    return numbers;
}

}  // namespace

std::string encode_state(const IndexState& state) {
    const std::array<uint64_t, 6> numbers = {
        state.checkpoint.segment, state.checkpoint.offset_bytes,
        state.block_count,        state.block_bytes,
        state.log_bytes,          state.segment_count};
    return encode_numbers(numbers);
}

std::string encode_counters(const SegmentCounters& counters) {
    const std::array<uint64_t, 2> numbers = {counters.live_count, counters.live_bytes};
    return encode_numbers(numbers);
}

Result<IndexState> decode_state(std::string_view value) {
    const auto numbers = TRY(decode_numbers<6>(value, "a state"));
    const Position checkpoint{static_cast<uint32_t>(numbers[0]), numbers[1]};
    return IndexState{checkpoint, numbers[2], numbers[3], numbers[4], numbers[5]};
}

std::string encode_offset(uint64_t offset_bytes) {
    return encode_numbers(std::span(&offset_bytes, 1));
}

Result<uint64_t> decode_offset(std::string_view value) {
    if (value.empty()) return 0;
    const auto numbers = TRY(decode_numbers<1>(value, "a cut"));
    return numbers[0];
}

std::string encode_location(const Location& location) {
    const std::array<uint64_t, 4> numbers = {location.segment, location.head_size_bytes,
                                             location.offset_bytes, location.size_bytes};
    return encode_numbers(numbers);
}

Result<Location> decode_location(std::string_view value) {
    const auto numbers = TRY(decode_numbers<4>(value, "a location"));
    const bool sound = numbers[0] <= UINT32_MAX && numbers[1] <= numbers[2] && numbers[1] < 1024;
    if (!sound) return fail(Code::corrupt, "the index holds a location that makes no sense");
    return Location{static_cast<uint32_t>(numbers[0]), static_cast<uint32_t>(numbers[1]),
                    numbers[2], numbers[3]};
}

Result<SegmentCounters> decode_counters(std::string_view value) {
    const auto numbers = TRY(decode_numbers<2>(value, "a segment's counters"));
    return SegmentCounters{numbers[0], numbers[1]};
}

std::string segment_key(uint32_t segment) {
    std::string key;
    for (int shift = 24; shift >= 0; shift -= 8) key += static_cast<char>(segment >> shift & 0xff);
    return key;
}

Result<uint32_t> parse_segment_key(std::string_view key) {
    if (key.size() != 4) return fail(Code::corrupt, "the index names a segment badly");
    uint32_t segment = 0;
    for (const char c : key) segment = segment << 8 | static_cast<uint8_t>(c);
    return segment;
}

}  // namespace kit::blocks
