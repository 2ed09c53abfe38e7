// CAR: a file of blocks, each with its CID before it. Version 1 is a stream; version 2 wraps one
// and adds an index. https://ipld.io/specs/transport/car/
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/cid.h"

namespace kit::formats {

struct CarHeader {
    int version = 1;
    std::vector<Cid> roots;
};
// Reads the DAG-CBOR map of a header, without the length before it. Version 2's pragma is one too.
// Fails with corrupt, or unsupported for another version.
Result<CarHeader> decode_car_header(ByteView map);
// The header section of a CARv1, length included. Roots may be empty.
Bytes encode_car_header(std::span<const Cid> roots);
// What stands before a block's bytes: varint(cid size + body size), CID.
Bytes encode_car_section_head(const Cid& cid, uint64_t body_size_bytes);

// Reads a CAR of either version from bytes that arrive in order and in pieces of any size, in
// memory bounded by one section. One thread.
//   reader.feed(bytes); while (auto section = TRY(reader.next())) use(*section);
// After the last feed, finish() says whether the stream ended where a section ends.
class CarReader final {
public:
    struct Section {
        Cid cid;
        ByteView body;          // Into the reader or the last feed; valid until the next call.
        uint64_t offset_bytes;  // Of the section from the start of the stream.
    };

    // Takes more of the stream; the view must live until next() has returned nullopt.
    void feed(ByteView more);
    // The next whole section; nullopt when more must be fed. Hashes are not checked here. Fails
    // with corrupt, saying at which offset, and then for ever.
    Result<std::optional<Section>> next();
    // Fails with corrupt when the stream stopped inside the header or a section.
    Result<void> finish() const;

    // Known once next() has passed the header.
    bool header_done() const { return header_done_; }
    int version() const { return version_; }
    const std::vector<Cid>& roots() const { return roots_; }

private:
    enum class State : uint8_t { header, v2_head, skip, inner_header, sections, done };

    Result<std::optional<Section>> advance();
    // Reads the header of either version, or the one inside version 2. False: feed more.
    Result<bool> read_header();
    Result<bool> read_v2_head();
    bool skip_padding();
    Result<std::optional<Section>> read_section();
    // The size of the next section, its own length included; nullopt: feed more.
    Result<std::optional<uint64_t>> measure_section(uint64_t size_bytes_max);
    // The next bytes in one piece, without passing over them; nullopt: feed more.
    std::optional<ByteView> gather(uint64_t size_bytes);
    // Passes over what gather() gave last.
    void pass(uint64_t size_bytes);
    bool move_to_buffer(uint64_t size_bytes);

    Bytes buffer_;               // What straddles feeds: the start of a section.
    bool buffer_spent_ = false;  // It holds what was passed last and can be dropped.
    ByteView input_;             // What was fed and is not in the buffer.
    uint64_t offset_bytes_ = 0;  // Of what comes next, from the start of the stream.
    uint64_t skip_bytes_ = 0;
    uint64_t data_end_ = UINT64_MAX;  // Where version 2 says that the sections end.
    std::vector<Cid> roots_;
    std::optional<Error> error_;
    State state_ = State::header;
    int version_ = 0;
    bool header_done_ = false;
};

}  // namespace kit::formats
