#include "formats/dag_jose.h"

#include <algorithm>
#include <cmath>

#include "base/go_text.h"
#include "formats/dag_cbor.h"
#include "formats/decode_budget.h"
#include "formats/multibase.h"

namespace kit::formats {
namespace {

// One object of the schema: which of its fields hold bytes (base64url outside), which must be
// there.
struct Shape {
    std::string_view name;
    std::span<const std::string_view> bytes;  // In the order that they have outside.
    std::string_view required;                // "" when all may be missing.
};

constexpr std::string_view jwe_bytes[] = {"aad", "ciphertext", "iv", "protected", "tag"};
constexpr std::string_view recipient_bytes[] = {"encrypted_key"};
constexpr std::string_view jws_bytes[] = {"payload"};
constexpr std::string_view signature_bytes[] = {"protected", "signature"};
constexpr Shape jwe_shape{"JWE", jwe_bytes, "ciphertext"};
constexpr Shape recipient_shape{"recipient", recipient_bytes, ""};
constexpr Shape jws_shape{"JWS", jws_bytes, "payload"};
constexpr Shape signature_shape{"signature", signature_bytes, "signature"};

std::unexpected<Error> refuse(std::string_view why) {
    return fail(Code::corrupt, "dag-jose: {}", why);
}
std::unexpected<Error> no_jose(std::string_view why) {
    return fail(Code::unsupported, "invalid JOSE object: {}", why);
}

// Headers hold what the schema's `Any` has: no links, no null, no truth values.
bool is_header_value(const Ipld& value) {
    if (const auto* list = std::get_if<Ipld::List>(&value.value)) {
        return std::ranges::all_of(*list, is_header_value);
    }
    if (const auto* map = std::get_if<Ipld::Map>(&value.value)) {
        return std::ranges::all_of(*map,
                                   [](const auto& entry) { return is_header_value(entry.value); });
    }
    return !std::holds_alternative<IpldNull>(value.value) &&
           !std::holds_alternative<bool>(value.value) && !std::holds_alternative<Cid>(value.value);
}

std::string base64url(ByteView bytes) {
    return encode_base(Base::base64url, bytes);
}

// Reads one object of `shape`; `others` takes the fields that are not bytes.
template <typename TakeOther>
Result<Ipld::Map> read_object(const Ipld& value, const Shape& shape, TakeOther take_other) {
    const auto* map = std::get_if<Ipld::Map>(&value.value);
    if (map == nullptr) return refuse(fmt::format("a {} that is no map", shape.name));
    Ipld::Map object;
    for (const auto& [key, field] : *map) {
        if (std::ranges::find(shape.bytes, key) == shape.bytes.end()) {
            Ipld other = TRY(take_other(key, field));
            object.emplace_back(std::string(key), std::move(other));
            continue;
        }
        if (const auto* bytes = std::get_if<Bytes>(&field.value)) {
            object.emplace_back(std::string(key), Ipld{base64url(*bytes)});
            continue;
        }
        // Older writers kept the text.
        const auto* text = std::get_if<std::string>(&field.value);
        if (text == nullptr) return refuse(go_quote(key) + " that is no bytes");
        const auto decoded = decode_base(Base::base64url, *text);
        if (!decoded) return refuse(go_quote(key) + " that is no base64url");
        object.emplace_back(std::string(key), Ipld{base64url(*decoded)});
    }
    const auto is_there = [&](std::string_view key) {
        return std::ranges::find(object, key, &IpldEntry::key) != object.end();
    };
    if (!shape.required.empty() && !is_there(shape.required)) {
        return refuse(fmt::format("missing required fields: {}", shape.required));
    }
    return object;
}

std::unexpected<Error> unknown_field(const Shape& shape, std::string_view key) {
    return refuse(fmt::format("a {} with the field {}", shape.name, go_quote(key)));
}

Result<Ipld> read_header(const Shape& shape, std::string_view wanted, std::string_view key,
                         const Ipld& field) {
    if (key != wanted) return unknown_field(shape, key);
    if (!is_header_value(field)) return refuse(go_quote(key) + " with what JOSE does not have");
    return field;
}

// Recipients and signatures.
Result<Ipld> read_parts(const Ipld& value, const Shape& shape) {
    const auto* parts = std::get_if<Ipld::List>(&value.value);
    if (parts == nullptr) return refuse(fmt::format("the {}s are no list", shape.name));
    Ipld::List read;
    for (const Ipld& part : *parts) {
        auto object = TRY(
            read_object(part, shape, [&](std::string_view key, const Ipld& field) -> Result<Ipld> {
                return read_header(shape, "header", key, field);
            }));
        read.push_back(Ipld{std::move(object)});
    }
    return Ipld{std::move(read)};
}

Result<Ipld> read_jwe(const Ipld& value) {
    auto object = TRY(
        read_object(value, jwe_shape, [](std::string_view key, const Ipld& field) -> Result<Ipld> {
            if (key == "recipients") return read_parts(field, recipient_shape);
            return read_header(jwe_shape, "unprotected", key, field);
        }));
    return Ipld{std::move(object)};
}

Result<Ipld> read_jws(const Ipld& value) {
    auto object = TRY(
        read_object(value, jws_shape, [](std::string_view key, const Ipld& field) -> Result<Ipld> {
            if (key == "signatures") return read_parts(field, signature_shape);
            if (key != "link") return unknown_field(jws_shape, key);
            if (!std::holds_alternative<Cid>(field.value)) return refuse("a link that is none");
            return field;
        }));
    Ipld jws{std::move(object)};
    if (jws.find("link") != nullptr) return jws;
    const Bytes payload =
        decode_base(Base::base64url, std::get<std::string>(jws.find("payload")->value)).value();
    auto cid = Cid::from_bytes(payload);
    if (!cid) return refuse("a payload that is no CID: " + cid.error().message);
    auto& fields = std::get<Ipld::Map>(jws.value);
    fields.insert(fields.begin(), {"link", Ipld{*std::move(cid)}});
    return jws;
}

// Kubo writes headers as JSON and reads them again, so every number becomes a double. One below a
// million without a fraction is an integer again; others have an exponent or a point, and stay.
Ipld number_through_json(double number) {
    if (std::trunc(number) != number || std::fabs(number) >= 1e6) return Ipld{number};
    return Ipld::integer(static_cast<int64_t>(number));
}

Result<Ipld> through_json(const Ipld& value) {
    if (const auto* list = std::get_if<Ipld::List>(&value.value)) {
        Ipld::List items;
        for (const Ipld& item : *list) {
            Ipld mended = TRY(through_json(item));
            items.push_back(std::move(mended));
        }
        return Ipld{std::move(items)};
    }
    if (const auto* map = std::get_if<Ipld::Map>(&value.value)) {
        Ipld::Map entries;
        for (const auto& [key, item] : *map) {
            Ipld mended = TRY(through_json(item));
            entries.emplace_back(key, std::move(mended));
        }
        return Ipld{std::move(entries)};
    }
    if (std::holds_alternative<std::string>(value.value)) return value;
    if (const auto* integer = std::get_if<IpldInteger>(&value.value)) {
        const auto magnitude = static_cast<double>(integer->magnitude);
        return number_through_json(integer->negative ? -1 - magnitude : magnitude);
    }
    if (const auto* number = std::get_if<double>(&value.value)) return number_through_json(*number);
    return no_jose("a header with what JOSE does not have");
}

Result<Ipld> bytes_field(const Ipld& field, std::string_view key) {
    const auto* text = std::get_if<std::string>(&field.value);
    if (text == nullptr) return no_jose(go_quote(key) + " is no text");
    auto bytes = decode_base(Base::base64url, *text);
    if (!bytes) return no_jose(go_quote(key) + " is no base64url");
    return Ipld{*std::move(bytes)};
}

// Adds the fields of `shape`, and `header_key` when it is there.
Result<void> write_fields(const Ipld& value, const Shape& shape, std::string_view header_key,
                          Ipld::Map& into) {
    for (const std::string_view key : shape.bytes) {
        if (const Ipld* field = value.find(key)) {
            Ipld bytes = TRY(bytes_field(*field, key));
            into.emplace_back(std::string(key), std::move(bytes));
        } else if (key == shape.required) {
            return no_jose(fmt::format("missing required fields: {}", key));
        }
    }
    if (const Ipld* header = value.find(header_key)) {
        Ipld mended = TRY(through_json(*header));
        into.emplace_back(std::string(header_key), std::move(mended));
    }
    return {};
}

Result<Ipld> write_part(const Ipld& value, const Shape& shape) {
    const auto* map = std::get_if<Ipld::Map>(&value.value);
    if (map == nullptr) return no_jose(fmt::format("a {} that is no map", shape.name));
    for (const auto& [key, field] : *map) {
        if (key != "header" && std::ranges::find(shape.bytes, key) == shape.bytes.end()) {
            return no_jose(fmt::format("a {} with the field {}", shape.name, go_quote(key)));
        }
    }
    Ipld::Map written;
    TRY(write_fields(value, shape, "header", written));
    return Ipld{std::move(written)};
}

// The list `key`, or the flattened form's one part. Both at once is neither.
Result<Ipld::List> write_parts(const Ipld& value, const Shape& shape, std::string_view key) {
    Ipld::List written;
    const Ipld* parts = value.find(key);
    if (parts == nullptr) {
        Ipld::Map flattened;
        TRY(write_fields(value, shape, "header", flattened));
        written.push_back(Ipld{std::move(flattened)});
        return written;
    }
    const bool is_jws = &shape == &signature_shape;
    for (const std::string_view mixed : {"header", "encrypted_key", "protected", "signature"}) {
        if (mixed != "header" && std::ranges::find(shape.bytes, mixed) == shape.bytes.end()) {
            continue;
        }
        if (value.find(mixed) != nullptr) {
            return fail(Code::unsupported, "invalid {} serialization", is_jws ? "JWS" : "JWE");
        }
    }
    const auto* list = std::get_if<Ipld::List>(&parts->value);
    if (list == nullptr) return no_jose(go_quote(key) + " is no list");
    for (const Ipld& part : *list) {
        Ipld object = TRY(write_part(part, shape));
        written.push_back(std::move(object));
    }
    return written;
}

Result<Bytes> write_jwe(const Ipld& value) {
    Ipld::Map jwe;
    TRY(write_fields(value, jwe_shape, "unprotected", jwe));
    Ipld::List recipients = TRY(write_parts(value, recipient_shape, "recipients"));
    if (recipients.empty()) return no_jose("no recipients");
    // Where the first has nothing, none is written: so does Kubo.
    if (!std::get<Ipld::Map>(recipients[0].value).empty()) {
        jwe.emplace_back("recipients", Ipld{std::move(recipients)});
    }
    return encode_dag_cbor(Ipld{std::move(jwe)});
}

Result<Bytes> write_jws(const Ipld& value) {
    Ipld::Map jws;
    TRY(write_fields(value, jws_shape, "", jws));
    const auto cid = Cid::from_bytes(std::get<Bytes>(jws[0].value.value));
    if (!cid) {
        return fail(Code::unsupported, "payload is not a valid CID: {}", cid.error().message);
    }
    Ipld::List signatures = TRY(write_parts(value, signature_shape, "signatures"));
    jws.emplace_back("signatures", Ipld{std::move(signatures)});
    return encode_dag_cbor(Ipld{std::move(jws)});
}

}  // namespace

Result<Ipld> decode_dag_jose(ByteView block) {
    const Ipld value = TRY(decode_dag_cbor(block, DagCborForm::as_kubo));
    Result<Ipld> jwe = read_jwe(value);
    return jwe ? jwe : read_jws(value);
}

Result<Bytes> encode_dag_jose(const Ipld& value) {
    const auto* map = std::get_if<Ipld::Map>(&value.value);
    if (map != nullptr && find_repeated_key(*map)) return no_jose("a field is there twice");
    if (value.find("ciphertext") != nullptr) return write_jwe(value);
    if (value.find("payload") != nullptr) return write_jws(value);
    return fail(Code::unsupported, "invalid JOSE object");
}

Result<std::vector<Cid>> links_of_dag_jose(ByteView block) {
    const Ipld value = TRY(decode_dag_jose(block));
    const Ipld* link = value.find("link");
    if (link == nullptr) return std::vector<Cid>();
    return std::vector<Cid>{std::get<Cid>(link->value)};
}

}  // namespace kit::formats
