// A bitswap message between its bytes and its parts: what the sender wants, wants no more, has and
// has not, and blocks. Read strictly and within bounds; written so that Kubo reads it. Blocks are
// never copied on the way in, and on the way out only those that are smaller than what sharing
// them would cost.
// https://specs.ipfs.tech/bitswap-protocol/ and boxo:bitswap/message/pb/message.proto
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/cid.h"

namespace kit::exchange::bitswap {

using formats::Cid;

enum class Version : uint8_t {
    v1_0_0,  // Blocks without a prefix: CIDs of version 0 alone. Also the protocol without number.
    v1_1_0,  // Blocks with a prefix.
    v1_2_0,  // And want-have, HAVE, DONT_HAVE.
};
// "/ipfs/bitswap/1.2.0" and the older ones, by preference.
std::span<const std::string> protocols();
std::optional<Version> version_of(std::string_view protocol);
// The best that both speak; nullopt when `spoken` names no bitswap.
std::optional<Version> best_version(std::span<const std::string> spoken);
// What to send a message of this version under.
std::span<const std::string> protocols_of(Version version);

enum class WantType : uint8_t { block = 0, have = 1 };

struct WantEntry {
    Cid cid;
    int32_t priority = 1;  // Higher comes first.
    bool is_cancel = false;
    WantType type = WantType::block;
    bool wants_dont_have = false;  // DONT_HAVE is asked for.
};

// All of a CID but its digest, which whoever gets the block computes.
struct BlockPrefix {
    uint64_t version = 1;
    uint64_t codec = 0;
    uint64_t hash_code = 0;
    uint64_t digest_size_bytes = 0;

    static BlockPrefix of(const Cid& cid);
    friend bool operator==(const BlockPrefix&, const BlockPrefix&) = default;
};

struct BlockPart {
    BlockPrefix prefix;
    SharedBytes data;
};
// Hashes the block: any thread. Fails with unsupported for a hash function that we lack,
// invalid_argument for one that Kubo does not allow or a prefix that no CID has.
Result<Cid> cid_of(const BlockPart& block);

struct Presence {
    Cid cid;
    bool is_held = false;  // HAVE or DONT_HAVE.
};

struct Message {
    bool is_full = false;  // The wants replace all those of before.
    std::vector<WantEntry> wants = {};
    std::vector<BlockPart> blocks = {};
    std::vector<Presence> presences = {};
    int32_t pending_bytes = 0;  // How much more the sender has queued for the receiver.

    bool empty() const { return wants.empty() && blocks.empty() && presences.empty(); }
};

// The blocks share the frame's bytes. Fails with corrupt (naming the field and offset), or
// too_large over the bounds of limits.h.
Result<Message> decode_message(const SharedBytes& frame);

// The frame in pieces, for Host::send_frame(). Presences and prefixes are left out where the
// version has none. ASSERTs message_size_bytes_max; size_bytes_max_of() keeps below it.
std::vector<SharedBytes> encode_message(const Message& message, Version version);

// Upper bounds of what the parts take in an encoded message, for filling one up to a size.
inline constexpr size_t item_overhead_bytes_max = 64;
inline size_t size_bytes_max_of(const WantEntry& want) {
    return want.cid.bytes().size() + item_overhead_bytes_max;
}
inline size_t size_bytes_max_of(const Presence& presence) {
    return presence.cid.bytes().size() + item_overhead_bytes_max;
}
inline size_t size_bytes_max_of(const BlockPart& block) {
    return block.data.size() + item_overhead_bytes_max;
}

}  // namespace kit::exchange::bitswap
