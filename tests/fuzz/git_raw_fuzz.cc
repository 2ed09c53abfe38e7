// git-raw: what is read and can be written again is mended by it: a second writing changes nothing.
#include <algorithm>
#include <cstdint>

#include "base/result.h"
#include "formats/git_raw.h"

using namespace kit;
using namespace kit::formats;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const ByteView block(data, size);
    const auto links = links_of_git_raw(block);
    const auto value = decode_git_raw(block);
    if (!value) return 0;
    ASSERT(links.has_value());
    const auto written = encode_git_raw(*value);
    if (!written) return 0;
    // Lines are cut at 4096 bytes, and lose a '\r' before a newline: such text changes again.
    if (written->size() > 4096 || std::ranges::find(block, '\r') != block.end()) return 0;
    const auto again = decode_git_raw(*written);
    ASSERT(again.has_value() && encode_git_raw(*again).value() == *written);
    ASSERT(links_of_git_raw(*written).value() == *links);
    return 0;
}
