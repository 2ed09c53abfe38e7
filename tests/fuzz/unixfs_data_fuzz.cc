// UnixFS messages: whatever is read is written and read again as the same.
#include <cstdint>
#include <cstdlib>

#include "unixfs/data.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto message = kit::unixfs::decode_unixfs({data, size});
    if (!message) return 0;
    const kit::Bytes encoded = kit::unixfs::encode_unixfs(*message);
    const auto again = kit::unixfs::decode_unixfs(encoded);
    if (!again || kit::unixfs::encode_unixfs(*again) != encoded) std::abort();
    return 0;
}
