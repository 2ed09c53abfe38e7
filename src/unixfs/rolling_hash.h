// The two rolling hashes by which content-defined chunkers cut. Both look at a window of the last
// few bytes; a cut is where the low bits of its hash are zero.
#pragma once

#include <array>

#include "base/bytes.h"

namespace kit::unixfs {

// Rabin's fingerprint over a window of 16 bytes, as github.com/whyrusleeping/chunker has it.
class RabinHash final {
public:
    static constexpr size_t window_size = 16;
    RabinHash();
    // The first position from `min` on where the fingerprint of the window before it has no bit of
    // `mask`, or the end. `min` is at least window_size and less than bytes.size().
    size_t find_cut(ByteView bytes, size_t min, uint64_t mask) const;

private:
    std::array<uint64_t, 256> out_;  // What a byte leaves behind when it falls out of the window.
    std::array<uint64_t, 256> mod_;  // Reduces the top eight bits in one step.
};

// As boxo:chunker/buzhash.go, over a window of 32 bytes; same terms as RabinHash::find_cut.
size_t find_buzhash_cut(ByteView bytes, size_t min, uint32_t mask);

}  // namespace kit::unixfs
