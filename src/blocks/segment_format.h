// How blocks lie in a segment file: docs/formats/segment-log.md. A segment is a CARv1 with no
// roots; a section is varint(CID + body), CID, body. Sections are read here and only here.
#pragma once

#include <compare>
#include <optional>
#include <string>

#include "base/env.h"
#include "formats/cid.h"

namespace kit::blocks {

// The CARv1 header {roots: [], version: 1} with its length before it.
inline constexpr std::array<uint8_t, 18> segment_header = {
    0x11, 0xa2, 0x65, 'r', 'o', 'o', 't', 's', 0x80, 0x67, 'v', 'e', 'r', 's', 'i', 'o', 'n', 0x01};

// A place in the log. Segments are numbered upwards and never reused, so places are ordered by age.
struct Position {
    uint32_t segment = 1;
    uint64_t offset_bytes = 0;
    friend auto operator<=>(const Position&, const Position&) = default;
};

// Where a block lies; valid until compaction retires the segment.
struct Location {
    uint32_t segment = 0;
    uint32_t head_size_bytes = 0;  // The length and CID that stand before the body.
    uint64_t offset_bytes = 0;     // Of the body.
    uint64_t size_bytes = 0;       // Of the body.

    Position position() const { return {segment, offset_bytes - head_size_bytes}; }
    uint64_t section_size_bytes() const { return head_size_bytes + size_bytes; }
    friend bool operator==(const Location&, const Location&) = default;
};

// "blocks/seg-000001.car"; more digits when they are needed.
std::string segment_name(uint32_t segment);
std::optional<uint32_t> parse_segment_name(std::string_view name);

struct Section {
    formats::Cid cid;
    Location location;
    ByteView body;  // Valid until the next call; empty when bodies are skipped.
};

enum class Bodies : uint8_t { read, skip };

// Walks the sections of one segment in memory bounded by one section. One thread.
class SegmentScanner final {
public:
    // From `from` (0 is the start of the file) to `end`; the file outlives the scanner.
    SegmentScanner(const File& file, uint32_t segment, uint64_t from, uint64_t end, Bodies bodies);

    // The next whole section, or nullopt where none follows. Fails only when reading fails.
    Result<std::optional<Section>> next();
    // Where the last whole section ended.
    uint64_t offset_bytes() const { return offset_; }
    // After the end: why the bytes at offset_bytes() are no section; empty when there are none.
    const std::string& torn() const { return torn_; }

private:
    Result<void> fill(uint64_t size_bytes);
    std::nullopt_t stop(std::string why);

    const File& file_;
    const uint32_t segment_;
    const uint64_t end_;
    const Bodies bodies_;
    uint64_t offset_;
    std::string torn_;
    Bytes window_;
    uint64_t window_offset_ = 0;  // Of window_[0] in the file.
    uint64_t window_size_ = 0;
};

}  // namespace kit::blocks
