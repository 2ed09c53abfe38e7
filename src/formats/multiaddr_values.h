// What a protocol of a multiaddr takes as its value, as text and as bytes. Private to multiaddr.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/multiaddr.h"

namespace kit::formats {

// How a value is written; many protocols share one.
enum class ValueKind : uint8_t {
    none,
    ip4,
    ip6,
    ip_prefix,
    port,
    name,  // Text without a slash: host names, zones.
    path,  // Text that takes the rest of the address, slashes and all.
    http_path,
    onion,
    onion3,
    garlic64,
    garlic32,
    peer,
    certhash,
    number,
};

struct ProtocolInfo {
    Protocol protocol;
    std::string_view name;
    ValueKind kind;
};
const ProtocolInfo* find_protocol(std::string_view name);
const ProtocolInfo* find_protocol(uint64_t code);

// In bytes; nothing when the length stands before the value.
std::optional<size_t> fixed_value_size(ValueKind kind);

// Fails with invalid_argument.
Result<Bytes> value_from_text(ValueKind kind, std::string_view text);
Result<void> check_value(ValueKind kind, ByteView value);
// The value has passed check_value().
std::string value_to_text(ValueKind kind, ByteView value);

}  // namespace kit::formats
