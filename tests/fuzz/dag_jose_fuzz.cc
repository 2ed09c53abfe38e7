// dag-jose: what is read and can be written again is mended by it: a second writing changes
// nothing.
#include <cstdint>

#include "base/result.h"
#include "formats/dag_jose.h"

using namespace kit;
using namespace kit::formats;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const ByteView block(data, size);
    const auto links = links_of_dag_jose(block);
    const auto value = decode_dag_jose(block);
    if (!value) return 0;
    ASSERT(links.has_value());
    const auto written = encode_dag_jose(*value);
    if (!written) return 0;
    const auto again = decode_dag_jose(*written);
    ASSERT(again.has_value() && encode_dag_jose(*again).value() == *written);
    ASSERT(links_of_dag_jose(*written).value() == *links);
    return 0;
}
