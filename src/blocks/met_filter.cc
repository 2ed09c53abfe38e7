#include "blocks/met_filter.h"

namespace kit::blocks {
namespace {

constexpr uint64_t first_layer_count = 1024;
constexpr uint64_t bits_per_entry = 16;  // A power of two, as the first layer is.
constexpr int probe_count = 6;

uint64_t mix(uint64_t value) {
    value ^= value >> 31;
    value *= 0x9e3779b97f4a7c15U;
    return value ^ value >> 29;
}

// Calls with the index of each bit of the entry until `visit` returns false.
template <typename Visit>
void each_bit(formats::MultihashView hash, uint64_t bit_count, const Visit& visit) {
    const uint64_t start = formats::MultihashHash()(hash);
    const uint64_t step = mix(start) | 1;
    for (uint64_t i = 0; i < probe_count; ++i) {
        if (!visit((start + i * step) & (bit_count - 1))) return;
    }
}

}  // namespace

void MetFilter::add(formats::MultihashView hash) {
    std::scoped_lock lock(mutex_);
    if (layers_.empty() || layers_.back().room_count == 0) {
        const uint64_t count = first_layer_count << layers_.size();
        layers_.push_back({count, std::vector<uint64_t>(count * bits_per_entry / 64)});
    }
    Layer& layer = layers_.back();
    --layer.room_count;
    each_bit(hash, layer.words.size() * 64, [&](uint64_t bit) {
        layer.words[bit / 64] |= uint64_t{1} << bit % 64;
        return true;
    });
}

bool MetFilter::empty() const {
    std::scoped_lock lock(mutex_);
    return layers_.empty();
}

bool MetFilter::contains(formats::MultihashView hash) const {
    std::scoped_lock lock(mutex_);
    for (const Layer& layer : layers_) {
        bool all_set = true;
        each_bit(hash, layer.words.size() * 64, [&](uint64_t bit) {
            all_set = (layer.words[bit / 64] >> bit % 64 & 1) != 0;
            return all_set;
        });
        if (all_set) return true;
    }
    return false;
}

}  // namespace kit::blocks
