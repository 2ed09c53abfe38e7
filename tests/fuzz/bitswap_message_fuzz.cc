// A bitswap message: what is read can be written, and reads back the same; blocks lie inside the
// frame, and hashing them ends in a CID or an error.
#include <cstdint>

#include "base/result.h"
#include "exchange/bitswap/message.h"

using namespace kit;
using namespace kit::exchange::bitswap;

namespace {

Bytes joined(const Message& message) {
    Bytes frame;
    for (const SharedBytes& piece : encode_message(message, Version::v1_2_0)) {
        append(frame, piece.view());
    }
    return frame;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const SharedBytes frame = SharedBytes::from(Bytes(data, data + size));
    const auto message = decode_message(frame);
    if (!message) return 0;
    size_t block_bytes = 0;
    for (const BlockPart& block : message->blocks) {
        block_bytes += block.data.size();
        const auto cid = cid_of(block);
        if (cid) ASSERT(BlockPrefix::of(*cid) == block.prefix);
    }
    ASSERT(block_bytes <= size);

    const Bytes written = joined(*message);
    const auto again = decode_message(SharedBytes::from(written));
    ASSERT(again.has_value() && joined(*again) == written);
    ASSERT(again->wants.size() == message->wants.size());
    ASSERT(again->presences.size() == message->presences.size());
    return 0;
}
