// Peers and content by name, for tests.
#pragma once

#include <string_view>

#include "formats/cid.h"
#include "formats/peer_id.h"

namespace kit::announce::testing {

inline formats::Multihash hash_of(std::string_view text) {
    const ByteView piece = as_bytes(text);
    return formats::sha2_256(std::span(&piece, 1));
}
inline formats::Cid cid_of(std::string_view text) {
    return formats::Cid::v1(formats::Codec::raw, hash_of(text));
}
inline formats::PeerId peer_of(std::string_view text) {
    return formats::PeerId::from_bytes(hash_of(text).bytes()).value();
}

}  // namespace kit::announce::testing
