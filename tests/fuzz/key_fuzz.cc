// A key that is read is written back to what reads the same, and signs what it verifies.
#include "base/result.h"
#include "formats/key.h"
#include "formats/peer_id.h"

using namespace kit;
using namespace kit::formats;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const ByteView input(data, size);
    if (const auto key = PublicKey::from_protobuf(input)) {
        ASSERT(PublicKey::from_protobuf(key->to_protobuf()).value() == *key);
        (void)key->verifies(input, input);
        ASSERT(PeerId::from_text(PeerId::of(*key).to_text()).value().is_of(*key));
    }
    if (const auto key = PrivateKey::from_protobuf(input)) {
        ASSERT(PrivateKey::from_protobuf(key->to_protobuf()).value().public_key() ==
               key->public_key());
    }
    (void)PrivateKey::from_pem(as_text(input));
    if (const auto id = PeerId::from_bytes(input)) {
        ASSERT(PeerId::from_text(id->to_cid_text()).value() == *id);
        (void)id->public_key();
    }
    (void)PeerId::from_text(as_text(input));
    return 0;
}
