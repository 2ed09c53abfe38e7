// An address that parses, from bytes or text, is the same after a way through the other form.
#include "base/result.h"
#include "formats/multiaddr.h"

using namespace kit;
using namespace kit::formats;

namespace {

void check(const Multiaddr& address) {
    ASSERT(!address.empty());
    ASSERT(Multiaddr::from_bytes(address.bytes()).value() == address);
    ASSERT(Multiaddr::from_text(address.to_text()).value() == address);
    ASSERT(address.decapsulate(address).empty());
    for (const MultiaddrPart& part : address.parts()) {
        ASSERT(address.find(part.protocol).has_value());
        ASSERT(!protocol_name(part.protocol).empty());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const ByteView input(data, size);
    if (const auto address = Multiaddr::from_text(as_text(input))) check(*address);
    if (const auto address = Multiaddr::from_bytes(input)) check(*address);
    return 0;
}
