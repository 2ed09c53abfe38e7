// A multihash that parses is written back to the same bytes, and comparing it with a message ends.
#include "base/result.h"
#include "formats/multihash.h"

using namespace kit;
using namespace kit::formats;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const ByteView input(data, size);
    const auto parsed = MultihashView::from_bytes(input);
    if (!parsed) return 0;
    ASSERT(equal(Multihash::wrap(parsed->code(), parsed->digest()).bytes(), input));
    ASSERT(Multihash(*parsed).view() == *parsed);
    const auto matched = matches(*parsed, input);
    ASSERT(matched.has_value() || matched.error().code == Code::unsupported);
    ASSERT(matched.has_value() == find_hash(parsed->code()).has_value());
    const auto computed = hash(parsed->code(), input, parsed->digest().size());
    if (computed) ASSERT(matches(*computed, input).value());
    return 0;
}
