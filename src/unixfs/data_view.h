// Reads a UnixFS message without copying its data: a leaf is hundreds of kilobytes, and its bytes
// go from the block to the user as they are. https://specs.ipfs.tech/unixfs/
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "unixfs/data.h"

namespace kit::unixfs {

// As UnixFsData, with `data` pointing into the message, which must outlive it.
struct UnixFsView {
    NodeType type = NodeType::file;
    std::optional<ByteView> data;
    std::optional<uint64_t> file_size;
    std::vector<uint64_t> block_sizes;
    std::optional<uint64_t> hash_type;
    std::optional<uint64_t> fanout;
    std::optional<uint32_t> mode;  // 1 to 07777: zero says as little as absence, as in Kubo.
    std::optional<Mtime> mtime;    // Absent too when its nanoseconds are out of bounds, as in Kubo.

    ByteView data_or_empty() const { return data.value_or(ByteView()); }
};

// Fails with corrupt. Any thread.
Result<UnixFsView> view_unixfs(ByteView message);

}  // namespace kit::unixfs
