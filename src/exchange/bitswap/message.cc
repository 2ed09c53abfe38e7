#include "exchange/bitswap/message.h"

#include <algorithm>
#include <array>
#include <utility>

#include "exchange/limits.h"
#include "formats/protobuf_reader.h"
#include "formats/varint.h"

namespace kit::exchange::bitswap {
namespace {

using formats::ProtobufReader;
using formats::ProtobufTag;
using formats::varint_size;
using formats::WireType;

// Message, Wantlist, Entry, Block and BlockPresence have fields 1 to 5; (field << 3) | wire type.
constexpr uint8_t bytes_1 = 0x0a;
constexpr uint8_t bytes_2 = 0x12;
constexpr uint8_t bytes_3 = 0x1a;
constexpr uint8_t bytes_4 = 0x22;
constexpr uint8_t number_2 = 0x10;
constexpr uint8_t number_3 = 0x18;
constexpr uint8_t number_4 = 0x20;
constexpr uint8_t number_5 = 0x28;

constexpr uint64_t v0_codec = static_cast<uint64_t>(formats::Codec::dag_pb);
constexpr uint64_t v0_hash = static_cast<uint64_t>(formats::HashCode::sha2_256);
constexpr BlockPrefix v0_prefix = {0, v0_codec, v0_hash, 32};

// A block of this size or more goes out as it lies in the store; smaller ones are cheaper copied
// than held.
constexpr size_t shared_block_size_bytes_min = 4 * KiB;

Error corrupt(std::string_view what, std::string_view why) {
    return {Code::corrupt, fmt::format("a bitswap message: {} {}", what, why)};
}

Result<void> check_count(size_t count, std::string_view what) {
    if (count < limits::message_items_count_max) return {};
    return fail(Code::too_large, "a bitswap message: more than {} {}",
                limits::message_items_count_max, what);
}

// Calls `on_field(tag, reader) -> Result<bool>` for each field; what it answers with false is
// skipped, since a later version may have added it.
template <typename OnField>
Result<void> each_field(ByteView message, std::string_view what, const OnField& on_field) {
    ProtobufReader reader(message);
    while (!reader.at_end()) {
        const ProtobufTag tag = reader.take_tag();
        if (tag.field == 0) return std::unexpected(reader.error(what));
        const bool is_known = TRY(on_field(tag, reader));
        if (!is_known && !reader.skip(tag.wire_type)) return std::unexpected(reader.error(what));
        if (reader.failed()) return std::unexpected(reader.error(what));
    }
    return {};
}

Result<void> expect(const ProtobufTag& tag, WireType type, std::string_view what) {
    if (tag.wire_type == type) return {};
    return std::unexpected(corrupt(what, fmt::format("has wire type {} in field {}",
                                                     static_cast<int>(tag.wire_type), tag.field)));
}

Result<Cid> read_cid(ByteView bytes, std::string_view what) {
    auto cid = Cid::from_bytes(bytes);
    if (cid) return cid;
    return std::unexpected(corrupt(what, "has no CID: " + cid.error().message));
}

Result<WantEntry> read_want(ByteView message) {
    constexpr std::string_view what = "an entry of the want-list";
    WantEntry want;
    want.priority = 0;
    ByteView cid;
    TRY(each_field(message, what, [&](ProtobufTag tag, ProtobufReader& reader) -> Result<bool> {
        if (tag.field > 5) return false;
        TRY(expect(tag, tag.field == 1 ? WireType::bytes : WireType::varint, what));
        if (tag.field == 1) {
            cid = reader.take_bytes();
            return true;
        }
        const uint64_t value = reader.take_varint();
        if (tag.field == 2) want.priority = static_cast<int32_t>(value);
        if (tag.field == 3) want.is_cancel = value != 0;
        if (tag.field == 4 && value > 1) {
            return std::unexpected(corrupt(what, "wants neither a block nor to know of one"));
        }
        if (tag.field == 4) want.type = static_cast<WantType>(value);
        if (tag.field == 5) want.wants_dont_have = value != 0;
        return true;
    }));
    want.cid = TRY(read_cid(cid, what));
    return want;
}

Result<void> read_want_list(ByteView message, Message& out) {
    constexpr std::string_view what = "the want-list";
    return each_field(message, what, [&](ProtobufTag tag, ProtobufReader& reader) -> Result<bool> {
        if (tag.field > 2) return false;
        TRY(expect(tag, tag.field == 1 ? WireType::bytes : WireType::varint, what));
        if (tag.field == 2) {
            out.is_full = reader.take_varint() != 0;
            return true;
        }
        const ByteView entry = reader.take_bytes();
        if (reader.failed()) return true;
        TRY(check_count(out.wants.size(), "wants"));
        out.wants.push_back(TRY(read_want(entry)));
        return true;
    });
}

Result<BlockPrefix> read_prefix(ByteView bytes) {
    BlockPrefix prefix;
    for (uint64_t* part :
         {&prefix.version, &prefix.codec, &prefix.hash_code, &prefix.digest_size_bytes}) {
        const auto number = formats::find_varint(bytes);
        if (!number) return std::unexpected(corrupt("a block", "has no whole prefix"));
        *part = number->value;
        bytes = bytes.subspan(number->size_bytes);
    }
    // As in Go, bytes that follow are passed over.
    return prefix;
}

SharedBytes share(const SharedBytes& frame, ByteView part) {
    if (part.empty()) return {};
    return frame.slice(static_cast<size_t>(part.data() - frame.view().data()), part.size());
}

Result<BlockPart> read_block(const SharedBytes& frame, ByteView message) {
    constexpr std::string_view what = "a block";
    ByteView prefix;
    ByteView data;
    TRY(each_field(message, what, [&](ProtobufTag tag, ProtobufReader& reader) -> Result<bool> {
        if (tag.field > 2) return false;
        TRY(expect(tag, WireType::bytes, what));
        (tag.field == 1 ? prefix : data) = reader.take_bytes();
        return true;
    }));
    const BlockPrefix read = TRY(read_prefix(prefix));
    return BlockPart{read, share(frame, data)};
}

Result<Presence> read_presence(ByteView message) {
    constexpr std::string_view what = "a presence";
    ByteView cid;
    uint64_t type = 0;
    TRY(each_field(message, what, [&](ProtobufTag tag, ProtobufReader& reader) -> Result<bool> {
        if (tag.field > 2) return false;
        TRY(expect(tag, tag.field == 1 ? WireType::bytes : WireType::varint, what));
        if (tag.field == 1) {
            cid = reader.take_bytes();
        } else {
            type = reader.take_varint();
        }
        return true;
    }));
    if (type > 1) return std::unexpected(corrupt(what, "is neither HAVE nor DONT_HAVE"));
    auto read = TRY(read_cid(cid, what));
    return Presence{std::move(read), type == 0};
}

// Collects a frame: small parts in one buffer, large blocks as they are, in order.
class FrameWriter final {
public:
    void number(uint8_t tag, uint64_t value) {
        head_.push_back(tag);
        formats::append_varint(head_, value);
    }
    void bytes(uint8_t tag, ByteView value) {
        number(tag, value.size());
        append(head_, value);
    }
    void varint(uint64_t value) { formats::append_varint(head_, value); }
    void block(uint8_t tag, const SharedBytes& data) {
        number(tag, data.size());
        if (data.size() < shared_block_size_bytes_min) {
            append(head_, data.view());
        } else {
            shared_.emplace_back(head_.size(), data);
        }
    }
    std::vector<SharedBytes> finish() && {
        const SharedBytes head = SharedBytes::from(std::move(head_));
        std::vector<SharedBytes> pieces;
        size_t position = 0;
        for (auto& [offset, data] : shared_) {
            if (offset > position) pieces.push_back(head.slice(position, offset - position));
            position = offset;
            pieces.push_back(std::move(data));
        }
        if (position < head.size() || pieces.empty()) {
            pieces.push_back(head.slice(position, head.size() - position));
        }
        return pieces;
    }

private:
    Bytes head_;
    std::vector<std::pair<size_t, SharedBytes>> shared_;  // And where in the head they stand.
};

// Protobuf writes a negative int32 as the 64-bit number.
uint64_t as_varint(int32_t number) {
    return static_cast<uint64_t>(int64_t{number});
}

uint64_t bytes_field_size(uint64_t size_bytes) {
    return 1 + varint_size(size_bytes) + size_bytes;
}

uint64_t body_size(const WantEntry& want) {
    uint64_t size = bytes_field_size(want.cid.bytes().size());
    if (want.priority != 0) size += 1 + varint_size(as_varint(want.priority));
    if (want.is_cancel) size += 2;
    if (want.type == WantType::have) size += 2;
    if (want.wants_dont_have) size += 2;
    return size;
}

void write_want_list(FrameWriter& out, const Message& message) {
    uint64_t size = message.is_full ? 2 : 0;
    for (const WantEntry& want : message.wants) size += bytes_field_size(body_size(want));
    out.number(bytes_1, size);
    for (const WantEntry& want : message.wants) {
        out.number(bytes_1, body_size(want));
        out.bytes(bytes_1, want.cid.bytes());
        if (want.priority != 0) out.number(number_2, as_varint(want.priority));
        if (want.is_cancel) out.number(number_3, 1);
        if (want.type == WantType::have) out.number(number_4, 1);
        if (want.wants_dont_have) out.number(number_5, 1);
    }
    if (message.is_full) out.number(number_2, 1);
}

void write_block(FrameWriter& out, const BlockPart& block) {
    const BlockPrefix& prefix = block.prefix;
    const std::array parts = {prefix.version, prefix.codec, prefix.hash_code,
                              prefix.digest_size_bytes};
    uint64_t prefix_size = 0;
    for (const uint64_t part : parts) prefix_size += varint_size(part);
    const uint64_t data_size = block.data.size() == 0 ? 0 : bytes_field_size(block.data.size());
    out.number(bytes_3, bytes_field_size(prefix_size) + data_size);
    out.number(bytes_1, prefix_size);
    for (const uint64_t part : parts) out.varint(part);
    if (data_size > 0) out.block(bytes_2, block.data);
}

void write_presence(FrameWriter& out, const Presence& presence) {
    out.number(bytes_4, bytes_field_size(presence.cid.bytes().size()) + (presence.is_held ? 0 : 2));
    out.bytes(bytes_1, presence.cid.bytes());
    if (!presence.is_held) out.number(number_2, 1);
}

const std::array<std::string, 4>& names() {
    static const std::array<std::string, 4> all = {"/ipfs/bitswap/1.2.0", "/ipfs/bitswap/1.1.0",
                                                   "/ipfs/bitswap/1.0.0", "/ipfs/bitswap"};
    return all;
}

}  // namespace

std::span<const std::string> protocols() {
    return names();
}

std::optional<Version> version_of(std::string_view protocol) {
    if (protocol == names()[0]) return Version::v1_2_0;
    if (protocol == names()[1]) return Version::v1_1_0;
    if (protocol == names()[2] || protocol == names()[3]) return Version::v1_0_0;
    return std::nullopt;
}

std::optional<Version> best_version(std::span<const std::string> spoken) {
    for (const std::string& name : names()) {
        if (std::ranges::count(spoken, name) > 0) return version_of(name);
    }
    return std::nullopt;
}

std::span<const std::string> protocols_of(Version version) {
    if (version == Version::v1_2_0) return protocols().first(1);
    if (version == Version::v1_1_0) return protocols().subspan(1, 1);
    return protocols().subspan(2);
}

BlockPrefix BlockPrefix::of(const Cid& cid) {
    return {static_cast<uint64_t>(cid.version()), cid.codec(), cid.hash().code(),
            cid.hash().digest().size()};
}

Result<Cid> cid_of(const BlockPart& block) {
    const BlockPrefix& prefix = block.prefix;
    if (prefix.version > 1 || (prefix.version == 0 && prefix != v0_prefix)) {
        return fail(Code::invalid_argument, "a block's prefix is that of no CID: version {}",
                    prefix.version);
    }
    const auto hash =
        TRY(formats::hash(prefix.hash_code, block.data.view(), prefix.digest_size_bytes));
    TRY(formats::check_is_allowed(hash));
    return prefix.version == 0 ? Cid::v0(hash) : Cid::v1(prefix.codec, hash);
}

Result<Message> decode_message(const SharedBytes& frame) {
    if (frame.size() > limits::message_size_bytes_max) {
        return fail(Code::too_large, "a bitswap message has {} bytes, at most {}", frame.size(),
                    limits::message_size_bytes_max);
    }
    constexpr std::string_view what = "its frame";
    Message out;
    const auto on_field = [&](ProtobufTag tag, ProtobufReader& reader) -> Result<bool> {
        if (tag.field > 5) return false;
        TRY(expect(tag, tag.field == 5 ? WireType::varint : WireType::bytes, what));
        if (tag.field == 5) {
            out.pending_bytes = static_cast<int32_t>(reader.take_varint());
            return true;
        }
        const ByteView value = reader.take_bytes();
        if (reader.failed()) return true;
        if (tag.field == 1) {
            TRY(read_want_list(value, out));
        } else if (tag.field == 2 || tag.field == 3) {
            TRY(check_count(out.blocks.size(), "blocks"));
            if (tag.field == 2) {
                out.blocks.push_back({v0_prefix, share(frame, value)});
            } else {
                out.blocks.push_back(TRY(read_block(frame, value)));
            }
        } else {
            TRY(check_count(out.presences.size(), "presences"));
            out.presences.push_back(TRY(read_presence(value)));
        }
        return true;
    };
    TRY(each_field(frame.view(), "a bitswap message", on_field));
    return out;
}

std::vector<SharedBytes> encode_message(const Message& message, Version version) {
    FrameWriter out;
    write_want_list(out, message);
    for (const BlockPart& block : message.blocks) {
        if (version == Version::v1_0_0) {
            out.block(bytes_2, block.data);
        } else {
            write_block(out, block);
        }
    }
    if (version != Version::v1_0_0) {
        for (const Presence& presence : message.presences) write_presence(out, presence);
        if (message.pending_bytes != 0) out.number(number_5, as_varint(message.pending_bytes));
    }
    std::vector<SharedBytes> pieces = std::move(out).finish();
    size_t size_bytes = 0;
    for (const SharedBytes& piece : pieces) size_bytes += piece.size();
    ASSERT(size_bytes <= limits::message_size_bytes_max);
    return pieces;
}

}  // namespace kit::exchange::bitswap
