// How a sharded directory (HAMT) places a name: slices of the name's hash, most significant bits
// first, choose a slot on each level; the slot in hexadecimal stands before the name in the link.
// Shared by what writes directories and what reads them. https://specs.ipfs.tech/unixfs/
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace kit::unixfs {

inline constexpr uint64_t hamt_hash_type = 0x22;  // murmur3-x64-64.

inline constexpr uint32_t hamt_fanout_min = 8;
inline constexpr uint32_t hamt_fanout_max = 1024;

// A node's width, and what follows from it.
class HamtShape final {
public:
    // Fails with invalid_argument unless `fanout` is a power of two from 8 to 1024.
    static Result<HamtShape> create(uint64_t fanout);

    uint32_t fanout() const { return uint32_t{1} << bits_; }
    // Hexadecimal digits before each link's name.
    size_t prefix_size() const { return prefix_size_; }
    // The slot of a name with this hash on this level (0: the root); nullopt when the hash has no
    // bits left: the directory is too deep.
    std::optional<uint32_t> slot(uint64_t hash, uint32_t level) const {
        const uint32_t end = (level + 1) * bits_;
        if (end > 64) return std::nullopt;
        return static_cast<uint32_t>(hash >> (64 - end)) & (fanout() - 1);
    }
    // "0A" for slot 10 of 256: upper case, padded to prefix_size().
    std::string prefix(uint32_t slot) const;
    // The slot that a link's name starts with; nullopt when it starts with none.
    std::optional<uint32_t> slot_of(std::string_view link_name) const;

private:
    explicit HamtShape(uint32_t bits);
    uint32_t bits_;
    size_t prefix_size_;
};

uint64_t hamt_hash(std::string_view name);

// Which slots of a node are taken; Data of its UnixFS message.
class HamtBitfield final {
public:
    explicit HamtBitfield(uint32_t fanout) : bytes_(fanout / 8) {}
    void set(uint32_t slot) {
        bytes_[bytes_.size() - 1 - slot / 8] |= static_cast<uint8_t>(1 << (slot % 8));
    }
    // Big-endian without leading zero bytes.
    Bytes to_bytes() const;

private:
    Bytes bytes_;
};

}  // namespace kit::unixfs
