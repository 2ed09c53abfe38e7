// Text that decodes is written back to text that decodes to the same bytes, and any bytes survive
// every base.
#include <algorithm>

#include "base/result.h"
#include "formats/multibase.h"

using namespace kit;
using namespace kit::formats;

namespace {

constexpr size_t quadratic_size_bytes_max = 2048;  // Longer numbers only cost time.

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const ByteView input(data, std::min(size, quadratic_size_bytes_max));
    if (const auto decoded = decode_multibase(as_text(input))) {
        const std::string text = encode_multibase(decoded->base, decoded->bytes);
        ASSERT(text.size() == input.size());
        const auto again = decode_multibase(text);
        ASSERT(again.has_value() && again->bytes == decoded->bytes);
    }
    for (const BaseInfo& info : known_bases()) {
        const auto decoded = decode_base(info.base, encode_base(info.base, input));
        ASSERT(decoded.has_value() && equal(*decoded, input));
    }
    return 0;
}
