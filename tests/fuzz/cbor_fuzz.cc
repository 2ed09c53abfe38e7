// cbor: what is read can be written, and reads back the same.
#include "formats/cbor.h"

#include <cstdint>

#include "base/result.h"

using namespace kit;
using namespace kit::formats;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto value = decode_cbor(ByteView(data, size));
    if (!value) return 0;
    const Bytes written = encode_cbor(*value).value();
    const auto again = decode_cbor(written);
    ASSERT(again.has_value() && *again == *value);
    ASSERT(encode_cbor(*again).value() == written);
    return 0;
}
