// CAR: a stream gives the same blocks, roots and end however it is cut; an index may be anything.
// The first byte of the input says how large the pieces are.
#include "formats/car.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/result.h"
#include "formats/car_v2.h"

using namespace kit;
using namespace kit::formats;

namespace {

struct Walked {
    std::vector<std::pair<Cid, Bytes>> blocks;
    std::vector<Cid> roots;
    bool whole = true;
    friend bool operator==(const Walked&, const Walked&) = default;
};

Walked walk(ByteView car, size_t piece_size_bytes) {
    Walked walked;
    CarReader reader;
    while (walked.whole && !car.empty()) {
        const Bytes piece = to_bytes(car.first(std::min(piece_size_bytes, car.size())));
        car = car.subspan(piece.size());
        reader.feed(piece);
        for (;;) {
            const auto section = reader.next();
            if (!section) walked.whole = false;
            if (!section || !*section) break;
            walked.blocks.emplace_back((*section)->cid, to_bytes((*section)->body));
        }
    }
    walked.whole = walked.whole && reader.finish().has_value();
    walked.roots = reader.roots();
    return walked;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) return 0;
    const size_t piece_size_bytes = size_t{data[0]} + 1;
    const ByteView car(data + 1, size - 1);
    const Walked whole = walk(car, SIZE_MAX);
    ASSERT(walk(car, piece_size_bytes) == whole);

    if (whole.whole) {
        Bytes written = encode_car_header(whole.roots);
        for (const auto& [cid, body] : whole.blocks) {
            append(written, encode_car_section_head(cid, body.size()));
            append(written, body);
        }
        ASSERT(walk(written, piece_size_bytes) == whole);
    }
    if (const auto index = CarIndex::open(car)) {
        for (const auto& [cid, body] : whole.blocks) (void)index->find(cid.hash());
        (void)index->find(sha2_256({{car}}));
    }
    return 0;
}
