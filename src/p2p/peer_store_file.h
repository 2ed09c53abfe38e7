// Known peers between two runs, in one small file: who, where, and when last seen. Written beside
// and renamed, so that a crash leaves the old one; anything odd in it refuses the whole, for it can
// be done without.
//   "kit peers 1\n", then for each peer, every number an unsigned varint:
//   size and bytes of its id, seconds since 1970, count of addresses, size and bytes of each
#pragma once

#include "base/env.h"
#include "p2p/peer_store.h"

namespace kit::p2p {

// At most PeerStore::peers_count_max, those seen last; peers that were never met are left out.
Bytes encode_peers(std::vector<KnownPeer> peers);
// Fails with corrupt; with too_large above the bounds of PeerStore.
Result<std::vector<KnownPeer>> decode_peers(ByteView bytes);

// No file is no peers. Fails with corrupt, io_error.
Result<std::vector<KnownPeer>> load_peers(Disk& disk, const Path& path);
Result<void> save_peers(Disk& disk, const Path& path, const PeerStore& store);

}  // namespace kit::p2p
