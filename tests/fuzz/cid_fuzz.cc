// A CID that parses, from bytes or text, is written back to what names the same.
#include "base/result.h"
#include "formats/cid.h"

using namespace kit;
using namespace kit::formats;

namespace {

void check(const Cid& cid) {
    ASSERT(!cid.empty() && cid.version() <= 1);
    ASSERT(Cid::from_bytes(cid.bytes()).value() == cid);
    ASSERT(MultihashView::from_bytes(cid.hash().bytes()).value() == cid.hash());
    ASSERT(Cid::from_text(cid.to_text()).value() == cid);
    const Cid upgraded = cid.to_v1();
    ASSERT(upgraded.codec() == cid.codec() && upgraded.hash() == cid.hash());
    for (const BaseInfo& info : known_bases()) {
        ASSERT(Cid::from_text(cid.to_text(info.base)).value().to_v1() == upgraded);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const ByteView input(data, size);
    if (const auto cid = Cid::from_text(as_text(input))) check(*cid);
    const auto whole = Cid::from_bytes(input);
    const auto prefix = Cid::from_prefix(input);
    if (whole) ASSERT(prefix.has_value() && prefix->cid == *whole && prefix->size_bytes == size);
    if (!prefix) return 0;
    ASSERT(prefix->size_bytes <= size && whole.has_value() == (prefix->size_bytes == size));
    check(prefix->cid);
    return 0;
}
