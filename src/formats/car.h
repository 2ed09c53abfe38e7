// CAR: a file of blocks, each with its CID before it. Version 1 is a stream; version 2 wraps one
// and adds an index. https://ipld.io/specs/transport/car/
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/cid.h"

namespace kit::formats {

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
        ByteView body;  // Into the reader or the last feed; valid until the next call.
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
    enum class State : uint8_t { header, skip, sections, done, broken };
    // Private members belong to the codec's author.
    Bytes buffer_;
    ByteView input_;
    uint64_t offset_bytes_ = 0;
    uint64_t skip_bytes_ = 0;
    uint64_t data_end_ = UINT64_MAX;
    std::vector<Cid> roots_;
    State state_ = State::header;
    int version_ = 0;
    bool header_done_ = false;
};

}  // namespace kit::formats
