#include "doors/daemon/listen_address.h"

#include <fmt/format.h>

#include "formats/multiaddr.h"

namespace kit::daemon {

Result<http::Address> listen_address(std::string_view text) {
    const auto parsed = formats::Multiaddr::from_text(text);
    if (!parsed) {
        return fail(Code::invalid_argument, "\"{}\" is no multiaddr: {}", text,
                    parsed.error().message);
    }
    http::Address address;
    for (const formats::MultiaddrPart& part : parsed->parts()) {
        switch (part.protocol) {
            case formats::Protocol::ip4:
            case formats::Protocol::ip6:
            case formats::Protocol::dns:
            case formats::Protocol::dns4:
            case formats::Protocol::dns6:
                address.host = part.value_text();
                break;
            case formats::Protocol::tcp:
                address.port = static_cast<uint16_t>(std::stoi(part.value_text()));
                if (!address.host.empty()) return address;
                break;
            case formats::Protocol::unix_socket:
                address.unix_path = part.value_text();
                return address;
            default:
                break;
        }
    }
    return fail(Code::invalid_argument,
                "cannot listen at {}: an address such as /ip4/127.0.0.1/tcp/5001 or /unix/path is "
                "wanted",
                text);
}

std::string multiaddr_text(const http::Address& address) {
    if (!address.unix_path.empty()) return "/unix" + address.unix_path;
    const bool is_ip6 = address.host.find(':') != std::string::npos;
    return fmt::format("/{}/{}/tcp/{}", is_ip6 ? "ip6" : "ip4", address.host, address.port);
}

}  // namespace kit::daemon
