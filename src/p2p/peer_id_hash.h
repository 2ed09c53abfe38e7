// Peers as keys of hash maps.
#pragma once

#include "formats/peer_id.h"

namespace kit::p2p {

struct PeerIdHash {
    size_t operator()(const formats::PeerId& peer) const {
        return formats::MultihashHash()(peer.hash());
    }
};

}  // namespace kit::p2p
