// Reads CBOR head by head, refusing what no IPLD codec allows: indefinite lengths, numbers in more
// bytes than they need, reserved heads. What a head means is its caller's business.
// https://www.rfc-editor.org/rfc/rfc8949
#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace kit::formats {

enum class CborMajor : uint8_t {
    unsigned_integer = 0,
    negative_integer = 1,
    bytes = 2,
    text = 3,
    list = 4,
    map = 5,
    tag = 6,
    simple = 7,
};

// The low five bits of a head of major type simple.
inline constexpr uint8_t cbor_false = 20;
inline constexpr uint8_t cbor_true = 21;
inline constexpr uint8_t cbor_null = 22;
inline constexpr uint8_t cbor_undefined = 23;
inline constexpr uint8_t cbor_float16 = 25;
inline constexpr uint8_t cbor_float32 = 26;
inline constexpr uint8_t cbor_float64 = 27;

inline constexpr uint64_t cbor_link_tag = 42;

struct CborHead {
    CborMajor major = CborMajor::unsigned_integer;
    uint8_t info = 0;       // The low five bits.
    uint64_t argument = 0;  // The number, size, count, tag or the bits of a float.
};

// A read that cannot succeed gives nothing and makes failed() true for good, and error() then says
// why and where. One thread; `input` must outlive the reader and every view that it gave.
// OPTIMIZATION: results come in registers; GCC 12 passes std::optional through memory in pieces,
// which stalls the reader at every head.
class CborReader final {
public:
    explicit CborReader(ByteView input) : input_(input) {}

    bool at_end() const { return position_ == input_.size(); }
    size_t position() const { return position_; }
    size_t remaining_bytes() const { return input_.size() - position_; }
    bool failed() const { return problem_ != nullptr; }

    // Zeros when failed().
    CborHead take_head() {
        if (at_end()) [[unlikely]] {
            problem_ = "the end where an item must start";
            return {};
        }
        const uint8_t first = input_[position_];
        const auto major = static_cast<CborMajor>(first >> 5);
        const uint8_t info = first & 0x1f;
        if (info < 24) [[likely]] {
            ++position_;
            return {major, info, info};
        }
        return take_long_head(major, info);
    }

    // Empty when failed().
    ByteView take_bytes(uint64_t size_bytes) {
        if (size_bytes > remaining_bytes()) [[unlikely]] {
            problem_ = "a string longer than what is left";
            return {};
        }
        const ByteView bytes = input_.subspan(position_, size_bytes);
        position_ += size_bytes;
        return bytes;
    }

    // Why a read failed: corrupt, naming `what` ("dag-cbor") and the offset.
    Error error(std::string_view what) const;

private:
    CborHead take_long_head(CborMajor major, uint8_t info);

    ByteView input_;
    size_t position_ = 0;
    const char* problem_ = nullptr;
};

// Writes the head with the fewest bytes.
void append_cbor_head(Bytes& out, CborMajor major, uint64_t argument);

}  // namespace kit::formats
