#include "formats/protobuf_reader.h"

namespace kit::formats {

uint64_t ProtobufReader::take_long_varint() {
    uint64_t value = 0;
    const size_t left = message_.size() - position_;
    for (size_t index = 0; index < varint_size_bytes_max; ++index) {
        if (index == left) {
            problem_ = "an end inside a number";
            return 0;
        }
        const uint8_t byte = message_[position_ + index];
        // The tenth byte has room for one bit only; Go refuses a number above 64 bits.
        if (index == varint_size_bytes_max - 1 && byte > 1) break;
        value |= uint64_t{byte & 0x7fU} << (7 * index);
        if (byte < 0x80) {
            position_ += index + 1;
            return value;
        }
    }
    problem_ = "a number above 64 bits";
    return 0;
}

bool ProtobufReader::skip(WireType wire_type) {
    switch (wire_type) {
        case WireType::varint:
            take_varint();
            return !failed();
        case WireType::bytes:
            take_bytes();
            return !failed();
        case WireType::fixed64:
        case WireType::fixed32: {
            const size_t size = wire_type == WireType::fixed64 ? 8 : 4;
            if (size > message_.size() - position_) {
                problem_ = "a field longer than what is left";
                return false;
            }
            position_ += size;
            return true;
        }
        case WireType::group_start:
        case WireType::group_end:
            break;
    }
    problem_ = "a group, which is not supported";
    return false;
}

Error ProtobufReader::error(std::string_view what) const {
    return fail(Code::corrupt, "{}: {} at byte {} of {}", what,
                failed() ? problem_ : "nothing wrong", position_, message_.size())
        .error();
}

}  // namespace kit::formats
