// A block is bytes with a CID that its hash bears out. Here are the two shapes it has on its way:
// NewBlock going in (views, in pieces, so that nothing is copied) and SharedBytes coming out.
#pragma once

#include <array>

#include "base/bytes.h"
#include "formats/cid.h"

namespace kit::blocks {

// To be stored: the body is head + body + tail, any of which may be empty. A UnixFS leaf is its
// dag-pb frame around the chunk that was read, without a second copy. Whoever makes one has
// hashed the pieces: the store does not hash again. The views live until put() returns.
struct NewBlock {
    formats::Cid cid;
    ByteView head;
    ByteView body;
    ByteView tail;

    uint64_t size_bytes() const { return head.size() + body.size() + tail.size(); }
    std::array<ByteView, 3> pieces() const { return {head, body, tail}; }
};

}  // namespace kit::blocks
