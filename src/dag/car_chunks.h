// Cuts a CAR stream into chunks of about 1 MiB that end where a section ends, so that a chunk can
// be read by one thread and worked on by another without copying a block.
#pragma once

#include <optional>

#include "dag/car_transfer.h"
#include "formats/car.h"

namespace kit::dag {

// The sections of one chunk. The bodies are views into `buffer` or `moved`.
struct CarChunk {
    struct Section {
        formats::Cid cid;
        ByteView body;
    };
    uint64_t number = 0;                   // In the order of the stream.
    std::optional<formats::Cid> previous;  // Of the section before the first.
    std::vector<Section> sections;
    std::vector<Bytes> moved;  // Bodies that the reader had to keep.
    Bytes buffer;

    void clear();
};

// One thread at a time.
class CarChunks final {
public:
    explicit CarChunks(const ReadBytes& read) : read_(read) {}

    // Fills `chunk` (whose buffers are used again) with what comes next; false at the end of the
    // stream. An error is given once all sections before it have been given.
    Result<bool> next(CarChunk& chunk);

    bool at_end() const { return at_end_; }
    bool header_done() const { return reader_.header_done(); }
    const std::vector<formats::Cid>& roots() const { return reader_.roots(); }
    uint64_t bytes_done() const { return offset_bytes_; }
    const std::optional<formats::Cid>& last() const { return last_; }

private:
    Result<size_t> fill(Bytes& buffer);
    Result<size_t> read_to(Bytes& buffer, size_t have, size_t want);
    Result<void> take_sections(CarChunk& chunk, ByteView fed);

    const ReadBytes& read_;
    formats::CarReader reader_;
    uint64_t offset_bytes_ = 0;    // Of what is fed next, in the stream.
    uint64_t boundary_bytes_ = 0;  // Where the next section is known to start.
    uint64_t chunk_count_ = 0;
    Bytes carry_;  // The first bytes of a length that the last chunk cut.
    std::optional<formats::Cid> last_;
    std::optional<Error> error_;
    bool at_end_ = false;
};

}  // namespace kit::dag
