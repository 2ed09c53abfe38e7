// What the values of the index look like on disk. docs/formats/index.md.
#pragma once

#include <string>

#include "blocks/segment_format.h"

namespace kit::blocks {

// What the database says of the log as a whole.
struct IndexState {
    Position checkpoint;       // Everything before it is in the database.
    uint64_t block_count = 0;  // In the database.
    uint64_t block_bytes = 0;
    uint64_t log_bytes = 0;  // Size of all segments up to the checkpoint.
    uint64_t segment_count = 0;
};

struct SegmentCounters {
    uint64_t live_count = 0;
    uint64_t live_bytes = 0;  // Whole sections.
};

// Each decoder fails with corrupt.
std::string encode_location(const Location& location);
Result<Location> decode_location(std::string_view value);
std::string encode_state(const IndexState& state);
Result<IndexState> decode_state(std::string_view value);
std::string encode_counters(const SegmentCounters& counters);
Result<SegmentCounters> decode_counters(std::string_view value);
// Where a segment is cut. Format 1 dropped whole segments alone and wrote nothing.
std::string encode_offset(uint64_t offset_bytes);
Result<uint64_t> decode_offset(std::string_view value);
std::string segment_key(uint32_t segment);
Result<uint32_t> parse_segment_key(std::string_view key);

}  // namespace kit::blocks
