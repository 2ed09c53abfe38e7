// The reader keeps at most one section, and only when it straddles two feeds: what lies whole in
// the bytes just fed is given out as a view of them, so a file that is mapped or read in large
// pieces is walked without copies.
#include "formats/car.h"

#include <algorithm>

#include "base/limits.h"
#include "formats/car_v2.h"
#include "formats/cbor_reader.h"
#include "formats/varint.h"

namespace kit::formats {
namespace {

void append_text(Bytes& out, std::string_view text) {
    append_cbor_head(out, CborMajor::text, text.size());
    append(out, as_bytes(text));
}

std::unexpected<Error> header_failure(const CborReader& reader) {
    return std::unexpected(reader.error("CAR header"));
}

// Tag 42 around 0x00 and the CID's bytes: how DAG-CBOR writes a link.
Result<Cid> read_root(CborReader& reader) {
    const CborHead tag = reader.take_head();
    const CborHead string = reader.take_head();
    if (reader.failed()) return header_failure(reader);
    if (tag.major != CborMajor::tag || tag.argument != cbor_link_tag ||
        string.major != CborMajor::bytes) {
        return fail(Code::corrupt, "CAR header: a root is no CID");
    }
    const ByteView bytes = reader.take_bytes(string.argument);
    if (reader.failed()) return header_failure(reader);
    if (bytes.empty() || bytes.front() != 0) {
        return fail(Code::corrupt, "CAR header: a root does not start with the zero byte");
    }
    auto cid = Cid::from_bytes(bytes.subspan(1));
    if (!cid) return fail(Code::corrupt, "CAR header: a root: {}", cid.error().message);
    return *std::move(cid);
}

Result<std::vector<Cid>> read_roots(CborReader& reader) {
    const CborHead list = reader.take_head();
    if (reader.failed()) return header_failure(reader);
    std::vector<Cid> roots;
    // go-car writes null where it was given no roots at all.
    if (list.major == CborMajor::simple && list.info == cbor_null) return roots;
    if (list.major != CborMajor::list) {
        return fail(Code::corrupt, "CAR header: roots are no list");
    }
    for (uint64_t index = 0; index < list.argument; ++index) {
        Cid root = TRY(read_root(reader));
        roots.push_back(std::move(root));
    }
    return roots;
}

// Whether the input holds the last byte of the varint that it starts with, or more bytes than any
// varint has, which reading it will refuse.
bool has_whole_varint(ByteView input) {
    const size_t size_bytes = std::min(input.size(), varint_size_bytes_max);
    const auto start = input.begin();
    return std::any_of(start, start + static_cast<std::ptrdiff_t>(size_bytes),
                       [](uint8_t byte) { return byte < 0x80; }) ||
           size_bytes == varint_size_bytes_max;
}

}  // namespace

Result<CarHeader> decode_car_header(ByteView map) {
    CborReader reader(map);
    const CborHead head = reader.take_head();
    if (reader.failed()) return header_failure(reader);
    if (head.major != CborMajor::map) return fail(Code::corrupt, "CAR header: not a CBOR map");
    CarHeader header;
    bool has_roots = false;
    bool has_version = false;
    for (uint64_t index = 0; index < head.argument; ++index) {
        const CborHead key_head = reader.take_head();
        const ByteView key_bytes =
            reader.take_bytes(key_head.major == CborMajor::text ? key_head.argument : UINT64_MAX);
        if (reader.failed()) return header_failure(reader);
        const std::string_view key = as_text(key_bytes);
        if (key == "roots" && !has_roots) {
            header.roots = TRY(read_roots(reader));
            has_roots = true;
        } else if (key == "version" && !has_version) {
            const CborHead version = reader.take_head();
            if (reader.failed()) return header_failure(reader);
            if (version.major != CborMajor::unsigned_integer || version.argument < 1 ||
                version.argument > 2) {
                return fail(Code::unsupported, "CAR: version {}; versions 1 and 2 can be read",
                            version.argument);
            }
            header.version = static_cast<int>(version.argument);
            has_version = true;
        } else {
            return fail(Code::corrupt, "CAR header: a field that is unknown or there twice");
        }
    }
    if (!has_version) return fail(Code::corrupt, "CAR header: no version");
    if (!reader.at_end()) return fail(Code::corrupt, "CAR header: bytes after its map");
    return header;
}

Bytes encode_car_header(std::span<const Cid> roots) {
    Bytes map;
    append_cbor_head(map, CborMajor::map, 2);
    append_text(map, "roots");
    append_cbor_head(map, CborMajor::list, roots.size());
    for (const Cid& root : roots) {
        append_cbor_head(map, CborMajor::tag, cbor_link_tag);
        append_cbor_head(map, CborMajor::bytes, 1 + root.bytes().size());
        map.push_back(0);
        append(map, root.bytes());
    }
    append_text(map, "version");
    append_cbor_head(map, CborMajor::unsigned_integer, 1);

    Bytes section;
    section.reserve(varint_size(map.size()) + map.size());
    append_varint(section, map.size());
    append(section, map);
    return section;
}

Bytes encode_car_section_head(const Cid& cid, uint64_t body_size_bytes) {
    const uint64_t section_size_bytes = cid.bytes().size() + body_size_bytes;
    Bytes head(varint_size(section_size_bytes) + cid.bytes().size());
    const size_t written = write_varint(head.data(), section_size_bytes);
    std::ranges::copy(cid.bytes(), head.begin() + static_cast<std::ptrdiff_t>(written));
    return head;
}

void CarReader::feed(ByteView more) {
    ASSERT(input_.empty());  // next() takes all of a feed before it asks for more.
    input_ = more;
}

Result<std::optional<CarReader::Section>> CarReader::next() {
    if (error_) return std::unexpected(*error_);
    auto section = advance();
    if (!section) error_ = section.error();
    return section;
}

Result<std::optional<CarReader::Section>> CarReader::advance() {
    for (;;) {
        if (buffer_spent_) {
            buffer_.clear();
            buffer_spent_ = false;
        }
        switch (state_) {
            case State::header:
            case State::inner_header: {
                const bool done = TRY(read_header());
                if (!done) return std::nullopt;
                break;
            }
            case State::v2_head: {
                const bool done = TRY(read_v2_head());
                if (!done) return std::nullopt;
                break;
            }
            case State::skip:
                if (!skip_padding()) return std::nullopt;
                break;
            case State::sections:
                if (offset_bytes_ != data_end_) return read_section();
                state_ = State::done;
                break;
            case State::done:
                // The index of version 2 and whatever follows it is not needed to read blocks.
                input_ = {};
                return std::nullopt;
        }
    }
}

Result<bool> CarReader::read_header() {
    const auto size_bytes = TRY(measure_section(limits::car_header_size_bytes_max));
    if (!size_bytes) return false;
    const auto section = gather(*size_bytes);
    if (!section) return false;
    const Varint length = TRY(read_varint(*section));
    CarHeader header = TRY(decode_car_header(section->subspan(length.size_bytes)));
    pass(*size_bytes);
    if (state_ == State::inner_header && header.version != 1) {
        return fail(Code::corrupt, "CAR: version 2 holds a CAR that is not of version 1");
    }
    if (header.version == 2) {
        version_ = 2;
        state_ = State::v2_head;
        return true;
    }
    if (version_ == 0) version_ = 1;
    roots_ = std::move(header.roots);
    header_done_ = true;
    state_ = State::sections;
    return true;
}

Result<bool> CarReader::read_v2_head() {
    const auto bytes = gather(car_v2_header_size_bytes);
    if (!bytes) return false;
    const CarV2Header header = TRY(decode_car_v2_header(*bytes));
    pass(car_v2_header_size_bytes);
    skip_bytes_ = header.data_offset - offset_bytes_;
    data_end_ = header.data_offset + header.data_size_bytes;
    state_ = State::skip;
    return true;
}

bool CarReader::skip_padding() {
    const uint64_t now = std::min<uint64_t>(skip_bytes_, input_.size());
    input_ = input_.subspan(now);
    offset_bytes_ += now;
    skip_bytes_ -= now;
    if (skip_bytes_ == 0) state_ = State::inner_header;
    return skip_bytes_ == 0;
}

Result<std::optional<CarReader::Section>> CarReader::read_section() {
    const auto size_bytes = TRY(measure_section(limits::car_section_size_bytes_max));
    if (!size_bytes) return std::nullopt;
    const auto section = gather(*size_bytes);
    if (!section) return std::nullopt;
    const Varint length = TRY(read_varint(*section));
    const ByteView content = section->subspan(length.size_bytes);
    auto prefix = Cid::from_prefix(content);
    if (!prefix) {
        return fail(Code::corrupt, "CAR: the section at byte {} does not start with a CID: {}",
                    offset_bytes_, prefix.error().message);
    }
    const uint64_t offset_bytes = offset_bytes_;
    pass(*size_bytes);
    return Section{std::move(prefix->cid), content.subspan(prefix->size_bytes), offset_bytes};
}

Result<std::optional<uint64_t>> CarReader::measure_section(uint64_t size_bytes_max) {
    // A length that straddles feeds is completed byte by byte: at most nine times.
    while (!has_whole_varint(buffer_.empty() ? input_ : ByteView(buffer_))) {
        if (!move_to_buffer(buffer_.empty() ? input_.size() : 1)) return std::nullopt;
    }
    auto length = read_varint(buffer_.empty() ? input_ : ByteView(buffer_));
    if (!length) {
        return fail(Code::corrupt, "CAR: the length at byte {} is no varint", offset_bytes_);
    }
    if (length->value > size_bytes_max) {
        return fail(Code::too_large, "CAR: the section at byte {} has {} bytes, at most {}",
                    offset_bytes_, length->value, size_bytes_max);
    }
    const uint64_t size_bytes = length->size_bytes + length->value;
    if (size_bytes > data_end_ - offset_bytes_) {
        return fail(Code::corrupt, "CAR: the section at byte {} passes the end of the data at {}",
                    offset_bytes_, data_end_);
    }
    return size_bytes;
}

std::optional<ByteView> CarReader::gather(uint64_t size_bytes) {
    if (buffer_.empty() && input_.size() >= size_bytes) return input_.first(size_bytes);
    if (buffer_.size() < size_bytes) move_to_buffer(size_bytes - buffer_.size());
    if (buffer_.size() < size_bytes) return std::nullopt;
    return ByteView(buffer_);
}

void CarReader::pass(uint64_t size_bytes) {
    offset_bytes_ += size_bytes;
    if (buffer_.empty()) {
        input_ = input_.subspan(size_bytes);
        return;
    }
    ASSERT(buffer_.size() == size_bytes);
    buffer_spent_ = true;
}

bool CarReader::move_to_buffer(uint64_t size_bytes) {
    const uint64_t moved = std::min<uint64_t>(size_bytes, input_.size());
    append(buffer_, input_.first(moved));
    input_ = input_.subspan(moved);
    return moved > 0;
}

Result<void> CarReader::finish() const {
    if (error_) return std::unexpected(*error_);
    const bool all_taken = input_.empty() && (buffer_.empty() || buffer_spent_);
    if (state_ == State::done) return {};
    if (state_ == State::sections && all_taken && (version_ == 1 || offset_bytes_ == data_end_)) {
        return {};
    }
    const uint64_t end = offset_bytes_ + (buffer_spent_ ? 0 : buffer_.size()) + input_.size();
    if (!header_done_) {
        return fail(Code::corrupt, "CAR: the stream ends at byte {}, inside its header", end);
    }
    return fail(Code::corrupt, "CAR: the stream ends at byte {}, inside the section at byte {}",
                end, offset_bytes_);
}

}  // namespace kit::formats
