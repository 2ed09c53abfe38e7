// Ranges, ETags and dates of a request: eight bytes of size, then the field. A range that is given
// lies within the body, and all of them together are no more work than the body is worth.
#include "base/bytes.h"
#include "base/result.h"
#include "doors/gateway/conditions.h"

using namespace kit;
using namespace kit::gateway;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    uint64_t body_size = 0;
    for (size_t i = 0; i < 8 && i < size; ++i) body_size = body_size << 8 | data[i];
    const std::string_view field = as_text(ByteView(data, size)).substr(std::min<size_t>(size, 8));
    for (const uint64_t bytes : {body_size, body_size % 1000, uint64_t{0}}) {
        const auto ranges = parse_ranges(field, bytes);
        if (!ranges) continue;
        uint64_t left_bytes = bytes;
        for (const ByteRange& range : *ranges) {
            ASSERT(range.length_bytes <= left_bytes);
            left_bytes -= range.length_bytes;
            ASSERT(range.offset_bytes <= bytes);
            ASSERT(range.length_bytes <= bytes - range.offset_bytes);
            if (range.length_bytes > 0) ASSERT(!content_range(range, bytes).empty());
        }
    }
    if (lists_strong_etag(field, "\"a\"")) ASSERT(lists_etag(field, "\"a\""));
    static_cast<void>(parse_date(field));
    return 0;
}
