// Where keys and peers lie in the DHT: at the SHA-256 of their bytes, near to each other when they
// begin with the same bits. https://github.com/libp2p/specs/blob/master/kad-dht/README.md
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "formats/multihash.h"

namespace kit::routing {

using Place = std::array<uint8_t, 32>;
inline constexpr uint32_t place_bits = 256;

Place place_of(ByteView bytes);
// How many first bits two places have in common; 256 when they are one.
uint32_t common_bits(const Place& a, const Place& b);
// The first place behind all that begin with the first `bits` of `place`; nullopt: there is none.
std::optional<Place> place_behind(const Place& place, uint32_t bits);
// The first place that begins with the first `bits` of `place`.
Place place_before(const Place& place, uint32_t bits);
// 0 at the first place, towards 1 at the last; and the place at a share of at least 0, below 1.
double share_of(const Place& place);
Place place_at(double share);
// "0110": the first `bits`.
std::string prefix_text(const Place& place, uint32_t bits);

// A key and where it lies; ordered by place.
struct PlacedKey {
    Place place;
    formats::Multihash key;

    explicit PlacedKey(formats::MultihashView hash) : place(place_of(hash.bytes())), key(hash) {}
    friend bool operator<(const PlacedKey& a, const PlacedKey& b) { return a.place < b.place; }
    friend bool operator==(const PlacedKey& a, const PlacedKey& b) { return a.place == b.place; }
};

// The `count_max` first keys from a place on, out of any number that come in any order, twice too.
class FirstKeys final {
public:
    FirstKeys(const Place& from, size_t count_max) : from_(from), count_max_(count_max) {}

    void add(formats::MultihashView key);
    // Sorted, each once.
    std::vector<PlacedKey> take();
    // Whether there were no more than those taken.
    bool is_complete() const { return is_complete_; }

private:
    void trim();

    const Place from_;
    const size_t count_max_;
    std::vector<PlacedKey> keys_;
    std::optional<Place> bound_;  // Keys from here on are too many.
    bool is_complete_ = true;
};

}  // namespace kit::routing
