#include "announce/message.h"

#include <algorithm>

#include "announce/limits.h"
#include "base/go_text.h"
#include "base/utf8.h"
#include "formats/dag_cbor.h"

namespace kit::announce {
namespace {

using formats::Ipld;
using formats::IpldInteger;

constexpr int64_t version = 1;

// The names of the fields, as short as they read.
constexpr const char* version_field = "v";
constexpr const char* cid_field = "cid";
constexpr const char* size_field = "size";
constexpr const char* name_field = "name";
constexpr const char* type_field = "type";
constexpr const char* tags_field = "tags";
constexpr const char* metadata_field = "meta";
constexpr const char* time_field = "time";
constexpr const char* load_field = "load";
constexpr const char* addresses_field = "addrs";
constexpr const char* number_field = "id";
constexpr const char* patience_field = "wait";
constexpr const char* size_max_field = "max";

// Texts are shown on terminals: what has no form of its own stays out.
Result<void> check_text(const char* field, std::string_view text, size_t size_bytes_max) {
    if (text.size() > size_bytes_max) {
        return fail(Code::too_large, "\"{}\" has {} bytes, at most {}", field, text.size(),
                    size_bytes_max);
    }
    while (!text.empty()) {
        const Utf8Character character = read_utf8(text);
        if (!character.valid || !is_printable(character.code_point)) {
            return fail(Code::invalid_argument, "\"{}\" has a character that cannot be printed",
                        field);
        }
        text.remove_prefix(character.size_bytes);
    }
    return {};
}

Result<void> check_tags(const std::vector<std::string>& tags) {
    if (tags.size() > limits::tags_count_max) {
        return fail(Code::too_large, "\"tags\" has {} of them, at most {}", tags.size(),
                    limits::tags_count_max);
    }
    for (const std::string& tag : tags) {
        if (tag.empty()) return fail(Code::invalid_argument, "\"tags\" has an empty one");
        TRY(check_text(tags_field, tag, limits::tag_size_bytes_max));
    }
    if (std::ranges::adjacent_find(tags, std::greater_equal<>()) != tags.end()) {
        return fail(Code::invalid_argument, "\"tags\" is not sorted or has one twice");
    }
    return {};
}

Result<void> check_addresses(const std::vector<Multiaddr>& addresses) {
    if (addresses.size() > limits::addresses_count_max) {
        return fail(Code::too_large, "\"addrs\" has {} addresses, at most {}", addresses.size(),
                    limits::addresses_count_max);
    }
    for (const Multiaddr& address : addresses) {
        if (address.empty() || address.bytes().size() > limits::address_size_bytes_max) {
            return fail(Code::too_large, "\"addrs\" has an address of {} bytes, 1 to {}",
                        address.bytes().size(), limits::address_size_bytes_max);
        }
    }
    return {};
}

Result<void> check_load(uint32_t load_percent) {
    if (load_percent <= 100) return {};
    return fail(Code::invalid_argument, "\"load\" is {}, at most 100", load_percent);
}

Result<void> check_cid(const char* field, const Cid& cid) {
    if (!cid.empty()) return {};
    return fail(Code::invalid_argument, "\"{}\" is missing", field);
}

Result<void> check(const Announcement& announcement) {
    TRY(check_cid(cid_field, announcement.cid));
    TRY(check_text(name_field, announcement.name, limits::name_size_bytes_max));
    TRY(check_text(type_field, announcement.type, limits::type_size_bytes_max));
    TRY(check_tags(announcement.tags));
    if (announcement.metadata) TRY(check_cid(metadata_field, *announcement.metadata));
    if (announcement.time_ms < 0) return fail(Code::invalid_argument, "\"time\" is negative");
    TRY(check_load(announcement.load_percent));
    return check_addresses(announcement.addresses);
}

Result<void> check(const Want& want) {
    TRY(check_cid(cid_field, want.cid));
    if (want.patience_ms == 0 || want.patience_ms > limits::patience_ms_max) {
        return fail(Code::invalid_argument, "\"wait\" is {} ms, 1 to {}", want.patience_ms,
                    limits::patience_ms_max);
    }
    return check_addresses(want.addresses);
}

Result<void> check(const Offer& offer) {
    TRY(check_cid(cid_field, offer.cid));
    TRY(check_load(offer.load_percent));
    return check_addresses(offer.addresses);
}

// A map under way: what is not said is left out, so that each message has one form.
class FieldWriter {
public:
    FieldWriter() { add(version_field, Ipld::integer(version)); }

    void add(const char* key, Ipld value) { map_.push_back({key, std::move(value)}); }
    void cid(const char* key, const Cid& cid) { add(key, {cid}); }
    void number(const char* key, uint64_t number) { add(key, {IpldInteger{false, number}}); }
    void number(const char* key, const std::optional<uint64_t>& given) {
        if (given) number(key, *given);
    }
    void text(const char* key, const std::string& text) {
        if (!text.empty()) add(key, {text});
    }
    void addresses(const std::vector<Multiaddr>& addresses) {
        Ipld::List list;
        for (const Multiaddr& address : addresses) list.push_back({to_bytes(address.bytes())});
        if (!list.empty()) add(addresses_field, {std::move(list)});
    }
    Result<Bytes> bytes() && { return formats::encode_dag_cbor({std::move(map_)}); }

private:
    Ipld::Map map_;
};

// Reads fields by their names; the first thing that is wrong is kept.
class FieldReader {
public:
    static Result<FieldReader> open(ByteView message) {
        if (message.size() > limits::message_size_bytes_max) {
            return fail(Code::too_large, "a message of {} bytes, at most {}", message.size(),
                        limits::message_size_bytes_max);
        }
        FieldReader reader(TRY(formats::decode_dag_cbor(message)));
        if (!std::holds_alternative<Ipld::Map>(reader.map_.value)) {
            return fail(Code::corrupt, "a message is no map");
        }
        const uint64_t found = reader.number(version_field);
        if (!reader.error_ && found != version) {
            return fail(Code::unsupported, "a message of version {}, not {}", found, version);
        }
        return reader;
    }

    Cid cid(const char* key) { return take<Cid>(key); }
    std::optional<Cid> find_cid(const char* key) {
        return has(key) ? std::optional(cid(key)) : std::nullopt;
    }
    uint64_t number(const char* key, uint64_t highest = INT64_MAX) {
        const auto integer = take<IpldInteger>(key);
        if (integer.negative || integer.magnitude > highest) refuse(key, "is out of range");
        return integer.magnitude;
    }
    std::optional<uint64_t> find_number(const char* key) {
        return has(key) ? std::optional(number(key)) : std::nullopt;
    }
    uint32_t number32(const char* key) { return static_cast<uint32_t>(number(key, UINT32_MAX)); }
    std::string text(const char* key) { return has(key) ? take<std::string>(key) : std::string(); }
    std::vector<std::string> texts(const char* key) {
        std::vector<std::string> texts;
        for (const Ipld& item : list(key)) {
            const auto* text = std::get_if<std::string>(&item.value);
            if (text == nullptr) return refuse(key, "has something that is no text"), texts;
            texts.push_back(*text);
        }
        return texts;
    }
    std::vector<Multiaddr> addresses() {
        std::vector<Multiaddr> addresses;
        for (const Ipld& item : list(addresses_field)) {
            const auto* bytes = std::get_if<Bytes>(&item.value);
            auto address =
                bytes == nullptr ? fail(Code::corrupt, "no bytes") : Multiaddr::from_bytes(*bytes);
            if (!address) return refuse(addresses_field, "has something else"), addresses;
            addresses.push_back(*std::move(address));
        }
        return addresses;
    }
    Result<void> verdict() && {
        if (error_) return std::unexpected(*std::move(error_));
        return {};
    }

private:
    explicit FieldReader(Ipld map) : map_(std::move(map)) {}

    bool has(const char* key) const { return map_.find(key) != nullptr; }
    template <typename T>
    T take(const char* key) {
        const Ipld* found = map_.find(key);
        const T* value = found == nullptr ? nullptr : std::get_if<T>(&found->value);
        if (value != nullptr) return *value;
        refuse(key, found == nullptr ? "is missing" : "is of another kind");
        return T();
    }
    Ipld::List list(const char* key) { return has(key) ? take<Ipld::List>(key) : Ipld::List(); }
    void refuse(const char* key, const char* what) {
        if (!error_) error_ = fail(Code::corrupt, "\"{}\" {}", key, what).error();
    }

    Ipld map_;
    std::optional<Error> error_;
};

// What was read is good, and writes again to the same bytes: no unknown field, none empty that
// should be left out.
template <typename Message>
Result<Message> sound(FieldReader&& reader, Message message, ByteView bytes) {
    TRY(std::move(reader).verdict());
    auto again = encode(message);
    if (!again) return fail(Code::corrupt, "{}", again.error().message);
    if (!equal(*again, bytes)) {
        return fail(Code::corrupt, "a message with fields that version {} does not have", version);
    }
    return message;
}

}  // namespace

Result<Bytes> encode(const Announcement& announcement) {
    TRY(check(announcement));
    FieldWriter writer;
    writer.cid(cid_field, announcement.cid);
    writer.number(size_field, announcement.size_bytes);
    writer.text(name_field, announcement.name);
    writer.text(type_field, announcement.type);
    Ipld::List tags;
    for (const std::string& tag : announcement.tags) tags.push_back({tag});
    if (!tags.empty()) writer.add(tags_field, {std::move(tags)});
    if (announcement.metadata) writer.cid(metadata_field, *announcement.metadata);
    writer.number(time_field, static_cast<uint64_t>(announcement.time_ms));
    writer.number(load_field, uint64_t{announcement.load_percent});
    writer.addresses(announcement.addresses);
    return std::move(writer).bytes();
}

Result<Bytes> encode(const Want& want) {
    TRY(check(want));
    FieldWriter writer;
    writer.cid(cid_field, want.cid);
    writer.number(number_field, want.number);
    writer.number(patience_field, uint64_t{want.patience_ms});
    writer.number(size_max_field, want.size_bytes_max);
    writer.addresses(want.addresses);
    return std::move(writer).bytes();
}

Result<Bytes> encode(const Offer& offer) {
    TRY(check(offer));
    FieldWriter writer;
    writer.cid(cid_field, offer.cid);
    writer.number(number_field, offer.number);
    writer.number(size_field, offer.size_bytes);
    writer.number(load_field, uint64_t{offer.load_percent});
    writer.addresses(offer.addresses);
    return std::move(writer).bytes();
}

Result<Announcement> decode_announcement(ByteView message) {
    auto reader = TRY(FieldReader::open(message));
    Announcement announcement{.cid = reader.cid(cid_field),
                              .size_bytes = reader.find_number(size_field),
                              .name = reader.text(name_field),
                              .type = reader.text(type_field),
                              .tags = reader.texts(tags_field),
                              .metadata = reader.find_cid(metadata_field),
                              .time_ms = static_cast<int64_t>(reader.number(time_field, INT64_MAX)),
                              .load_percent = reader.number32(load_field),
                              .addresses = reader.addresses()};
    return sound(std::move(reader), std::move(announcement), message);
}

Result<Want> decode_want(ByteView message) {
    auto reader = TRY(FieldReader::open(message));
    Want want{.cid = reader.cid(cid_field),
              .number = reader.number(number_field),
              .patience_ms = reader.number32(patience_field),
              .size_bytes_max = reader.find_number(size_max_field),
              .addresses = reader.addresses()};
    return sound(std::move(reader), std::move(want), message);
}

Result<Offer> decode_offer(ByteView message) {
    auto reader = TRY(FieldReader::open(message));
    Offer offer{.cid = reader.cid(cid_field),
                .number = reader.number(number_field),
                .size_bytes = reader.find_number(size_field),
                .load_percent = reader.number32(load_field),
                .addresses = reader.addresses()};
    return sound(std::move(reader), std::move(offer), message);
}

}  // namespace kit::announce
