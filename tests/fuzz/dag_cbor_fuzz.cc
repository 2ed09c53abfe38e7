// dag-cbor: strict reading accepts canonical bytes only; what Kubo reads is mended by writing it.
#include <cstdint>

#include "base/result.h"
#include "formats/dag_cbor.h"

using namespace kit;
using namespace kit::formats;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const ByteView block(data, size);
    const auto links = links_of_dag_cbor(block);
    const auto strict = decode_dag_cbor(block, DagCborForm::strict);
    const auto loose = decode_dag_cbor(block, DagCborForm::as_kubo);
    if (strict) {
        ASSERT(loose.has_value());
        ASSERT(equal(encode_dag_cbor(*strict).value(), block));
    }
    if (!loose) return 0;
    ASSERT(links.has_value());
    const Bytes written = encode_dag_cbor(*loose).value();
    const auto again = decode_dag_cbor(written, DagCborForm::strict);
    ASSERT(again.has_value() && encode_dag_cbor(*again).value() == written);
    ASSERT(links_of_dag_cbor(written).value().size() == links->size());
    return 0;
}
