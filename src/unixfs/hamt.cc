#include "unixfs/hamt.h"

#include <algorithm>
#include <bit>

#include "formats/murmur3.h"

namespace kit::unixfs {

Result<HamtShape> HamtShape::create(uint64_t fanout) {
    if (fanout < hamt_fanout_min || fanout > hamt_fanout_max || !std::has_single_bit(fanout)) {
        return fail(Code::invalid_argument,
                    "HAMT fanout must be a power of 2, between 8 and 1024 (got {})", fanout);
    }
    return HamtShape(static_cast<uint32_t>(std::countr_zero(fanout)));
}

HamtShape::HamtShape(uint32_t bits) : bits_(bits), prefix_size_((bits + 3) / 4) {}

std::string HamtShape::prefix(uint32_t slot) const {
    ASSERT(slot < fanout());
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out(prefix_size_, '0');
    for (size_t i = prefix_size_; i > 0; slot >>= 4) out[--i] = digits[slot & 15];
    return out;
}

std::optional<uint32_t> HamtShape::slot_of(std::string_view link_name) const {
    if (link_name.size() < prefix_size_) return std::nullopt;
    uint32_t slot = 0;
    for (const char c : link_name.substr(0, prefix_size_)) {
        const bool is_letter = c >= 'A' && c <= 'F';
        if (!is_letter && (c < '0' || c > '9')) return std::nullopt;
        slot = slot << 4 | static_cast<uint32_t>(is_letter ? c - 'A' + 10 : c - '0');
    }
    if (slot >= fanout()) return std::nullopt;
    return slot;
}

uint64_t hamt_hash(std::string_view name) {
    return formats::murmur3_x64_64(as_bytes(name));
}

Bytes HamtBitfield::to_bytes() const {
    const auto first = std::ranges::find_if(bytes_, [](uint8_t byte) { return byte != 0; });
    return {first, bytes_.end()};
}

}  // namespace kit::unixfs
