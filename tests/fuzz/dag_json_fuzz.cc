// dag-json: what is read can be written. Written again after a second reading it no longer changes:
// the first may turn a whole float into an integer (as Kubo does), -0.0 into 0, or one above 64
// bits into an integer that nobody can read.
#include "formats/dag_json.h"

#include <cstdint>

#include "base/result.h"
#include "formats/dag_cbor.h"

using namespace kit;
using namespace kit::formats;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const ByteView block(data, size);
    const auto links = links_of_dag_json(block);
    const auto value = decode_dag_json(block);
    if (!value) return 0;
    ASSERT(links.has_value());
    ASSERT(links_of_dag_cbor(encode_dag_cbor(*value).value()).value().size() == links->size());
    const Bytes written = encode_dag_json(*value).value();
    const auto again = decode_dag_json(written);
    if (!again) {
        ASSERT(again.error().message.find("an integer out of range") != std::string::npos);
        return 0;
    }
    const Bytes settled = encode_dag_json(*again).value();
    ASSERT(encode_dag_json(decode_dag_json(settled).value()).value() == settled);
    return 0;
}
