// What a delegated router answers: read in both forms, however it is cut, without a crash, and the
// same records come out of the same lines.
#include <string>

#include "base/result.h"
#include "routing/record_decoder.h"

using namespace kit;
using namespace kit::routing;

namespace {

std::string decode(RecordForm form, ByteView input, size_t piece_size) {
    std::string found;
    RecordDecoder decoder(form, [&](const PeerRecord& record) -> Result<bool> {
        found += record.peer.peer.to_text();
        for (const auto& address : record.peer.addresses) found += address.to_text();
        for (const std::string& protocol : record.protocols) found += protocol;
        return true;
    });
    for (size_t at = 0; at < input.size(); at += piece_size) {
        const auto more = decoder.read(input.subspan(at, std::min(piece_size, input.size() - at)));
        if (!more) return found + "!";
    }
    if (!decoder.finish()) found += "!";
    return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const ByteView input(data, size);
    (void)decode(RecordForm::json, input, size + 1);
    ASSERT(decode(RecordForm::lines, input, size + 1) == decode(RecordForm::lines, input, 3));
    return 0;
}
