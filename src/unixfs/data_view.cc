// What Go's protobuf reads is read here: fields in any order, the last of a repeated one counts,
// and a known field of the wrong wire type is passed over like an unknown one.
#include "unixfs/data_view.h"

#include <bit>

#include "formats/protobuf_reader.h"

namespace kit::unixfs {
namespace {

using formats::ProtobufReader;
using formats::ProtobufTag;
using formats::WireType;

constexpr uint64_t node_type_max = static_cast<uint64_t>(NodeType::hamt_shard);
constexpr uint32_t nanoseconds_max = 999'999'999;

struct MtimeFields {
    std::optional<int64_t> seconds;
    std::optional<uint32_t> nanoseconds;
};

bool read_little_endian(ProtobufReader& reader, ByteView message, uint32_t& out) {
    const size_t start = reader.position();
    if (!reader.skip(WireType::fixed32)) return false;
    std::memcpy(&out, message.data() + start, sizeof out);
    if constexpr (std::endian::native == std::endian::big) out = std::byteswap(out);
    return true;
}

// message UnixTime { required int64 Seconds = 1; optional fixed32 FractionalNanoseconds = 2; }
bool read_mtime(ByteView message, MtimeFields& mtime) {
    ProtobufReader reader(message);
    while (!reader.at_end()) {
        const auto tag = reader.read_tag();
        if (!tag) return false;
        if (tag->field == 1 && tag->wire_type == WireType::varint) {
            const auto seconds = reader.read_varint();
            if (!seconds) return false;
            mtime.seconds = static_cast<int64_t>(*seconds);
        } else if (tag->field == 2 && tag->wire_type == WireType::fixed32) {
            uint32_t nanoseconds = 0;
            if (!read_little_endian(reader, message, nanoseconds)) return false;
            mtime.nanoseconds = nanoseconds;
        } else if (!reader.skip(tag->wire_type)) {
            return false;
        }
    }
    return true;
}

// One field at a time, so that no function has them all.
class Decoder final {
public:
    explicit Decoder(ByteView message) : reader_(message) {}

    Result<UnixFsView> decode() {
        while (!reader_.at_end()) {
            const auto tag = reader_.read_tag();
            if (!tag || !read_field(*tag)) {
                if (problem_ != nullptr) return fail(Code::corrupt, "UnixFS: {}", problem_);
                return std::unexpected(reader_.error("UnixFS"));
            }
        }
        if (!has_type_) return fail(Code::corrupt, "UnixFS: the node's type is missing");
        finish_mtime();
        return std::move(view_);
    }

private:
    bool read_field(ProtobufTag tag) {
        if (tag.wire_type == WireType::varint) return read_number(tag.field);
        if (tag.wire_type != WireType::bytes) return reader_.skip(tag.wire_type);
        const auto bytes = reader_.read_bytes();
        if (!bytes) return false;
        if (tag.field == 2) view_.data = *bytes;
        if (tag.field == 4) return read_packed_block_sizes(*bytes);
        if (tag.field == 8 && !read_mtime(*bytes, mtime_)) {
            problem_ = "the modification time is malformed";
            return false;
        }
        return true;
    }

    bool read_number(uint32_t field) {
        const auto number = reader_.read_varint();
        if (!number) return false;
        switch (field) {
            case 1:
                // An enumerator that nobody knows is an unknown field.
                if (*number > node_type_max) break;
                view_.type = static_cast<NodeType>(*number);
                has_type_ = true;
                break;
            case 3:
                view_.file_size = number;
                break;
            case 4:
                view_.block_sizes.push_back(*number);
                break;
            case 5:
                view_.hash_type = number;
                break;
            case 6:
                view_.fanout = number;
                break;
            case 7: {
                const uint32_t mode = static_cast<uint32_t>(*number) & 07777;
                view_.mode = mode == 0 ? std::nullopt : std::optional(mode);
                break;
            }
            default:
                break;
        }
        return true;
    }

    bool read_packed_block_sizes(ByteView packed) {
        ProtobufReader reader(packed);
        while (!reader.at_end()) {
            const auto size = reader.read_varint();
            if (!size) {
                problem_ = "the packed block sizes are malformed";
                return false;
            }
            view_.block_sizes.push_back(*size);
        }
        return true;
    }

    void finish_mtime() {
        if (!mtime_.seconds) return;
        const auto nanoseconds = mtime_.nanoseconds;
        if (nanoseconds && (*nanoseconds < 1 || *nanoseconds > nanoseconds_max)) return;
        view_.mtime = Mtime{*mtime_.seconds, nanoseconds};
    }

    ProtobufReader reader_;
    UnixFsView view_;
    MtimeFields mtime_;
    bool has_type_ = false;
    const char* problem_ = nullptr;
};

}  // namespace

Result<UnixFsView> view_unixfs(ByteView message) {
    return Decoder(message).decode();
}

}  // namespace kit::unixfs
