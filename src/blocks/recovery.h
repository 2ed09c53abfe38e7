// Brings index and log together when a store is opened: what stands in the log after the
// checkpoint is checked block by block and indexed, and a torn end is cut off. The work does not
// grow with the store, because the checkpoint is never far behind. Without an index, all segments
// are read.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>

#include "blocks/block_index.h"
#include "blocks/segment_log.h"

namespace kit::blocks {

struct LogEnd {
    Position end;
    uint64_t log_bytes = 0;
};

struct RecoveryCalls {
    // Gets sentences for the user.
    std::function<void(const std::string&)> on_notice = {};
    // Called when it is seen how much of a segment is whole, for each that is read or missing, and
    // before the index learns of anything behind.
    std::function<Result<void>(uint32_t segment, uint64_t whole_size_bytes)> on_segment = {};
};

// For the writer; nobody else uses the store yet.
Result<LogEnd> recover(Env& env, const SegmentFiles& files, BlockIndex& index,
                       const RecoveryCalls& calls);

// For a reader: what stands after the checkpoint of a writer that goes on. The blocks are not
// checked here; whoever reads one hashes it.
struct Tail {
    std::unordered_map<formats::Multihash, Location, formats::MultihashHash,
                       formats::MultihashEqual>
        blocks;
    uint64_t log_bytes = 0;
    uint64_t block_bytes = 0;
};
Result<Tail> read_tail(Env& env, const SegmentFiles& files, const BlockIndex& index);

}  // namespace kit::blocks
