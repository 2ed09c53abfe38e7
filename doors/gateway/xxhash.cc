#include "doors/gateway/xxhash.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace kit::gateway {
namespace {

constexpr std::array<uint64_t, 5> primes = {0x9e3779b185ebca87, 0xc2b2ae3d27d4eb4f,
                                            0x165667b19e3779f9, 0x85ebca77c2b2ae63,
                                            0x27d4eb2f165667c5};

template <typename Word>
Word read_word(const uint8_t* at) {
    Word word = 0;
    std::memcpy(&word, at, sizeof(word));  // Little-endian, as every machine we build for.
    return word;
}

uint64_t round(uint64_t lane, uint64_t input) {
    return std::rotl(lane + input * primes[1], 31) * primes[0];
}

uint64_t mix_lanes(std::array<uint64_t, 4>& lanes) {
    uint64_t hash = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) +
                    std::rotl(lanes[3], 18);
    for (const uint64_t lane : lanes) hash = (hash ^ round(0, lane)) * primes[0] + primes[3];
    return hash;
}

}  // namespace

uint64_t xxhash64(ByteView bytes) {
    const uint8_t* at = bytes.data();
    size_t left = bytes.size();
    uint64_t hash = primes[4];
    if (left >= 32) {
        std::array<uint64_t, 4> lanes = {primes[0] + primes[1], primes[1], 0, 0 - primes[0]};
        for (; left >= 32; left -= 32, at += 32) {
            for (size_t i = 0; i < 4; ++i) {
                lanes[i] = round(lanes[i], read_word<uint64_t>(at + 8 * i));
            }
        }
        hash = mix_lanes(lanes);
    }
    hash += bytes.size();
    for (; left >= 8; left -= 8, at += 8) {
        hash = std::rotl(hash ^ round(0, read_word<uint64_t>(at)), 27) * primes[0] + primes[3];
    }
    if (left >= 4) {
        hash = std::rotl(hash ^ (read_word<uint32_t>(at) * primes[0]), 23) * primes[1] + primes[2];
        left -= 4;
        at += 4;
    }
    for (; left > 0; --left, ++at) hash = std::rotl(hash ^ (*at * primes[4]), 11) * primes[0];
    hash = (hash ^ (hash >> 33)) * primes[1];
    hash = (hash ^ (hash >> 29)) * primes[2];
    return hash ^ (hash >> 32);
}

std::string base32_text(uint64_t number) {
    std::string text;
    do {
        text.push_back("0123456789abcdefghijklmnopqrstuv"[number & 31]);
        number >>= 5;
    } while (number != 0);
    std::ranges::reverse(text);
    return text;
}

}  // namespace kit::gateway
