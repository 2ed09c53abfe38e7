// A multiaddr says how to reach a peer, one protocol inside the other:
// /ip4/1.2.3.4/tcp/4001/p2p/Qm... https://github.com/multiformats/multiaddr
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace kit::formats {

// The protocols that Kubo knows, by their multicodec code.
enum class Protocol : uint32_t {
    ip4 = 4,
    tcp = 6,
    dccp = 33,
    ip6 = 41,
    ip6zone = 42,
    ipcidr = 43,
    dns = 53,
    dns4 = 54,
    dns6 = 55,
    dnsaddr = 56,
    sctp = 132,
    udp = 273,
    p2p_webrtc_direct = 276,
    webrtc_direct = 280,
    webrtc = 281,
    p2p_circuit = 290,
    udt = 301,
    utp = 302,
    unix_socket = 400,
    p2p = 421,  // Also read as "ipfs".
    https = 443,
    onion = 444,
    onion3 = 445,
    garlic64 = 446,
    garlic32 = 447,
    tls = 448,
    sni = 449,
    noise = 454,
    quic = 460,
    quic_v1 = 461,
    webtransport = 465,
    certhash = 466,
    ws = 477,
    wss = 478,
    http = 480,
    http_path = 481,
    memory = 777,
    plaintextv2 = 7367777,
};

std::string_view protocol_name(Protocol protocol);

// One protocol of an address. The view is into the address it was taken from.
struct MultiaddrPart {
    Protocol protocol;
    ByteView value;  // Empty for protocols that take none.

    // As it stands in the text: "127.0.0.1", "4001", "12D3Koo..."; empty for no value.
    std::string value_text() const;
};

// A value: copies, compares by bytes, which is Kubo's order. Default-made it is empty() and names
// nothing; every other one is well-formed.
class Multiaddr final {
public:
    Multiaddr() = default;

    // Fails with invalid_argument, saying which protocol or value is wrong; with too_large above
    // multiaddr_text_size_max. Slashes at the end are ignored.
    static Result<Multiaddr> from_text(std::string_view text);
    // The whole input is one address. Fails with invalid_argument or too_large.
    static Result<Multiaddr> from_bytes(ByteView bytes);

    bool empty() const { return bytes_.empty(); }
    ByteView bytes() const { return bytes_; }
    std::string to_text() const;

    // In order; the views live as long as this address is unchanged.
    std::vector<MultiaddrPart> parts() const;
    // The first part with this protocol.
    std::optional<MultiaddrPart> find(Protocol protocol) const;

    // This address with `inner` behind it. Fails with invalid_argument after a unix path, which
    // takes all that follows, and with too_large.
    Result<Multiaddr> encapsulate(const Multiaddr& inner) const;
    // What stands before the last occurrence of `tail`; the whole address when there is none.
    Multiaddr decapsulate(const Multiaddr& tail) const;

    friend bool operator==(const Multiaddr&, const Multiaddr&) = default;
    friend std::strong_ordering operator<=>(const Multiaddr&, const Multiaddr&) = default;

private:
    explicit Multiaddr(Bytes bytes) : bytes_(std::move(bytes)) {}

    Bytes bytes_;
};

}  // namespace kit::formats
