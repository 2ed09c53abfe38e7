// dag-pb: what is read can be written, and reads back the same; the view and the node agree.
#include <cstdint>

#include "base/result.h"
#include "formats/dag_pb.h"
#include "formats/ipld.h"

using namespace kit;
using namespace kit::formats;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const ByteView block(data, size);
    const auto node = decode_dag_pb(block);
    const auto view = view_dag_pb(block);
    if (!node) return 0;
    ASSERT(view.has_value() && view->links.size() == node->links.size());
    ASSERT(view->data.has_value() == node->data.has_value());

    const Bytes written = encode_dag_pb(*node);
    ASSERT(written.size() <= size);  // Nothing is longer than its canonical form.
    const auto again = decode_dag_pb(written);
    ASSERT(again.has_value() && encode_dag_pb(*again) == written);

    const auto code = static_cast<uint64_t>(Codec::dag_pb);
    const auto links = links_of(code, block);
    ASSERT(links.has_value() && links->size() == node->links.size());
    ASSERT(decode_ipld(code, block).has_value());
    return 0;
}
