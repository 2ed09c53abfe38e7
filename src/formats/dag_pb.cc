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

// The length of the CID that `hash` starts with; 0 when it starts with none. The two shapes that
// nearly every link has are recognised by their first bytes; whatever else is parsed.
size_t measure_cid(ByteView hash) {
    // OPTIMIZATION: sha2-256 by version 0, and by version 1 with a codec of one byte.
    if (hash.size() >= 34 && hash[0] == 0x12 && hash[1] == 0x20) return 34;
    if (hash.size() >= 36 && hash[0] == 1 && hash[1] < 0x80 && hash[2] == 0x12 && hash[3] == 0x20) {
        return 36;
    }
    const auto prefix = Cid::from_prefix(hash);
    return prefix ? prefix->size_bytes : 0;
}

struct LinkFields {
    PbLinkView view;
    bool has_hash = false;
    bool has_name = false;
    bool has_total_size = false;
};

// Walks a block. OPTIMIZATION: its steps answer by true or false and leave an error behind, since a
// Result for each field would cost more than reading it.
class Walker final {
public:
    explicit Walker(ByteView block) : reader_(block) {}

    // Calls on_link(LinkFields) -> bool and on_data(ByteView) in the order of the block; false from
    // on_link ends the walk with its refuse().
    template <typename OnLink, typename OnData>
    Result<void> walk(const OnLink& on_link, const OnData& on_data) {
        while (!reader_.at_end()) {
            const ProtobufTag tag = reader_.take_tag();
            if (tag.field == 0) return std::unexpected(reader_.error("PBNode"));
            if (tag.wire_type != WireType::bytes || tag.field > 2) return wrong_field(tag);
            const ByteView value = reader_.take_bytes();
            if (reader_.failed()) return std::unexpected(reader_.error("PBNode"));
            if (tag.field == 2) {
                if (links_ == Links::closed) {
                    return fail(Code::corrupt, "PBNode: Links stand on both sides of Data");
                }
                links_ = Links::open;
                LinkFields link;
                if (!read_link(value, link) || !on_link(link)) [[unlikely]] {
                    return std::unexpected(*std::move(error_));
                }
                continue;
            }
            if (has_data_) return fail(Code::corrupt, "PBNode: Data appears twice");
            if (links_ == Links::open) links_ = Links::closed;
            has_data_ = true;
            on_data(value);
        }
        return {};
    }

    template <typename... Args>
    bool refuse(fmt::format_string<Args...> format, Args&&... args) {
        error_ = Error{Code::corrupt, fmt::vformat(format, fmt::make_format_args(args...))};
        return false;
    }
    bool refuse_hash(const Error& reason) {
        return refuse("PBLink: Hash is no CID: {}", reason.message);
    }

private:
    enum class Links : uint8_t { none, open, closed };

    static std::unexpected<Error> wrong_field(ProtobufTag tag) {
        if (tag.wire_type != WireType::bytes) {
            return fail(Code::corrupt, "PBNode: a field has wire type {}",
                        static_cast<int>(tag.wire_type));
        }
        return fail(Code::corrupt, "PBNode: field {} does not exist, only 1 and 2", tag.field);
    }

    // Fills `link`: the frame of go-codec-dagpb, each field at most once and in order.
    bool read_link(ByteView message, LinkFields& link) {
        ProtobufReader reader(message);
        while (!reader.at_end()) {
            const ProtobufTag tag = reader.take_tag();
            bool well_formed = false;
            if (tag.field == 1) {
                well_formed = read_hash(reader, tag.wire_type, link);
            } else if (tag.field == 2) {
                well_formed = read_name(reader, tag.wire_type, link);
            } else if (tag.field == 3) {
                well_formed = read_total_size(reader, tag.wire_type, link);
            } else if (tag.field == 0) {
                return refuse_frame(reader);
            } else {
                return refuse("PBLink: field {} does not exist, only 1 to 3", tag.field);
            }
            if (!well_formed) return false;
        }
        return link.has_hash || refuse("PBLink: Hash is missing");
    }

    bool read_hash(ProtobufReader& reader, WireType wire_type, LinkFields& link) {
        if (link.has_hash) return refuse("PBLink: Hash appears twice");
        if (link.has_name || link.has_total_size) return refuse_order("Hash");
        if (wire_type != WireType::bytes) return refuse_wire_type("Hash", wire_type);
        const ByteView hash = reader.take_bytes();
        if (reader.failed()) return refuse_frame(reader);
        const size_t cid_size_bytes = measure_cid(hash);
        if (cid_size_bytes == 0) return refuse_hash(Cid::from_prefix(hash).error());
        // As in Go, bytes that follow the CID within the field are passed over.
        link.view.cid = hash.first(cid_size_bytes);
        return link.has_hash = true;
    }

    bool read_name(ProtobufReader& reader, WireType wire_type, LinkFields& link) {
        if (link.has_name) return refuse("PBLink: Name appears twice");
        if (link.has_total_size) return refuse_order("Name");
        if (wire_type != WireType::bytes) return refuse_wire_type("Name", wire_type);
        link.view.name = as_text(reader.take_bytes());
        if (reader.failed()) return refuse_frame(reader);
        return link.has_name = true;
    }

    bool read_total_size(ProtobufReader& reader, WireType wire_type, LinkFields& link) {
        if (link.has_total_size) return refuse("PBLink: Tsize appears twice");
        if (wire_type != WireType::varint) return refuse_wire_type("Tsize", wire_type);
        link.view.total_size = reader.take_varint();
        if (reader.failed()) return refuse_frame(reader);
        return link.has_total_size = true;
    }

    bool refuse_frame(const ProtobufReader& reader) {
        error_ = reader.error("PBLink");
        return false;
    }
    bool refuse_order(std::string_view field) {
        return refuse("PBLink: {} stands after a field that must follow it", field);
    }
    bool refuse_wire_type(std::string_view field, WireType type) {
        return refuse("PBLink: {} has wire type {}", field, static_cast<int>(type));
    }

    ProtobufReader reader_;
    std::optional<Error> error_;
    Links links_ = Links::none;
    bool has_data_ = false;
};

// How many links the block has, as far as its frame is sound; walk() judges it. Knowing the
// count beforehand costs a few nanoseconds a link, growing a vector many times as much.
size_t count_links(ByteView block) {
    ProtobufReader reader(block);
    size_t count = 0;
    while (!reader.at_end()) {
        const ProtobufTag tag = reader.take_tag();
        if (tag.wire_type != WireType::bytes) break;
        reader.take_bytes();
        if (reader.failed()) break;
        count += tag.field == 2 ? 1 : 0;
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
    Walker walker(block);
    const auto on_link = [&](const LinkFields& link) {
        auto cid = Cid::from_bytes(link.view.cid);
        if (!cid) return walker.refuse_hash(cid.error());
        node.links.push_back({*std::move(cid), std::string(link.view.name), link.view.total_size,
                              link.has_name, link.has_total_size});
        return true;
    };
    TRY(walker.walk(on_link, [&](ByteView data) { node.data = to_bytes(data); }));
    return node;
}

Result<PbNodeView> view_dag_pb(ByteView block) {
    PbNodeView node;
    node.links.reserve(count_links(block));
    const auto on_link = [&](const LinkFields& link) {
        node.links.push_back(link.view);
        return true;
    };
    TRY(Walker(block).walk(on_link, [&](ByteView data) { node.data = data; }));
    return node;
}

Result<std::vector<Cid>> links_of_dag_pb(ByteView block) {
    std::vector<Cid> links;
    links.reserve(count_links(block));
    Walker walker(block);
    const auto on_link = [&](const LinkFields& link) {
        auto cid = Cid::from_bytes(link.view.cid);
        if (!cid) return walker.refuse_hash(cid.error());
        links.push_back(*std::move(cid));
        return true;
    };
    TRY(walker.walk(on_link, [](ByteView) {}));
    return links;
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
