// The UnixFS message as bytes. One field order and one number form, because the bytes are hashed:
// a field written otherwise is another CID. https://specs.ipfs.tech/unixfs/
#include "unixfs/data.h"

#include "formats/varint.h"
#include "unixfs/data_view.h"

namespace kit::unixfs {
namespace {

// Protobuf keys: field number << 3 | wire type (0 varint, 2 bytes, 5 four bytes).
constexpr uint8_t type_key = 1 << 3;
constexpr uint8_t data_key = 2 << 3 | 2;
constexpr uint8_t file_size_key = 3 << 3;
constexpr uint8_t block_size_key = 4 << 3;
constexpr uint8_t hash_type_key = 5 << 3;
constexpr uint8_t fanout_key = 6 << 3;
constexpr uint8_t mode_key = 7 << 3;
constexpr uint8_t mtime_key = 8 << 3 | 2;
constexpr uint8_t seconds_key = 1 << 3;
constexpr uint8_t nanoseconds_key = 2 << 3 | 5;

void append_number(Bytes& out, uint8_t key, uint64_t value) {
    out.push_back(key);
    formats::append_varint(out, value);
}

}  // namespace

void append_stat(Bytes& out, const Stat& stat) {
    if (stat.mode.value_or(0) != 0) append_number(out, mode_key, *stat.mode);
    if (!stat.mtime) return;
    const bool has_nanoseconds = stat.mtime->nanoseconds.value_or(0) != 0;
    // Negative seconds are ten bytes: protobuf's int64 is extended to 64 bits.
    const auto seconds = static_cast<uint64_t>(stat.mtime->seconds);
    const size_t inner_size = 1 + formats::varint_size(seconds) + (has_nanoseconds ? 5 : 0);
    append_number(out, mtime_key, inner_size);
    append_number(out, seconds_key, seconds);
    if (!has_nanoseconds) return;
    out.push_back(nanoseconds_key);
    for (int shift = 0; shift < 32; shift += 8) {
        out.push_back(static_cast<uint8_t>(*stat.mtime->nanoseconds >> shift));
    }
}

LeafFrame frame_unixfs_data(NodeType type, uint64_t data_size_bytes, const Stat& stat) {
    LeafFrame frame;
    if (type != NodeType::symlink) append_number(frame.tail, file_size_key, data_size_bytes);
    append_stat(frame.tail, stat);
    Bytes message_head = {type_key, static_cast<uint8_t>(type)};
    // An empty file has no Data field, as proto.Marshal leaves a nil slice out.
    if (data_size_bytes > 0) append_number(message_head, data_key, data_size_bytes);
    frame.head.reserve(16 + message_head.size());
    append_number(frame.head, 1 << 3 | 2,
                  message_head.size() + data_size_bytes + frame.tail.size());
    append(frame.head, message_head);
    return frame;
}

Bytes encode_unixfs(const UnixFsData& data) {
    Bytes out;
    append_number(out, type_key, static_cast<uint64_t>(data.type));
    if (data.data) {
        append_number(out, data_key, data.data->size());
        append(out, *data.data);
    }
    if (data.file_size) append_number(out, file_size_key, *data.file_size);
    for (const uint64_t size : data.block_sizes) append_number(out, block_size_key, size);
    if (data.hash_type) append_number(out, hash_type_key, *data.hash_type);
    if (data.fanout) append_number(out, fanout_key, *data.fanout);
    append_stat(out, {.mode = data.mode, .mtime = data.mtime});
    return out;
}

Result<UnixFsData> decode_unixfs(ByteView message) {
    UnixFsView view = TRY(view_unixfs(message));
    UnixFsData data{.type = view.type,
                    .file_size = view.file_size,
                    .block_sizes = std::move(view.block_sizes),
                    .hash_type = view.hash_type,
                    .fanout = view.fanout,
                    .mode = view.mode,
                    .mtime = view.mtime};
    if (view.data) data.data = to_bytes(*view.data);
    return data;
}

}  // namespace kit::unixfs
