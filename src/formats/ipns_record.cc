#include "formats/ipns_record.h"

#include "base/limits.h"
#include "formats/dag_cbor.h"
#include "formats/protobuf_reader.h"
#include "formats/varint.h"

namespace kit::formats {
namespace {

constexpr std::string_view signature_v2_prefix = "ipns-signature:";
constexpr std::string_view value_of_nothing = "/ipfs/bafkqaaa";
constexpr std::string_view routing_prefix = "/ipns/";
constexpr std::string_view end_of_life = "EOL";  // The one validity type, in the V1 signature.

// Protobuf keys: field number << 3 | wire type.
constexpr uint8_t bytes_key(int field) {
    return static_cast<uint8_t>(field << 3 | 2);
}
constexpr uint8_t number_key(int field) {
    return static_cast<uint8_t>(field << 3);
}

void put_bytes(Bytes& out, int field, ByteView bytes) {
    out.push_back(bytes_key(field));
    append_varint(out, bytes.size());
    append(out, bytes);
}
void put_number(Bytes& out, int field, uint64_t number) {
    out.push_back(number_key(field));
    append_varint(out, number);
}

Bytes joined(std::initializer_list<ByteView> pieces) {
    Bytes all;
    for (const ByteView piece : pieces) append(all, piece);
    return all;
}

std::unexpected<Error> malformed(std::string_view why) {
    return fail(Code::corrupt, "record is malformed\n{}", why);  // Go's errors.Join.
}

Result<ByteView> bytes_in(const Ipld& document, std::string_view key) {
    const Ipld* entry = document.find(key);
    const auto* bytes = entry == nullptr ? nullptr : std::get_if<Bytes>(&entry->value);
    if (bytes == nullptr) return malformed(fmt::format("{} is missing or no bytes", key));
    return ByteView(*bytes);
}

// The documents' integers are Go's int64.
Result<int64_t> integer_in(const Ipld& document, std::string_view key) {
    const Ipld* entry = document.find(key);
    const auto* number = entry == nullptr ? nullptr : std::get_if<IpldInteger>(&entry->value);
    if (number == nullptr || number->magnitude > INT64_MAX) {
        return malformed(fmt::format("{} is missing or no integer of 64 bits", key));
    }
    const auto magnitude = static_cast<int64_t>(number->magnitude);
    return number->negative ? -1 - magnitude : magnitude;
}

Result<std::string> path_of_value(ByteView value) {
    if (value.empty()) return std::string(value_of_nothing);
    const std::string_view text = as_text(value);
    if (text.starts_with("/ipfs/") || text.starts_with("/ipns/") || text.starts_with("/ipld/")) {
        return std::string(text);
    }
    // "The value could be a valid CID in byte form", for reasons of old.
    const auto cid = Cid::from_bytes(value);
    if (text.starts_with('/') || !cid) {
        return fail(Code::invalid_argument, "value is not a valid content path");
    }
    return "/ipfs/" + cid->to_text();
}

Result<Bytes> encode_document(const IpnsContent& content, ByteView validity) {
    const Ipld::Map map = {
        {"Value", {to_bytes(as_bytes(content.value))}},
        {"Validity", {to_bytes(validity)}},
        {"ValidityType", Ipld::integer(0)},
        {"Sequence", Ipld::integer(static_cast<int64_t>(content.sequence))},
        {"TTL", Ipld::integer(static_cast<int64_t>(content.ttl_ns))},
    };
    return encode_dag_cbor({map});
}

}  // namespace

struct IpnsRecord::Document {
    Bytes value;
    Bytes validity;
    int64_t validity_type;
    int64_t sequence;
    int64_t ttl_ns;
};

Result<IpnsRecord> IpnsRecord::create(const PrivateKey& key, const IpnsContent& content,
                                      IpnsForm form) {
    if (content.sequence > INT64_MAX || content.ttl_ns > INT64_MAX) {
        return fail(Code::invalid_argument, "the sequence and TTL of a record are below 2^63");
    }
    const std::string validity = to_rfc3339(content.valid_until);
    IpnsRecord record;
    Fields& fields = record.fields_;
    fields.data = TRY(encode_document(content, as_bytes(validity)));
    fields.signature_v2 = key.sign(joined({as_bytes(signature_v2_prefix), fields.data}));
    if (form == IpnsForm::v1_and_v2) {
        fields.value = to_bytes(as_bytes(content.value));
        fields.validity = to_bytes(as_bytes(validity));
        fields.sequence = content.sequence;
        fields.ttl_ns = content.ttl_ns;
        fields.signature_v1 =
            key.sign(joined({fields.value, fields.validity, as_bytes(end_of_life)}));
    }
    if (!PeerId::of(key.public_key()).public_key()) {
        fields.public_key = key.public_key().to_protobuf();
    }
    record.bytes_ = encode(fields, form);
    if (record.bytes_.size() > limits::ipns_record_size_bytes_max) {
        return fail(Code::too_large, "record exceeds allowed size limit: {} bytes, at most {}",
                    record.bytes_.size(), limits::ipns_record_size_bytes_max);
    }
    return record;
}

Bytes IpnsRecord::encode(const Fields& fields, IpnsForm form) {
    Bytes out;
    if (form == IpnsForm::v1_and_v2) {
        put_bytes(out, 1, fields.value);
        put_bytes(out, 2, fields.signature_v1);
        put_number(out, 3, fields.validity_type);
        put_bytes(out, 4, fields.validity);
        put_number(out, 5, fields.sequence);
        put_number(out, 6, fields.ttl_ns);
    }
    if (!fields.public_key.empty()) put_bytes(out, 7, fields.public_key);
    put_bytes(out, 8, fields.signature_v2);
    put_bytes(out, 9, fields.data);
    return out;
}

Result<IpnsRecord::Fields> IpnsRecord::decode(ByteView message) {
    Fields fields;
    Bytes* const texts[] = {
        nullptr, &fields.value,      &fields.signature_v1, nullptr,     &fields.validity, nullptr,
        nullptr, &fields.public_key, &fields.signature_v2, &fields.data};
    uint64_t* const numbers[] = {nullptr, nullptr,          nullptr,       &fields.validity_type,
                                 nullptr, &fields.sequence, &fields.ttl_ns};
    ProtobufReader reader(message);
    while (!reader.at_end()) {
        const auto tag = reader.read_tag();
        if (!tag) return malformed(reader.error("IpnsRecord").message);
        if (tag->wire_type == WireType::bytes) {
            const auto bytes = reader.read_bytes();
            if (!bytes) return malformed(reader.error("IpnsRecord").message);
            if (tag->field < std::size(texts) && texts[tag->field] != nullptr) {
                *texts[tag->field] = to_bytes(*bytes);
            }
        } else if (tag->wire_type == WireType::varint) {
            const auto number = reader.read_varint();
            if (!number) return malformed(reader.error("IpnsRecord").message);
            if (tag->field < std::size(numbers) && numbers[tag->field] != nullptr) {
                *numbers[tag->field] = *number;
            }
        } else if (!reader.skip(tag->wire_type)) {
            return malformed(reader.error("IpnsRecord").message);
        }
    }
    return fields;
}

Result<IpnsRecord> IpnsRecord::from_bytes(ByteView bytes) {
    if (bytes.size() > limits::ipns_record_size_bytes_max) {
        return fail(Code::too_large, "record exceeds allowed size limit: {} bytes, at most {}",
                    bytes.size(), limits::ipns_record_size_bytes_max);
    }
    IpnsRecord record;
    record.bytes_ = to_bytes(bytes);
    record.fields_ = TRY(decode(bytes));
    if (record.fields_.data.empty()) return malformed("record is missing the dag-cbor data field");
    TRY(record.document());
    return record;
}

Result<IpnsRecord::Document> IpnsRecord::document() const {
    auto document = decode_dag_cbor(fields_.data, DagCborForm::as_kubo);
    if (!document) return malformed(document.error().message);
    if (!std::holds_alternative<Ipld::Map>(document->value)) return malformed("data is no map");
    Document result;
    result.value = to_bytes(TRY(bytes_in(*document, "Value")));
    result.validity = to_bytes(TRY(bytes_in(*document, "Validity")));
    result.validity_type = TRY(integer_in(*document, "ValidityType"));
    result.sequence = TRY(integer_in(*document, "Sequence"));
    // A hint that may be missing.
    result.ttl_ns = document->find("TTL") == nullptr ? 0 : TRY(integer_in(*document, "TTL"));
    return result;
}

Result<IpnsContent> IpnsRecord::content() const {
    const Document document = TRY(this->document());
    if (document.validity_type != 0) {
        return fail(Code::corrupt, "record contains an unrecognized validity type");
    }
    const auto valid_until = from_rfc3339(as_text(document.validity));
    if (!valid_until) return fail(Code::corrupt, "record contains an invalid validity");
    if (document.ttl_ns < 0) return malformed("negative TTL");
    std::string value = TRY(path_of_value(document.value));
    return IpnsContent{std::move(value), static_cast<uint64_t>(document.sequence), *valid_until,
                       static_cast<uint64_t>(document.ttl_ns)};
}

Result<PublicKey> IpnsRecord::public_key(const PeerId& name) const {
    if (fields_.public_key.empty()) {
        auto key = name.public_key();
        if (key) return *std::move(key);
        return fail(Code::not_found, "public key not found");
    }
    auto key = PublicKey::from_protobuf(fields_.public_key);
    if (!key) return fail_because(std::move(key).error(), "public key invalid");
    if (name.is_of(*key)) return *std::move(key);
    return fail(Code::invalid_argument, "record public key does not match the expected public key");
}

Result<void> IpnsRecord::check_halves_agree(const Document& document) const {
    const auto differs = [](std::string_view field) {
        return fail(Code::corrupt, "field \"{}\" did not match between protobuf and CBOR", field);
    };
    if (!equal(fields_.value, document.value)) return differs("Value");
    if (!equal(fields_.validity, document.validity)) return differs("Validity");
    // The enumeration has 32 bits, sign included.
    if (static_cast<int32_t>(fields_.validity_type) != document.validity_type) {
        return differs("ValidityType");
    }
    if (fields_.sequence != static_cast<uint64_t>(document.sequence)) return differs("Sequence");
    if (fields_.ttl_ns != static_cast<uint64_t>(document.ttl_ns)) return differs("TTL");
    return {};
}

// https://specs.ipfs.tech/ipns/ipns-record/#record-verification
Result<void> IpnsRecord::validate(const PeerId& name, const Moment& now) const {
    // "signatureV2 and data are present": a record with the first signature alone proves nothing.
    if (fields_.signature_v2.empty()) return fail(Code::corrupt, "signature verification failed");
    const PublicKey key = TRY(public_key(name));
    const Bytes message = joined({as_bytes(signature_v2_prefix), fields_.data});
    if (!key.verifies(message, fields_.signature_v2)) {
        return fail(Code::corrupt, "signature verification failed");
    }
    const Document document = TRY(this->document());
    if (!fields_.signature_v1.empty() || !fields_.value.empty()) {
        TRY(check_halves_agree(document));
    }
    const IpnsContent content = TRY(this->content());
    if (now > content.valid_until) {
        return fail(Code::timeout, "record is expired");
    }
    return {};
}

Result<std::strong_ordering> compare_records(const IpnsRecord& a, const IpnsRecord& b) {
    if (a.has_v2_signature() != b.has_v2_signature()) {
        return a.has_v2_signature() ? std::strong_ordering::greater : std::strong_ordering::less;
    }
    const IpnsContent left = TRY(a.content());
    const IpnsContent right = TRY(b.content());
    if (left.sequence != right.sequence) return left.sequence <=> right.sequence;
    return left.valid_until <=> right.valid_until;
}

Bytes ipns_routing_key(const PeerId& name) {
    return joined({as_bytes(routing_prefix), name.bytes()});
}

}  // namespace kit::formats
