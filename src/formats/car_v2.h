// CARv2: a pragma, a fixed header, a CARv1 and an index from multihash to place, so that one block
// is found without reading the whole file. Read both index formats, write MultihashIndexSorted.
// https://ipld.io/specs/transport/car/carv2/
//   51 bytes: encode_car_v2_head(data size, has index) | CARv1 | CarIndexBuilder::encode()
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/multihash.h"

namespace kit::formats {

inline constexpr uint64_t car_v2_pragma_size_bytes = 11;
inline constexpr uint64_t car_v2_header_size_bytes = 40;
inline constexpr uint64_t car_v2_head_size_bytes =
    car_v2_pragma_size_bytes + car_v2_header_size_bytes;

struct CarV2Header {
    bool fully_indexed = false;    // The index has every section, identity CIDs too.
    uint64_t data_offset = 0;      // Of the CARv1, from the start of the file.
    uint64_t data_size_bytes = 0;  // Of the CARv1.
    uint64_t index_offset = 0;     // From the start of the file; 0 when there is none.
};

// Pragma and header of a file without padding: data at byte 51, and the index straight after it.
Bytes encode_car_v2_head(uint64_t data_size_bytes, bool has_index);
// The 40 bytes after the pragma. Fails with corrupt when the offsets make no sense.
Result<CarV2Header> decode_car_v2_header(ByteView bytes);

// Collects what an index says; one thread, 8 bytes and the digest of memory for each block.
class CarIndexBuilder final {
public:
    // `offset` is that of the section from the start of the CARv1. Identity multihashes carry
    // their content, so they are left out.
    void add(MultihashView hash, uint64_t offset);
    // The index with its format code: MultihashIndexSorted (0x0401), the same bytes whatever the
    // order of add().
    Bytes encode() const;

private:
    // (hash function, digest size) -> records of digest and offset, one after the other.
    std::map<std::pair<uint64_t, uint32_t>, Bytes> records_;
};

// Looks blocks up in the bytes of an index; made for indexes that are mapped. Any thread.
class CarIndex final {
public:
    // `bytes`, with the format code, must outlive the index. Fails with corrupt, or unsupported for
    // a format that is neither IndexSorted nor MultihashIndexSorted.
    static Result<CarIndex> open(ByteView bytes);

    // The first section of the CARv1 with this hash. IndexSorted keeps digests only, so there the
    // CID that stands at the offset has to be compared.
    std::optional<uint64_t> find(MultihashView hash) const;
    uint64_t records_count() const;

private:
    struct Bucket {
        std::optional<uint64_t> code;  // Absent in IndexSorted.
        uint64_t width_bytes;          // Of a record: digest and 8 bytes of offset.
        ByteView records;
    };
    std::vector<Bucket> buckets_;
};

}  // namespace kit::formats
