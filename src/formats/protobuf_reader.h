// Reads protobuf field by field, without copies: what dag-pb, UnixFS and keys are written in. It
// accepts exactly what Go's protowire accepts, because the network's blocks were judged by it.
// https://protobuf.dev/programming-guides/encoding/
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/varint.h"

namespace kit::formats {

enum class WireType : uint8_t {
    varint = 0,
    fixed64 = 1,
    bytes = 2,
    group_start = 3,
    group_end = 4,
    fixed32 = 5,
};

struct ProtobufTag {
    uint32_t field;  // 1 to 2^31-1.
    WireType wire_type;
};

// Walks one message. Nothing is thrown and no error is made until it is asked for: a read that
// cannot succeed gives nullopt, and error() then says why and where. One thread; `message` must
// outlive the reader and every view that it gave.
class ProtobufReader final {
public:
    explicit ProtobufReader(ByteView message) : message_(message) {}

    bool at_end() const { return position_ == message_.size(); }
    size_t position() const { return position_; }

    std::optional<ProtobufTag> read_tag() {
        const std::optional<uint64_t> tag = read_varint();
        if (!tag) return std::nullopt;
        if (*tag >> 3 == 0 || *tag >> 3 > INT32_MAX || (*tag & 7) > 5) [[unlikely]] {
            problem_ = "a field number or wire type that does not exist";
            return std::nullopt;
        }
        return ProtobufTag{static_cast<uint32_t>(*tag >> 3), static_cast<WireType>(*tag & 7)};
    }

    std::optional<uint64_t> read_varint() {
        if (position_ < message_.size() && message_[position_] < 0x80) [[likely]] {
            return message_[position_++];
        }
        return read_long_varint();
    }

    // A length and so many bytes.
    std::optional<ByteView> read_bytes() {
        const std::optional<uint64_t> size = read_varint();
        if (!size) return std::nullopt;
        if (*size > message_.size() - position_) [[unlikely]] {
            problem_ = "a field longer than what is left";
            return std::nullopt;
        }
        const ByteView bytes = message_.subspan(position_, *size);
        position_ += *size;
        return bytes;
    }

    // Passes over the value of a field. Groups, which nobody writes any more, cannot be skipped.
    [[nodiscard]] bool skip(WireType wire_type);

    // Why the last read gave nothing: corrupt, naming `what` ("PBNode") and the offset.
    Error error(std::string_view what) const;

private:
    std::optional<uint64_t> read_long_varint();

    ByteView message_;
    size_t position_ = 0;
    const char* problem_ = "nothing wrong";
};

}  // namespace kit::formats
