// The UnixFS message inside dag-pb's Data: what kind of node it is and what it says of itself.
// https://specs.ipfs.tech/unixfs/
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace kit::unixfs {

enum class NodeType : uint8_t {
    raw = 0,
    directory = 1,
    file = 2,
    metadata = 3,
    symlink = 4,
    hamt_shard = 5
};

struct Mtime {
    int64_t seconds = 0;
    std::optional<uint32_t> nanoseconds = {};  // 1 to 999,999,999 when present.
    friend bool operator==(const Mtime&, const Mtime&) = default;
};

// What a node may say of the file it came from.
struct Stat {
    std::optional<uint32_t> mode = {};  // Permission bits; zero is as good as absent.
    std::optional<Mtime> mtime = {};
    bool empty() const { return mode.value_or(0) == 0 && !mtime; }
    friend bool operator==(const Stat&, const Stat&) = default;
};

struct UnixFsData {
    NodeType type = NodeType::file;
    std::optional<Bytes> data = {};
    std::optional<uint64_t> file_size = {};
    std::vector<uint64_t> block_sizes = {};
    std::optional<uint64_t> hash_type = {};
    std::optional<uint64_t> fanout = {};
    std::optional<uint32_t> mode = {};  // Permission bits, 07777; upper bits read are kept out.
    std::optional<Mtime> mtime = {};
};

// In field-number order, blocksizes unpacked, as every implementation that mints CIDs does.
Bytes encode_unixfs(const UnixFsData& data);
// The fields mode and mtime alone, which come last in the message.
void append_stat(Bytes& out, const Stat& stat);

// The dag-pb node that wraps bytes without copying them: block = head + the bytes + tail.
struct LeafFrame {
    Bytes head;
    Bytes tail;
};
// Of a file's leaf (file or raw, with its size) or a symlink (its target, without).
LeafFrame frame_unixfs_data(NodeType type, uint64_t data_size_bytes, const Stat& stat);

// Fails with corrupt. Unknown fields are passed over; packed blocksizes are read too.
Result<UnixFsData> decode_unixfs(ByteView message);

}  // namespace kit::unixfs
