#include "node/address_filters.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <vector>

#include "base/split.h"

namespace kit::node {
namespace {

std::unexpected<Error> bad_form() {
    return fail(Code::invalid_argument, "invalid multiaddr-filter format");
}

}  // namespace

// multiaddr-filter:mask.go, NewMask
Result<AddressRange> AddressRange::from_text(std::string_view text) {
    const std::vector<std::string_view> parts = split(text, '/');
    if (parts.size() != 5 || !parts[0].empty() || parts[3] != "ipcidr") return bad_form();
    const bool is_ip6 = parts[1] == "ip6";
    if (!is_ip6 && parts[1] != "ip4") return bad_form();
    const std::string address(parts[2]);
    const auto bad_cidr = [&] {
        return fail(Code::invalid_argument, "invalid CIDR address: {}/{}", address, parts[4]);
    };
    std::array<uint8_t, 16> bytes{};
    const int family = is_ip6 ? AF_INET6 : AF_INET;
    if (::inet_pton(family, address.c_str(), bytes.data()) != 1) return bad_cidr();
    const int bit_count = is_ip6 ? 128 : 32;
    int prefix = -1;
    const char* const end = parts[4].data() + parts[4].size();
    const auto [rest, error] = std::from_chars(parts[4].data(), end, prefix);
    if (error != std::errc{} || rest != end || prefix < 0 || prefix > bit_count) return bad_cidr();
    for (int bit = prefix; bit < bit_count; ++bit) {
        bytes.at(static_cast<size_t>(bit) / 8) &= static_cast<uint8_t>(~(0x80U >> (bit % 8)));
    }
    std::array<char, INET6_ADDRSTRLEN> network{};
    if (::inet_ntop(family, bytes.data(), network.data(), network.size()) == nullptr) {
        return bad_cidr();
    }
    return AddressRange(is_ip6, network.data(), prefix);
}

std::string AddressRange::to_text() const {
    return fmt::format("/{}/{}/ipcidr/{}", is_ip6_ ? "ip6" : "ip4", network_, prefix_bit_count_);
}

std::string AddressRange::to_cidr() const {
    return fmt::format("{}/{}", network_, prefix_bit_count_);
}

}  // namespace kit::node
