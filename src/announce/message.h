// What nodes tell each other: that there is new content, who asks for some, who offers it. Each is
// one strict DAG-CBOR map with its version in it, and has one form only: what is read writes again
// to the same bytes. Layout: docs/formats/announcements.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/cid.h"
#include "formats/multiaddr.h"

namespace kit::announce {

using formats::Cid;
using formats::Multiaddr;

inline constexpr const char* announce_topic = "/ipfs-kit/announce/1";
inline constexpr const char* want_topic = "/ipfs-kit/want/1";
inline constexpr const char* offer_protocol = "/ipfs-kit/offer/1";

// "I have this." Signed by pubsub, so the sender is known; nothing else in it is proven.
struct Announcement {
    Cid cid;
    std::optional<uint64_t> size_bytes = std::nullopt;  // Of all below it.
    std::string name = {};                              // For people.
    std::string type = {};                              // A media type: "image/png".
    std::vector<std::string> tags = {};                 // Sorted, no two alike.
    std::optional<Cid> metadata = std::nullopt;         // More about it, itself content.
    int64_t time_ms = 0;                                // Since 1970, by the sender's clock.
    uint32_t load_percent = 0;                          // How busy the sender is.
    std::vector<Multiaddr> addresses = {};              // The sender's.
    friend bool operator==(const Announcement&, const Announcement&) = default;
};

// "Who has this?"
struct Want {
    Cid cid;
    uint64_t number = 0;  // Random; an offer repeats it.
    // How long an offer is of use, from when it is heard: clocks of different nodes disagree.
    uint32_t patience_ms = 0;
    std::optional<uint64_t> size_bytes_max = std::nullopt;
    std::vector<Multiaddr> addresses = {};  // The asker's.
    friend bool operator==(const Want&, const Want&) = default;
};

// "I do", to the asker alone.
struct Offer {
    Cid cid;
    uint64_t number = 0;
    std::optional<uint64_t> size_bytes = std::nullopt;
    uint32_t load_percent = 0;
    std::vector<Multiaddr> addresses = {};  // The holder's.
    friend bool operator==(const Offer&, const Offer&) = default;
};

// Fail with invalid_argument or too_large, naming the field, for what no decoder would take.
Result<Bytes> encode(const Announcement& announcement);
Result<Bytes> encode(const Want& want);
Result<Bytes> encode(const Offer& offer);

// Fail with corrupt, too_large, or unsupported for another version.
Result<Announcement> decode_announcement(ByteView message);
Result<Want> decode_want(ByteView message);
Result<Offer> decode_offer(ByteView message);

}  // namespace kit::announce
