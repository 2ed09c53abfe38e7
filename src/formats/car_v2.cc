#include "formats/car_v2.h"

#include <algorithm>
#include <numeric>

#include "base/limits.h"
#include "formats/varint.h"

namespace kit::formats {
namespace {

// A CARv1 header with nothing but version 2, so that readers of version 1 see what they have.
constexpr uint8_t pragma[car_v2_pragma_size_bytes] = {0x0a, 0xa1, 0x67, 'v', 'e', 'r',
                                                      's',  'i',  'o',  'n', 0x02};
constexpr uint64_t index_sorted_code = 0x0400;
constexpr uint64_t multihash_index_sorted_code = 0x0401;
constexpr uint8_t fully_indexed_bit = 0x80;  // In the first byte of the characteristics.
constexpr size_t offset_size_bytes = 8;

template <typename Number>
Number load_little_endian(const uint8_t* at) {
    Number value = 0;
    for (size_t index = 0; index < sizeof(Number); ++index) {
        value |= static_cast<Number>(Number{at[index]} << (8 * index));
    }
    return value;
}

template <typename Number>
void append_little_endian(Bytes& out, Number value) {
    for (size_t index = 0; index < sizeof(Number); ++index) {
        out.push_back(static_cast<uint8_t>(value >> (8 * index)));
    }
}

// Takes numbers and runs of bytes off the front; nullopt at the end.
class IndexReader final {
public:
    explicit IndexReader(ByteView left) : left_(left) {}

    template <typename Number>
    std::optional<Number> number() {
        if (left_.size() < sizeof(Number)) return std::nullopt;
        const auto value = load_little_endian<Number>(left_.data());
        left_ = left_.subspan(sizeof(Number));
        return value;
    }
    std::optional<ByteView> bytes(uint64_t size) {
        if (left_.size() < size) return std::nullopt;
        const ByteView taken = left_.first(size);
        left_ = left_.subspan(size);
        return taken;
    }

private:
    ByteView left_;
};

std::unexpected<Error> index_stops() {
    return fail(Code::corrupt, "CAR index: it ends before its records do");
}

int compare_digests(const uint8_t* a, const uint8_t* b, size_t size_bytes) {
    return size_bytes == 0 ? 0 : std::memcmp(a, b, size_bytes);
}

// The records of one bucket sorted by digest, then by offset.
Bytes sort_records(const Bytes& records, size_t width_bytes) {
    const size_t digest_size_bytes = width_bytes - offset_size_bytes;
    std::vector<size_t> starts(records.size() / width_bytes);
    for (size_t index = 0; index < starts.size(); ++index) starts[index] = index * width_bytes;
    std::ranges::sort(starts, [&](size_t a, size_t b) {
        const int order =
            compare_digests(records.data() + a, records.data() + b, digest_size_bytes);
        if (order != 0) return order < 0;
        return load_little_endian<uint64_t>(records.data() + a + digest_size_bytes) <
               load_little_endian<uint64_t>(records.data() + b + digest_size_bytes);
    });
    Bytes sorted;
    sorted.reserve(records.size());
    for (const size_t start : starts) append(sorted, ByteView(records).subspan(start, width_bytes));
    return sorted;
}

}  // namespace

Bytes encode_car_v2_head(uint64_t data_size_bytes, bool has_index) {
    Bytes head(std::begin(pragma), std::end(pragma));
    head.reserve(car_v2_head_size_bytes);
    head.resize(car_v2_pragma_size_bytes + 16);  // Characteristics: none.
    append_little_endian<uint64_t>(head, car_v2_head_size_bytes);
    append_little_endian<uint64_t>(head, data_size_bytes);
    append_little_endian<uint64_t>(head, has_index ? car_v2_head_size_bytes + data_size_bytes : 0);
    ASSERT(head.size() == car_v2_head_size_bytes);
    return head;
}

Result<CarV2Header> decode_car_v2_header(ByteView bytes) {
    if (bytes.size() < car_v2_header_size_bytes) {
        return fail(Code::corrupt, "CARv2 header: {} bytes instead of {}", bytes.size(),
                    car_v2_header_size_bytes);
    }
    CarV2Header header;
    header.fully_indexed = (bytes[0] & fully_indexed_bit) != 0;
    header.data_offset = load_little_endian<uint64_t>(bytes.data() + 16);
    header.data_size_bytes = load_little_endian<uint64_t>(bytes.data() + 24);
    header.index_offset = load_little_endian<uint64_t>(bytes.data() + 32);
    // Go reads these as signed numbers and refuses negative ones; so do we.
    if (header.data_offset < car_v2_head_size_bytes || header.data_offset > INT64_MAX) {
        return fail(Code::corrupt, "CARv2 header: data cannot start at byte {}",
                    header.data_offset);
    }
    if (header.data_size_bytes == 0 || header.data_size_bytes > INT64_MAX) {
        return fail(Code::corrupt, "CARv2 header: data cannot have {} bytes",
                    header.data_size_bytes);
    }
    const uint64_t data_end = header.data_offset + header.data_size_bytes;
    if (header.index_offset > INT64_MAX ||
        (header.index_offset != 0 && header.index_offset < data_end)) {
        return fail(Code::corrupt, "CARv2 header: the index cannot start at byte {}",
                    header.index_offset);
    }
    return header;
}

void CarIndexBuilder::add(MultihashView hash, uint64_t offset) {
    if (hash.is_identity()) return;
    const auto width_bytes = static_cast<uint32_t>(hash.digest().size() + offset_size_bytes);
    Bytes& records = records_[{hash.code(), width_bytes}];
    append(records, hash.digest());
    append_little_endian<uint64_t>(records, offset);
}

Bytes CarIndexBuilder::encode() const {
    // varint(0x0401), int32 count of hash functions, then for each function: uint64 code, int32
    // count of widths, then for each width: uint32 width, int64 size in bytes, sorted records.
    std::map<uint64_t, uint32_t> widths_by_code;
    for (const auto& [key, records] : records_) ++widths_by_code[key.first];

    Bytes index;
    append_varint(index, multihash_index_sorted_code);
    append_little_endian<uint32_t>(index, static_cast<uint32_t>(widths_by_code.size()));
    std::optional<uint64_t> current_code;
    for (const auto& [key, records] : records_) {
        const auto& [code, width_bytes] = key;
        if (current_code != code) {
            append_little_endian<uint64_t>(index, code);
            append_little_endian<uint32_t>(index, widths_by_code[code]);
            current_code = code;
        }
        append_little_endian<uint32_t>(index, width_bytes);
        append_little_endian<uint64_t>(index, records.size());
        append(index, sort_records(records, width_bytes));
    }
    return index;
}

Result<CarIndex> CarIndex::open(ByteView bytes) {
    const Varint format = TRY(read_varint(bytes));
    if (format.value != index_sorted_code && format.value != multihash_index_sorted_code) {
        return fail(Code::unsupported, "CAR index: format {:#x}; {:#x} and {:#x} can be read",
                    format.value, index_sorted_code, multihash_index_sorted_code);
    }
    const bool by_code = format.value == multihash_index_sorted_code;
    IndexReader reader(bytes.subspan(format.size_bytes));
    CarIndex index;
    const auto codes_count = by_code ? reader.number<uint32_t>() : std::optional<uint32_t>(1);
    if (!codes_count) return index_stops();
    for (uint32_t code_index = 0; code_index < *codes_count; ++code_index) {
        std::optional<uint64_t> code;
        if (by_code) {
            code = reader.number<uint64_t>();
            if (!code) return index_stops();
        }
        const auto widths_count = reader.number<uint32_t>();
        if (!widths_count) return index_stops();
        for (uint32_t width_index = 0; width_index < *widths_count; ++width_index) {
            const auto width_bytes = reader.number<uint32_t>();
            const auto size_bytes = reader.number<uint64_t>();
            if (!width_bytes || !size_bytes) return index_stops();
            if (*width_bytes < offset_size_bytes || *size_bytes % *width_bytes != 0) {
                return fail(Code::corrupt, "CAR index: {} bytes of records of {} bytes each",
                            *size_bytes, *width_bytes);
            }
            const auto records = reader.bytes(*size_bytes);
            if (!records) return index_stops();
            index.buckets_.push_back({code, *width_bytes, *records});
        }
    }
    return index;
}

std::optional<uint64_t> CarIndex::find(MultihashView hash) const {
    const ByteView digest = hash.digest();
    for (const Bucket& bucket : buckets_) {
        if (bucket.width_bytes != digest.size() + offset_size_bytes) continue;
        if (bucket.code && *bucket.code != hash.code()) continue;
        const uint8_t* const records = bucket.records.data();
        // Binary search for the first record that is not below the digest.
        uint64_t low = 0;
        uint64_t high = bucket.records.size() / bucket.width_bytes;
        const uint64_t count = high;
        while (low < high) {
            const uint64_t middle = low + (high - low) / 2;
            const uint8_t* const record = records + middle * bucket.width_bytes;
            if (compare_digests(record, digest.data(), digest.size()) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (low == count) continue;
        const uint8_t* const record = records + low * bucket.width_bytes;
        if (compare_digests(record, digest.data(), digest.size()) != 0) continue;
        return load_little_endian<uint64_t>(record + digest.size());
    }
    return std::nullopt;
}

uint64_t CarIndex::records_count() const {
    return std::accumulate(buckets_.begin(), buckets_.end(), uint64_t{0},
                           [](uint64_t sum, const Bucket& bucket) {
                               return sum + bucket.records.size() / bucket.width_bytes;
                           });
}

}  // namespace kit::formats
