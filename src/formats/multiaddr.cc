// An address is kept as its binary form: code, length where the protocol has no fixed one, value,
// again and again. Since that form is a prefix code, comparing the bytes compares the parts.
#include "formats/multiaddr.h"

#include <algorithm>

#include "base/limits.h"
#include "formats/multiaddr_values.h"
#include "formats/varint.h"

namespace kit::formats {
namespace {

struct ReadPart {
    const ProtocolInfo* info;
    ByteView value;
    size_t size_bytes;
};

Result<ReadPart> read_part(ByteView bytes) {
    const std::optional<Varint> code = find_varint(bytes);
    if (!code) return fail(Code::invalid_argument, "an address part has no protocol code");
    const ProtocolInfo* info = find_protocol(code->value);
    if (info == nullptr) {
        return fail(Code::invalid_argument, "no protocol has the code {}", code->value);
    }
    size_t head_size = code->size_bytes;
    const std::optional<size_t> fixed_size = fixed_value_size(info->kind);
    uint64_t value_size = fixed_size.value_or(0);
    if (!fixed_size) {
        const std::optional<Varint> size = find_varint(bytes.subspan(head_size));
        if (!size) {
            return fail(Code::invalid_argument, "the value of {} has no length", info->name);
        }
        head_size += size->size_bytes;
        value_size = size->value;
    }
    if (bytes.size() - head_size < value_size) {
        return fail(Code::invalid_argument, "the value of {} needs {} bytes, and {} are left",
                    info->name, value_size, bytes.size() - head_size);
    }
    const ByteView value = bytes.subspan(head_size, value_size);
    return ReadPart{info, value, head_size + value.size()};
}

// Walks an address that is known to be well-formed.
template <typename Visit>
void for_each_part(ByteView bytes, Visit visit) {
    while (!bytes.empty()) {
        const Result<ReadPart> part = read_part(bytes);
        ASSERT(part.has_value());
        visit(*part);
        bytes = bytes.subspan(part->size_bytes);
    }
}

void append_part(Bytes& out, const ProtocolInfo& info, ByteView value) {
    append_varint(out, static_cast<uint64_t>(info.protocol));
    if (!fixed_value_size(info.kind)) append_varint(out, value.size());
    append(out, value);
}

// Takes the text up to the next slash and that slash.
std::string_view take_word(std::string_view& rest) {
    const std::string_view word = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    return word;
}

// "name/value/name/value", without the slash at the start.
Result<Bytes> parse_parts(std::string_view rest) {
    Bytes bytes;
    while (!rest.empty()) {
        const std::string_view name = take_word(rest);
        const ProtocolInfo* info = find_protocol(name);
        if (info == nullptr) return fail(Code::invalid_argument, "unknown protocol \"{}\"", name);
        Bytes value;
        if (info->kind != ValueKind::none) {
            if (rest.empty()) return fail(Code::invalid_argument, "{} needs a value", name);
            std::string path;
            if (info->kind == ValueKind::path) path = "/" + std::string(rest);
            const std::string_view text =
                info->kind == ValueKind::path ? std::exchange(rest, {}) : take_word(rest);
            auto parsed = value_from_text(info->kind, path.empty() ? text : path);
            if (parsed) {
                auto checked = check_value(info->kind, *parsed);
                if (!checked) parsed = std::unexpected(std::move(checked).error());
            }
            if (!parsed) {
                return fail_because(std::move(parsed).error(), "\"{}\" is no value for {}", text,
                                    name);
            }
            value = *std::move(parsed);
        }
        append_part(bytes, *info, value);
    }
    return bytes;
}

}  // namespace

std::string_view protocol_name(Protocol protocol) {
    const ProtocolInfo* info = find_protocol(static_cast<uint64_t>(protocol));
    ASSERT(info != nullptr);
    return info->name;
}

std::string MultiaddrPart::value_text() const {
    const ProtocolInfo* info = find_protocol(static_cast<uint64_t>(protocol));
    ASSERT(info != nullptr);
    return value_to_text(info->kind, value);
}

Result<Multiaddr> Multiaddr::from_text(std::string_view text) {
    if (text.size() > limits::multiaddr_text_size_max) {
        return fail(Code::too_large, "a multiaddr of {} bytes of text, at most {}", text.size(),
                    limits::multiaddr_text_size_max);
    }
    std::string_view rest = text;
    while (rest.ends_with('/')) rest.remove_suffix(1);
    if (rest.empty()) {
        return fail(Code::invalid_argument, "\"{}\" is not a multiaddr: it is empty", text);
    }
    if (!rest.starts_with('/')) {
        return fail(Code::invalid_argument, "\"{}\" is not a multiaddr: it must begin with /",
                    text);
    }
    rest.remove_prefix(1);
    auto bytes = parse_parts(rest);
    if (!bytes) {
        return fail_because(std::move(bytes).error(), "\"{}\" is not a multiaddr", text);
    }
    if (bytes->size() > limits::multiaddr_size_bytes_max) {
        return fail(Code::too_large, "a multiaddr of {} bytes, at most {}", bytes->size(),
                    limits::multiaddr_size_bytes_max);
    }
    return Multiaddr(*std::move(bytes));
}

Result<Multiaddr> Multiaddr::from_bytes(ByteView bytes) {
    if (bytes.empty()) return fail(Code::invalid_argument, "no bytes are no multiaddr");
    if (bytes.size() > limits::multiaddr_size_bytes_max) {
        return fail(Code::too_large, "a multiaddr of {} bytes, at most {}", bytes.size(),
                    limits::multiaddr_size_bytes_max);
    }
    ByteView rest = bytes;
    while (!rest.empty()) {
        const ReadPart part = TRY(read_part(rest));
        auto checked = check_value(part.info->kind, part.value);
        if (!checked) {
            return fail_because(std::move(checked).error(), "0x{} is no value for {}",
                                to_hex(part.value), part.info->name);
        }
        rest = rest.subspan(part.size_bytes);
        if (part.info->kind == ValueKind::path && !rest.empty()) {
            return fail(Code::invalid_argument, "{} bytes follow the path of {}, which ends it",
                        rest.size(), part.info->name);
        }
    }
    return Multiaddr(to_bytes(bytes));
}

std::string Multiaddr::to_text() const {
    std::string text;
    for_each_part(bytes_, [&text](const ReadPart& part) {
        text += '/';
        text += part.info->name;
        if (part.info->kind == ValueKind::none) return;
        const std::string value = value_to_text(part.info->kind, part.value);
        if (part.info->kind != ValueKind::path) text += '/';  // A path brings its own.
        text += value;
    });
    return text;
}

std::vector<MultiaddrPart> Multiaddr::parts() const {
    std::vector<MultiaddrPart> parts;
    for_each_part(bytes_, [&parts](const ReadPart& part) {
        parts.push_back({part.info->protocol, part.value});
    });
    return parts;
}

std::optional<MultiaddrPart> Multiaddr::find(Protocol protocol) const {
    std::optional<MultiaddrPart> found;
    for_each_part(bytes_, [&found, protocol](const ReadPart& part) {
        if (!found && part.info->protocol == protocol) found = {part.info->protocol, part.value};
    });
    return found;
}

Result<Multiaddr> Multiaddr::encapsulate(const Multiaddr& inner) const {
    if (inner.empty()) return *this;
    Bytes joined = bytes_;
    append(joined, inner.bytes_);
    return from_bytes(joined);
}

Multiaddr Multiaddr::decapsulate(const Multiaddr& tail) const {
    if (tail.empty()) return *this;
    size_t offset = 0;
    size_t cut = bytes_.size();
    for_each_part(bytes_, [&](const ReadPart& part) {
        const ByteView rest = ByteView(bytes_).subspan(offset);
        if (rest.size() >= tail.bytes_.size() &&
            equal(rest.first(tail.bytes_.size()), tail.bytes_)) {
            cut = offset;
        }
        offset += part.size_bytes;
    });
    return Multiaddr(Bytes(bytes_.begin(), bytes_.begin() + static_cast<ptrdiff_t>(cut)));
}

}  // namespace kit::formats
