#include "formats/cbor_reader.h"

namespace kit::formats {

CborHead CborReader::take_long_head(CborMajor major, uint8_t info) {
    if (info > 27) {
        problem_ = info == 31 ? "an indefinite length, which IPLD does not allow"
                              : "a head that CBOR reserves";
        return {};
    }
    const size_t size_bytes = size_t{1} << (info - 24);
    if (size_bytes > remaining_bytes() - 1) {
        problem_ = "the end inside a number";
        return {};
    }
    uint64_t argument = 0;
    for (size_t index = 1; index <= size_bytes; ++index) {
        argument = argument << 8 | input_[position_ + index];
    }
    if (major != CborMajor::simple) {
        // One byte is for numbers from 24 on; each longer form for what the one before cannot say.
        const uint64_t least = info == 24 ? 24 : uint64_t{1} << (8 * size_bytes / 2);
        if (argument < least) {
            problem_ = "a number in more bytes than it needs";
            return {};
        }
    }
    position_ += 1 + size_bytes;
    return {major, info, argument};
}

Error CborReader::error(std::string_view what) const {
    return fail(Code::corrupt, "{}: {} at byte {} of {}", what,
                failed() ? problem_ : "nothing wrong", position_, input_.size())
        .error();
}

void append_cbor_head(Bytes& out, CborMajor major, uint64_t argument) {
    const auto first = static_cast<uint8_t>(static_cast<uint8_t>(major) << 5);
    if (argument < 24) {
        out.push_back(static_cast<uint8_t>(first | argument));
        return;
    }
    const int size_log2 = argument <= UINT8_MAX    ? 0
                          : argument <= UINT16_MAX ? 1
                          : argument <= UINT32_MAX ? 2
                                                   : 3;
    out.push_back(static_cast<uint8_t>(first | (24 + size_log2)));
    for (int shift = 8 * (1 << size_log2) - 8; shift >= 0; shift -= 8) {
        out.push_back(static_cast<uint8_t>(argument >> shift));
    }
}

}  // namespace kit::formats
