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
    uint32_t field = 0;  // 1 to 2^31-1.
    WireType wire_type = WireType::varint;
};

// Walks one message. Nothing is thrown and no error is made until it is asked for: a read that
// cannot succeed gives nothing and makes failed() true for good, and error() then says why and
// where. One thread; `message` must outlive the reader and every view that it gave.
class ProtobufReader final {
public:
    explicit ProtobufReader(ByteView message) : message_(message) {}

    bool at_end() const { return position_ == message_.size(); }
    size_t position() const { return position_; }
    bool failed() const { return problem_ != nullptr; }

    // take_*: zero or empty when failed(), and a tag of field 0, which no message has.
    // OPTIMIZATION: returned in registers; GCC 12 passes std::optional through memory in pieces,
    // which stalls the reader at every number.
    ProtobufTag take_tag() {
        const uint64_t tag = take_varint();
        if (tag >> 3 == 0 || tag >> 3 > INT32_MAX || (tag & 7) > 5) [[unlikely]] {
            if (!failed()) problem_ = "a field number or wire type that does not exist";
            return {};
        }
        return ProtobufTag{static_cast<uint32_t>(tag >> 3), static_cast<WireType>(tag & 7)};
    }

    uint64_t take_varint() {
        if (position_ < message_.size() && message_[position_] < 0x80) [[likely]] {
            return message_[position_++];
        }
        return take_long_varint();
    }

    // A length and so many bytes.
    ByteView take_bytes() {
        const uint64_t size = take_varint();
        if (size > message_.size() - position_) [[unlikely]] {
            problem_ = "a field longer than what is left";
            return {};
        }
        const ByteView bytes = message_.subspan(position_, size);
        position_ += size;
        return bytes;
    }

    // The same as optionals, where speed does not matter.
    std::optional<ProtobufTag> read_tag() { return checked(take_tag()); }
    std::optional<uint64_t> read_varint() { return checked(take_varint()); }
    std::optional<ByteView> read_bytes() { return checked(take_bytes()); }

    // Passes over the value of a field. Groups, which nobody writes any more, cannot be skipped.
    [[nodiscard]] bool skip(WireType wire_type);

    // Why the last read gave nothing: corrupt, naming `what` ("PBNode") and the offset.
    Error error(std::string_view what) const;

private:
    template <typename T>
    std::optional<T> checked(T value) const {
        if (failed()) return std::nullopt;
        return value;
    }
    uint64_t take_long_varint();

    ByteView message_;
    size_t position_ = 0;
    const char* problem_ = nullptr;
};

}  // namespace kit::formats
