// Records are read and judged without a crash, and the judgement says no more than the content.
#include "base/result.h"
#include "formats/ipns_record.h"

using namespace kit;
using namespace kit::formats;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const ByteView input(data, size);
    (void)from_rfc3339(as_text(input));
    const auto record = IpnsRecord::from_bytes(input);
    if (!record) return 0;
    ASSERT(equal(record->bytes(), input));
    const auto content = record->content();
    const PeerId name =
        PeerId::from_text("k51qzi5uqu5dlxdsdu5fpuu7h69wu4ohp32iwm9pdt9nq3y5rpn3ln9j12zfhe").value();
    if (record->validate(name, {})) ASSERT(content.has_value());
    if (content) ASSERT(compare_records(*record, *record).value() == 0);
    return 0;
}
