// The file of known peers: what is read is written again as it was, but for what is left out.
#include "p2p/peer_store_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto peers = kit::p2p::decode_peers(kit::ByteView(data, size));
    if (!peers) return 0;
    const kit::Bytes written = kit::p2p::encode_peers(*peers);
    const auto again = kit::p2p::decode_peers(written);
    if (!again || again->size() > peers->size()) __builtin_trap();
    if (kit::p2p::encode_peers(*again) != written) __builtin_trap();
    return 0;
}
