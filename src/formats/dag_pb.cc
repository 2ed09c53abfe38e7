// The reader follows go-codec-dagpb, field by field, because blocks that it refuses are refused
// by the network, and blocks that it reads exist. The writer knows every size before it writes
// the first byte, so a node costs one allocation.
#include "formats/dag_pb.h"

#include "formats/protobuf_reader.h"
#include "formats/varint.h"

namespace kit::formats {
namespace {

// One byte each: (field << 3) | wire type.
constexpr uint8_t data_tag = 0x0a;   // PBNode.Data = 1, bytes
constexpr uint8_t links_tag = 0x12;  // PBNode.Links = 2, bytes
constexpr uint8_t hash_tag = 0x0a;   // PBLink.Hash = 1, bytes
constexpr uint8_t name_tag = 0x12;   // PBLink.Name = 2, bytes
constexpr uint8_t tsize_tag = 0x18;  // PBLink.Tsize = 3, varint

uint64_t bytes_field_size(uint64_t size_bytes) {
    return 1 + varint_size(size_bytes) + size_bytes;
}

// Of the message inside the link's own tag and length.
uint64_t link_message_size(const PbLink& link) {
    uint64_t size = bytes_field_size(link.cid.bytes().size());
    if (link.has_name) size += bytes_field_size(link.name.size());
    if (link.has_total_size) size += 1 + varint_size(link.total_size);
    return size;
}

// Writes into memory whose size was computed before; the caller asserts that the two agree.
class FieldWriter final {
public:
    explicit FieldWriter(uint8_t* out) : out_(out) {}

    void number(uint8_t tag, uint64_t value) {
        *out_++ = tag;
        out_ += write_varint(out_, value);
    }
    void bytes(uint8_t tag, ByteView value) {
        number(tag, value.size());
        if (!value.empty()) std::memcpy(out_, value.data(), value.size());
        out_ += value.size();
    }
    const uint8_t* end() const { return out_; }

private:
    uint8_t* out_;
};

// The length of the CID that `hash` starts with. The two shapes that nearly every link has are
// recognised by their first bytes; whatever else is parsed.
Result<size_t> measure_cid(ByteView hash) {
    // OPTIMIZATION: sha2-256 by version 0, and by version 1 with a codec of one byte.
    if (hash.size() >= 34 && hash[0] == 0x12 && hash[1] == 0x20) return 34;
    if (hash.size() >= 36 && hash[0] == 1 && hash[1] < 0x80 && hash[2] == 0x12 && hash[3] == 0x20) {
        return 36;
    }
    auto prefix = Cid::from_prefix(hash);
    if (!prefix) {
        return fail(Code::corrupt, "PBLink: Hash is no CID: {}", prefix.error().message);
    }
    return prefix->size_bytes;
}

struct LinkFields {
    PbLinkView view;
    bool has_name = false;
    bool has_total_size = false;
};

std::unexpected<Error> misplaced(std::string_view field, bool repeated) {
    return fail(Code::corrupt, "PBLink: {} {}", field,
                repeated ? "appears twice" : "stands after a field that must follow it");
}

std::unexpected<Error> wrong_wire_type(std::string_view field, WireType type) {
    return fail(Code::corrupt, "{} has wire type {}", field, static_cast<int>(type));
}

Result<LinkFields> read_link(ByteView message) {
    ProtobufReader reader(message);
    LinkFields link{};
    bool has_hash = false;
    while (!reader.at_end()) {
        const auto tag = reader.read_tag();
        if (!tag) return std::unexpected(reader.error("PBLink"));
        if (tag->field == 1) {
            if (has_hash) return misplaced("Hash", true);
            if (link.has_name || link.has_total_size) return misplaced("Hash", false);
            if (tag->wire_type != WireType::bytes) {
                return wrong_wire_type("PBLink: Hash", tag->wire_type);
            }
            const auto hash = reader.read_bytes();
            if (!hash) return std::unexpected(reader.error("PBLink"));
            // As in Go, bytes that follow the CID within the field are passed over.
            const size_t cid_size_bytes = TRY(measure_cid(*hash));
            link.view.cid = hash->first(cid_size_bytes);
            has_hash = true;
        } else if (tag->field == 2) {
            if (link.has_name) return misplaced("Name", true);
            if (link.has_total_size) return misplaced("Name", false);
            if (tag->wire_type != WireType::bytes) {
                return wrong_wire_type("PBLink: Name", tag->wire_type);
            }
            const auto name = reader.read_bytes();
            if (!name) return std::unexpected(reader.error("PBLink"));
            link.view.name = as_text(*name);
            link.has_name = true;
        } else if (tag->field == 3) {
            if (link.has_total_size) return misplaced("Tsize", true);
            if (tag->wire_type != WireType::varint) {
                return wrong_wire_type("PBLink: Tsize", tag->wire_type);
            }
            const auto total_size = reader.read_varint();
            if (!total_size) return std::unexpected(reader.error("PBLink"));
            link.view.total_size = *total_size;
            link.has_total_size = true;
        } else {
            return fail(Code::corrupt, "PBLink: field {} does not exist, only 1 to 3", tag->field);
        }
    }
    if (!has_hash) return fail(Code::corrupt, "PBLink: Hash is missing");
    return link;
}

// Calls on_link(LinkFields) -> Result<void> and on_data(ByteView) in the order of the block.
template <typename OnLink, typename OnData>
Result<void> walk(ByteView block, const OnLink& on_link, const OnData& on_data) {
    enum class Links : uint8_t { none, open, closed } links = Links::none;
    bool has_data = false;
    ProtobufReader reader(block);
    while (!reader.at_end()) {
        const auto tag = reader.read_tag();
        if (!tag) return std::unexpected(reader.error("PBNode"));
        if (tag->wire_type != WireType::bytes) {
            return wrong_wire_type("PBNode: a field", tag->wire_type);
        }
        if (tag->field > 2) {
            return fail(Code::corrupt, "PBNode: field {} does not exist, only 1 and 2", tag->field);
        }
        const auto value = reader.read_bytes();
        if (!value) return std::unexpected(reader.error("PBNode"));
        if (tag->field == 1) {
            if (has_data) return fail(Code::corrupt, "PBNode: Data appears twice");
            if (links == Links::open) links = Links::closed;
            has_data = true;
            on_data(*value);
            continue;
        }
        if (links == Links::closed) {
            return fail(Code::corrupt, "PBNode: Links stand on both sides of Data");
        }
        links = Links::open;
        const LinkFields link = TRY(read_link(*value));
        TRY(on_link(link));
    }
    return {};
}

// How many links the block has, as far as its frame is sound; walk() judges it. Knowing the
// count beforehand costs a few nanoseconds a link, growing a vector many times as much.
size_t count_links(ByteView block) {
    ProtobufReader reader(block);
    size_t count = 0;
    while (!reader.at_end()) {
        const auto tag = reader.read_tag();
        if (!tag || tag->wire_type != WireType::bytes || !reader.read_bytes()) break;
        count += tag->field == 2 ? 1 : 0;
    }
    return count;
}

}  // namespace

Bytes encode_dag_pb(const PbNode& node) {
    uint64_t links_size_bytes = 0;
    for (const PbLink& link : node.links) {
        links_size_bytes += bytes_field_size(link_message_size(link));
    }
    const uint64_t data_size_bytes = node.data ? node.data->size() : 0;
    const uint64_t head_size_bytes =
        links_size_bytes + (node.data ? bytes_field_size(data_size_bytes) - data_size_bytes : 0);

    Bytes block;
    block.reserve(head_size_bytes + data_size_bytes);
    block.resize(head_size_bytes);
    FieldWriter writer(block.data());
    for (const PbLink& link : node.links) {
        writer.number(links_tag, link_message_size(link));
        writer.bytes(hash_tag, link.cid.bytes());
        if (link.has_name) writer.bytes(name_tag, as_bytes(link.name));
        if (link.has_total_size) writer.number(tsize_tag, link.total_size);
    }
    if (node.data) writer.number(data_tag, data_size_bytes);
    ASSERT(writer.end() == block.data() + head_size_bytes);
    if (node.data) append(block, *node.data);
    return block;
}

Result<PbNode> decode_dag_pb(ByteView block) {
    PbNode node;
    node.links.reserve(count_links(block));
    const auto on_link = [&](const LinkFields& link) -> Result<void> {
        auto cid = Cid::from_bytes(link.view.cid);
        if (!cid) {
            return fail(Code::corrupt, "PBLink: Hash is no CID: {}", cid.error().message);
        }
        node.links.push_back({*std::move(cid), std::string(link.view.name), link.view.total_size,
                              link.has_name, link.has_total_size});
        return {};
    };
    TRY(walk(block, on_link, [&](ByteView data) { node.data = to_bytes(data); }));
    return node;
}

Result<PbNodeView> view_dag_pb(ByteView block) {
    PbNodeView node;
    node.links.reserve(count_links(block));
    const auto on_link = [&](const LinkFields& link) -> Result<void> {
        node.links.push_back(link.view);
        return {};
    };
    TRY(walk(block, on_link, [&](ByteView data) { node.data = data; }));
    return node;
}

Bytes dag_pb_head_of_data(uint64_t data_size_bytes) {
    Bytes head(1 + varint_size(data_size_bytes));
    FieldWriter(head.data()).number(data_tag, data_size_bytes);
    return head;
}

uint64_t encoded_link_size(uint64_t cid_size_bytes, uint64_t name_size_bytes, uint64_t total_size) {
    return bytes_field_size(bytes_field_size(cid_size_bytes) + bytes_field_size(name_size_bytes) +
                            1 + varint_size(total_size));
}

}  // namespace kit::formats
