// json: what is read can be written. Written again after a second reading it no longer changes: the
// first may turn a whole float into an integer (as Kubo does), -0.0 into 0, or one above 64 bits
// into an integer that nobody can read.
#include "formats/json.h"

#include <cstdint>

#include "base/result.h"

using namespace kit;
using namespace kit::formats;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto value = decode_json(ByteView(data, size));
    if (!value) return 0;
    const Bytes written = encode_json(*value).value();
    const auto again = decode_json(written);
    if (!again) {
        ASSERT(again.error().message.find("an integer out of range") != std::string::npos);
        return 0;
    }
    const Bytes settled = encode_json(*again).value();
    ASSERT(encode_json(decode_json(settled).value()).value() == settled);
    return 0;
}
