// Each kind of value has one canonical text and one binary form. Reading follows go-multiaddr.
// DEPARTURE: it also takes an IPv6 text for ip4 and the reverse; we do not, since no writer makes
// them.
#include "formats/multiaddr_values.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "formats/cid.h"

namespace kit::formats {
namespace {

using enum ValueKind;

constexpr ProtocolInfo protocols[] = {
    {Protocol::ip4, "ip4", ip4},
    {Protocol::tcp, "tcp", port},
    {Protocol::dccp, "dccp", port},
    {Protocol::ip6, "ip6", ip6},
    {Protocol::ip6zone, "ip6zone", name},
    {Protocol::ipcidr, "ipcidr", ip_prefix},
    {Protocol::dns, "dns", name},
    {Protocol::dns4, "dns4", name},
    {Protocol::dns6, "dns6", name},
    {Protocol::dnsaddr, "dnsaddr", name},
    {Protocol::sctp, "sctp", port},
    {Protocol::udp, "udp", port},
    {Protocol::p2p_webrtc_direct, "p2p-webrtc-direct", none},
    {Protocol::webrtc_direct, "webrtc-direct", none},
    {Protocol::webrtc, "webrtc", none},
    {Protocol::p2p_circuit, "p2p-circuit", none},
    {Protocol::udt, "udt", none},
    {Protocol::utp, "utp", none},
    {Protocol::unix_socket, "unix", path},
    {Protocol::p2p, "p2p", peer},
    {Protocol::https, "https", none},
    {Protocol::onion, "onion", onion},
    {Protocol::onion3, "onion3", onion3},
    {Protocol::garlic64, "garlic64", garlic64},
    {Protocol::garlic32, "garlic32", garlic32},
    {Protocol::tls, "tls", none},
    {Protocol::sni, "sni", name},
    {Protocol::noise, "noise", none},
    {Protocol::quic, "quic", none},
    {Protocol::quic_v1, "quic-v1", none},
    {Protocol::webtransport, "webtransport", none},
    {Protocol::certhash, "certhash", certhash},
    {Protocol::ws, "ws", none},
    {Protocol::wss, "wss", none},
    {Protocol::http, "http", none},
    {Protocol::http_path, "http-path", http_path},
    {Protocol::memory, "memory", number},
    {Protocol::plaintextv2, "plaintextv2", none},
};

// Garlic addresses: https://geti2p.net/spec/common-structures#destination and
// https://geti2p.net/spec/b32encrypted.
constexpr size_t garlic64_size_bytes_min = 386;
constexpr size_t garlic32_size_bytes = 32;
constexpr size_t garlic32_encrypted_size_bytes_min = 35;

constexpr size_t onion_host_size_bytes = 10;
constexpr size_t onion3_host_size_bytes = 35;

std::unexpected<Error> wrong(std::string_view why) {
    return fail(Code::invalid_argument, "{}", why);
}

// A decimal number up to `largest`, most significant byte first.
Result<Bytes> number_from_text(std::string_view text, size_t size_bytes) {
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool fits = size_bytes == 8 || value >> (8 * size_bytes) == 0;
    if (error != std::errc() || end != text.data() + text.size() || !fits) {
        return fail(Code::invalid_argument, "it is not a number of {} bits", 8 * size_bytes);
    }
    Bytes bytes(size_bytes);
    for (size_t index = 0; index < size_bytes; ++index) {
        bytes[size_bytes - 1 - index] = static_cast<uint8_t>(value >> (8 * index));
    }
    return bytes;
}

uint64_t number_of(ByteView value) {
    uint64_t number = 0;
    for (const uint8_t byte : value) number = number << 8 | byte;
    return number;
}

std::string ip4_to_text(ByteView value) {
    return fmt::format("{}.{}.{}.{}", value[0], value[1], value[2], value[3]);
}

// https://www.rfc-editor.org/rfc/rfc5952 section 4: lower case, no leading zeros, and the first of
// the longest runs of at least two zero groups shortened.
std::string ip6_to_text(ByteView value) {
    constexpr uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (equal(value.first(12), mapped)) return "::ffff:" + ip4_to_text(value.subspan(12));
    const auto group = [value](size_t index) { return number_of(value.subspan(2 * index, 2)); };
    size_t run_start = 8;
    size_t run_count = 1;
    for (size_t start = 0; start < 8; ++start) {
        size_t count = 0;
        while (start + count < 8 && group(start + count) == 0) ++count;
        if (count > run_count) {
            run_start = start;
            run_count = count;
        }
    }
    std::string text;
    for (size_t index = 0; index < 8; ++index) {
        if (index == run_start) {
            text += "::";
            index += run_count - 1;
            continue;
        }
        if (!text.empty() && text.back() != ':') text += ':';
        text += fmt::format("{:x}", group(index));
    }
    return text;
}

Result<Bytes> ip_from_text(int family, size_t size_bytes, std::string_view text) {
    Bytes bytes(size_bytes);
    if (inet_pton(family, std::string(text).c_str(), bytes.data()) != 1 ||
        text.find('\0') != std::string_view::npos) {
        return wrong("it is not an address of this version of IP");
    }
    return bytes;
}

// "host:port" with the host in base32.
Result<Bytes> onion_from_text(std::string_view text, size_t host_size_bytes) {
    const size_t colon = text.find(':');
    if (colon == std::string_view::npos) return wrong("it has no port after a colon");
    Bytes bytes = TRY(decode_base(Base::base32, text.substr(0, colon)));
    if (bytes.size() != host_size_bytes) {
        return fail(Code::invalid_argument, "its host has {} bytes instead of {}", bytes.size(),
                    host_size_bytes);
    }
    const Bytes port_bytes = TRY(number_from_text(text.substr(colon + 1), 2));
    append(bytes, port_bytes);
    return bytes;
}

std::string onion_to_text(ByteView value) {
    const ByteView host = value.first(value.size() - 2);
    return fmt::format("{}:{}", encode_base(Base::base32, host),
                       number_of(value.subspan(host.size())));
}

// I2P's base64 ends its alphabet in - and ~.
Result<Bytes> garlic64_from_text(std::string_view text) {
    std::string standard(text);
    for (char& letter : standard) {
        if (letter == '+') return wrong("+ is not in the alphabet of I2P");
        if (letter == '-') letter = '+';
        if (letter == '~') letter = '/';
    }
    return decode_base(Base::base64pad, standard);
}

std::string garlic64_to_text(ByteView value) {
    std::string text = encode_base(Base::base64pad, value);
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '~');
    return text;
}

Result<Bytes> garlic32_from_text(std::string_view text) {
    if (std::ranges::any_of(text, [](char letter) { return letter >= 'A' && letter <= 'Z'; })) {
        return wrong("capital letters are not in the alphabet of I2P");
    }
    // Addresses with stray bits in their last digit are in use. Zeros behind them leave no bit
    // over, and the bytes that they add are dropped.
    constexpr std::string_view zeros = "aaaaaaaa";
    const size_t tail_size = text.size() % zeros.size();
    if (tail_size == 1 || tail_size == 3 || tail_size == 6) return wrong("it is cut off");
    const std::string filled = std::string(text) + std::string(zeros.substr(tail_size));
    Bytes bytes = TRY(decode_base(Base::base32, filled));
    bytes.resize(text.size() * 5 / 8);
    return bytes;
}

// https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md: a bare multihash in base58, or
// a CID whose codec is libp2p-key.
Result<Bytes> peer_from_text(std::string_view text) {
    if (text.starts_with("Qm") || text.starts_with("1")) return decode_base(Base::base58btc, text);
    const Cid cid = TRY(Cid::from_text(text));
    if (!cid.is(Codec::libp2p_key)) {
        return fail(Code::invalid_argument, "the codec of the CID is 0x{:x}, not libp2p-key",
                    cid.codec());
    }
    return to_bytes(cid.hash().bytes());
}

Result<void> check_peer(ByteView value) {
    const auto hash = TRY(MultihashView::from_bytes(value));
    if (hash.is_identity()) return {};
    if (hash.code() != static_cast<uint64_t>(HashCode::sha2_256) || hash.digest().size() != 32) {
        return wrong("a peer is named by an identity or a sha2-256 multihash");
    }
    return {};
}

Result<Bytes> certhash_from_text(std::string_view text) {
    Decoded decoded = TRY(decode_multibase(text));
    return std::move(decoded.bytes);
}

int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    const char letter = static_cast<char>(digit | 0x20);
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

// https://url.spec.whatwg.org/#urlencoded-parsing: + is a space, %XX a byte.
Result<Bytes> http_path_from_text(std::string_view text) {
    Bytes bytes;
    for (size_t offset = 0; offset < text.size(); ++offset) {
        if (text[offset] == '%') {
            const bool whole = offset + 2 < text.size();
            const int high = whole ? hex_value(text[offset + 1]) : -1;
            const int low = whole ? hex_value(text[offset + 2]) : -1;
            if (high < 0 || low < 0) return wrong("a % is not followed by two hexadecimal digits");
            bytes.push_back(static_cast<uint8_t>(high << 4 | low));
            offset += 2;
        } else {
            bytes.push_back(static_cast<uint8_t>(text[offset] == '+' ? ' ' : text[offset]));
        }
    }
    return bytes;
}

std::string http_path_to_text(ByteView value) {
    std::string text;
    for (const uint8_t byte : value) {
        const bool letter = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
        const bool digit = byte >= '0' && byte <= '9';
        if (letter || digit || byte == '-' || byte == '_' || byte == '.' || byte == '~') {
            text += static_cast<char>(byte);
        } else if (byte == ' ') {
            text += '+';
        } else {
            text += fmt::format("%{:02X}", byte);
        }
    }
    return text;
}

Result<void> check_path(ByteView value) {
    if (value.size() < 2 || value.front() != '/') return wrong("a path begins with / and goes on");
    if (value.back() == '/') return wrong("the path of a socket does not end in /");
    return {};
}

}  // namespace

const ProtocolInfo* find_protocol(std::string_view name) {
    if (name == "ipfs") name = "p2p";
    const auto* found = std::ranges::find(protocols, name, &ProtocolInfo::name);
    return found == std::end(protocols) ? nullptr : found;
}

const ProtocolInfo* find_protocol(uint64_t code) {
    const auto* found = std::ranges::find_if(protocols, [code](const ProtocolInfo& info) {
        return static_cast<uint64_t>(info.protocol) == code;
    });
    return found == std::end(protocols) ? nullptr : found;
}

std::optional<size_t> fixed_value_size(ValueKind kind) {
    switch (kind) {
        case none:
            return 0;
        case ip4:
            return 4;
        case ip6:
            return 16;
        case ip_prefix:
            return 1;
        case port:
            return 2;
        case number:
            return 8;
        case onion:
            return onion_host_size_bytes + 2;
        case onion3:
            return onion3_host_size_bytes + 2;
        default:
            return std::nullopt;
    }
}

Result<Bytes> value_from_text(ValueKind kind, std::string_view text) {
    switch (kind) {
        case none:
            return Bytes();
        case ip4:
            return ip_from_text(AF_INET, 4, text);
        case ip6:
            return ip_from_text(AF_INET6, 16, text);
        case ip_prefix:
            return number_from_text(text, 1);
        case port:
            return number_from_text(text, 2);
        case number:
            return number_from_text(text, 8);
        case name:
        case path:
            return to_bytes(as_bytes(text));
        case http_path:
            return http_path_from_text(text);
        case onion:
            return onion_from_text(text, onion_host_size_bytes);
        case onion3:
            return onion_from_text(text, onion3_host_size_bytes);
        case garlic64:
            return garlic64_from_text(text);
        case garlic32:
            return garlic32_from_text(text);
        case peer:
            return peer_from_text(text);
        case certhash:
            return certhash_from_text(text);
    }
    ASSERT(false);
}

Result<void> check_value(ValueKind kind, ByteView value) {
    const std::optional<size_t> fixed_size = fixed_value_size(kind);
    ASSERT(!fixed_size || *fixed_size == value.size());
    if (!fixed_size && value.empty()) return wrong("it is empty");
    switch (kind) {
        case name:
            if (std::ranges::find(value, '/') != value.end()) return wrong("it has a slash");
            return {};
        case path:
            return check_path(value);
        case onion:
        case onion3:
            if (number_of(value.last(2)) == 0) return wrong("its port is 0");
            return {};
        case garlic64:
            if (value.size() < garlic64_size_bytes_min) return wrong("it is too short for I2P");
            return {};
        case garlic32:
            if (value.size() != garlic32_size_bytes &&
                value.size() < garlic32_encrypted_size_bytes_min) {
                return wrong("it has the wrong length for I2P");
            }
            return {};
        case peer:
            return check_peer(value);
        case certhash: {
            const auto hash = TRY(MultihashView::from_bytes(value));
            ASSERT(!hash.bytes().empty());
            return {};
        }
        default:
            return {};
    }
}

std::string value_to_text(ValueKind kind, ByteView value) {
    switch (kind) {
        case none:
            return {};
        case ip4:
            return ip4_to_text(value);
        case ip6:
            return ip6_to_text(value);
        case ip_prefix:
        case port:
        case number:
            return fmt::format("{}", number_of(value));
        case name:
        case path:
            return std::string(as_text(value));
        case http_path:
            return http_path_to_text(value);
        case onion:
        case onion3:
            return onion_to_text(value);
        case garlic64:
            return garlic64_to_text(value);
        case garlic32:
            return encode_base(Base::base32, value);
        case peer:
            return encode_base(Base::base58btc, value);
        case certhash:
            return encode_multibase(Base::base64url, value);
    }
    ASSERT(false);
}

}  // namespace kit::formats
