#include "naming/dns_message.h"

#include <algorithm>

namespace kit::naming {
namespace {

constexpr size_t header_size_bytes = 12;
constexpr uint16_t type_txt = 16;
constexpr uint16_t class_internet = 1;
constexpr uint16_t flag_response = 0x8000;
constexpr uint16_t flag_truncated = 0x0200;
constexpr uint16_t flag_recursion_desired = 0x0100;
constexpr uint16_t rcode_mask = 0x000f;
constexpr uint16_t opcode_mask = 0x7800;
constexpr uint16_t rcode_no_error = 0;
constexpr uint16_t rcode_no_domain = 3;
constexpr uint8_t pointer_mask = 0xc0;

void put_u16(Bytes& out, uint16_t number) {
    out.push_back(static_cast<uint8_t>(number >> 8));
    out.push_back(static_cast<uint8_t>(number));
}

// Reads from the front of a message; whatever is beyond its end is a failure.
class MessageReader final {
public:
    MessageReader(ByteView message, std::string_view domain) : rest_(message), domain_(domain) {}

    Result<uint16_t> u16() {
        const ByteView bytes = TRY(take(2));
        return static_cast<uint16_t>(bytes[0] << 8 | bytes[1]);
    }
    Result<uint32_t> u32() {
        const uint32_t high = TRY(u16());
        const uint32_t low = TRY(u16());
        return high << 16 | low;
    }
    Result<ByteView> take(size_t size) {
        if (size > rest_.size()) return refuse("it ends too early");
        const ByteView taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }
    // Names are passed over, so where a pointer leads does not matter: it is always the last part.
    Result<void> skip_name() {
        for (;;) {
            const ByteView length = TRY(take(1));
            if (length[0] == 0) return {};
            if ((length[0] & pointer_mask) == pointer_mask) {
                TRY(take(1));
                return {};
            }
            if ((length[0] & pointer_mask) != 0)
                return refuse("a name has a label of no known kind");
            TRY(take(length[0]));
        }
    }
    std::unexpected<Error> refuse(std::string_view why) const {
        return fail(Code::corrupt, "the answer of DNS for {} cannot be read: {}", domain_, why);
    }

private:
    ByteView rest_;
    const std::string_view domain_;
};

// A record's data is strings, each after a byte that says its size.
Result<std::string> joined_strings(const MessageReader& reader, ByteView data) {
    std::string text;
    while (!data.empty()) {
        const size_t size = data[0];
        if (size >= data.size()) return reader.refuse("a string is longer than its record");
        text += as_text(data.subspan(1, size));
        data = data.subspan(1 + size);
    }
    return text;
}

Result<void> read_record(MessageReader& reader, TxtAnswer& answer) {
    TRY(reader.skip_name());
    const uint16_t type = TRY(reader.u16());
    const uint16_t record_class = TRY(reader.u16());
    const uint64_t ttl_s = TRY(reader.u32());
    const uint16_t size = TRY(reader.u16());
    const ByteView data = TRY(reader.take(size));
    // Others are the CNAMEs that led there.
    if (type != type_txt || record_class != class_internet) return {};
    auto text = TRY(joined_strings(reader, data));
    // RFC 2181, 5.2: records of one set that differ count as the least; and 8: a time with the
    // highest bit set is none.
    const uint64_t kept_s = ttl_s > INT32_MAX ? 0 : ttl_s;
    answer.ttl_s = answer.texts.empty() ? kept_s : std::min(answer.ttl_s, kept_s);
    answer.texts.push_back(std::move(text));
    return {};
}

}  // namespace

Result<Bytes> encode_txt_question(std::string_view domain) {
    if (!is_domain_name(domain)) {
        return fail(Code::invalid_argument, "{} is no name that DNS could have", domain);
    }
    Bytes message;
    put_u16(message, 0);
    put_u16(message, flag_recursion_desired);
    put_u16(message, 1);
    for (int section = 0; section < 3; ++section) put_u16(message, 0);
    if (domain.ends_with('.')) domain.remove_suffix(1);
    while (!domain.empty()) {
        const size_t size = std::min(domain.find('.'), domain.size());
        message.push_back(static_cast<uint8_t>(size));
        append(message, as_bytes(domain.substr(0, size)));
        domain.remove_prefix(std::min(size + 1, domain.size()));
    }
    message.push_back(0);
    put_u16(message, type_txt);
    put_u16(message, class_internet);
    return message;
}

Result<TxtAnswer> decode_txt_answer(ByteView message, std::string_view domain) {
    MessageReader reader(message, domain);
    if (message.size() < header_size_bytes) return reader.refuse("it ends too early");
    TRY(reader.u16());
    const uint16_t flags = TRY(reader.u16());
    const uint16_t question_count = TRY(reader.u16());
    const uint16_t answer_count = TRY(reader.u16());
    TRY(reader.u32());
    if ((flags & flag_response) == 0 || (flags & opcode_mask) != 0) {
        return reader.refuse("it is no answer");
    }
    if ((flags & flag_truncated) != 0) return reader.refuse("it was cut short");
    const int rcode = flags & rcode_mask;
    if (rcode == rcode_no_domain) return TxtAnswer{};
    if (rcode != rcode_no_error) {
        return fail(Code::offline, "lookup {}: the server of DNS answers with failure {}", domain,
                    rcode);
    }
    for (int i = 0; i < question_count; ++i) {
        TRY(reader.skip_name());
        TRY(reader.u32());
    }
    TxtAnswer answer;
    for (int i = 0; i < answer_count; ++i) TRY(read_record(reader, answer));
    return answer;
}

}  // namespace kit::naming
