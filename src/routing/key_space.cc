#include "routing/key_space.h"

#include <algorithm>
#include <bit>
#include <span>

namespace kit::routing {

Place place_of(ByteView bytes) {
    const formats::Multihash hash = formats::sha2_256(std::span(&bytes, 1));
    Place place{};
    std::ranges::copy(hash.digest(), place.begin());
    return place;
}

uint32_t common_bits(const Place& a, const Place& b) {
    for (uint32_t i = 0; i < a.size(); ++i) {
        const auto difference = static_cast<uint8_t>(a[i] ^ b[i]);
        if (difference != 0) return 8 * i + static_cast<uint32_t>(std::countl_zero(difference));
    }
    return place_bits;
}

Place place_before(const Place& place, uint32_t bits) {
    Place before{};
    for (uint32_t i = 0; i < bits; ++i) {
        const auto mask = static_cast<uint8_t>(0x80 >> i % 8);
        if ((place[i / 8] & mask) != 0) before[i / 8] |= mask;
    }
    return before;
}

std::optional<Place> place_behind(const Place& place, uint32_t bits) {
    Place behind = place_before(place, bits);
    // One more in the last of these bits, carried to the front.
    for (uint32_t i = bits; i-- > 0;) {
        const auto mask = static_cast<uint8_t>(0x80 >> i % 8);
        behind[i / 8] ^= mask;
        if ((behind[i / 8] & mask) != 0) return behind;
    }
    return std::nullopt;
}

double share_of(const Place& place) {
    double share = 0;
    for (size_t i = 8; i-- > 0;) share = (share + place[i]) / 256;
    return share;
}

Place place_at(double share) {
    Place place{};
    for (size_t i = 0; i < 6; ++i) {
        share *= 256;
        place[i] = static_cast<uint8_t>(std::clamp(share, 0.0, 255.0));
        share -= place[i];
    }
    return place;
}

std::string prefix_text(const Place& place, uint32_t bits) {
    std::string text;
    for (uint32_t i = 0; i < std::min(bits, place_bits); ++i) {
        text += (place[i / 8] & 0x80 >> i % 8) != 0 ? '1' : '0';
    }
    return text;
}

void FirstKeys::add(formats::MultihashView key) {
    PlacedKey placed(key);
    if (placed.place < from_) return;
    if (bound_ && placed.place >= *bound_) {
        is_complete_ = false;
        return;
    }
    keys_.push_back(std::move(placed));
    if (keys_.size() >= 2 * count_max_) trim();
}

void FirstKeys::trim() {
    std::ranges::sort(keys_, [](const PlacedKey& a, const PlacedKey& b) { return a < b; });
    const auto doubles = std::ranges::unique(keys_);
    keys_.erase(doubles.begin(), doubles.end());
    if (keys_.size() <= count_max_) return;
    is_complete_ = false;
    bound_ = keys_[count_max_].place;
    keys_.erase(keys_.begin() + static_cast<ptrdiff_t>(count_max_), keys_.end());
}

std::vector<PlacedKey> FirstKeys::take() {
    trim();
    return std::move(keys_);
}

}  // namespace kit::routing
