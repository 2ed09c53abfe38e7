// However a multipart body is cut into pieces and reads, its parts are the same, and no byte of
// input makes the reader stop or run away. The first two bytes say how it is cut.
#include <algorithm>
#include <cstring>

#include "base/result.h"
#include "http/multipart.h"

using namespace kit;
using namespace kit::http;

namespace {

struct Outcome {
    bool failed = false;
    std::string parts;
};

Outcome read_all(ByteView body, size_t piece_size, size_t read_size) {
    size_t at = 0;
    auto reader = MultipartReader::create(
        "multipart/form-data; boundary=b", [&](std::span<uint8_t> out) -> Result<size_t> {
            const size_t count = std::min({out.size(), piece_size, body.size() - at});
            if (count > 0) std::memcpy(out.data(), body.data() + at, count);
            at += count;
            return count;
        });
    ASSERT(reader.has_value());
    Outcome outcome;
    Bytes piece(read_size);
    for (;;) {
        const auto head = reader->next_part();
        outcome.failed = !head;
        if (!head || !*head) return outcome;
        outcome.parts += "\n[" + std::to_string((*head)->fields().size()) + "]";
        for (;;) {
            const auto count = reader->read(piece);
            outcome.failed = !count;
            if (!count) return outcome;
            if (*count == 0) break;
            outcome.parts += as_text(ByteView(piece).first(*count));
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2) return 0;
    const ByteView body(data + 2, size - 2);
    const Outcome whole = read_all(body, body.size() + 1, 100'000);
    const Outcome cut = read_all(body, size_t{data[0]} + 1, size_t{data[1]} * 100 + 1);
    ASSERT(whole.failed == cut.failed);
    if (!whole.failed) ASSERT(whole.parts == cut.parts);
    return 0;
}
