// Ranges of addresses that a node does not speak with, as Swarm.AddrFilters and `swarm filters`
// write them: /ip4/10.0.0.0/ipcidr/8.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace kit::node {

// A value: copies, compares. The bits behind the prefix are 0.
class AddressRange final {
public:
    // Fails with invalid_argument in Kubo's words: "invalid multiaddr-filter format", "invalid CIDR
    // address: 10.0.0.0/99".
    static Result<AddressRange> from_text(std::string_view text);

    std::string to_text() const;  // As above.
    std::string to_cidr() const;  // "10.0.0.0/8".

    friend bool operator==(const AddressRange&, const AddressRange&) = default;

private:
    AddressRange(bool is_ip6, std::string network, int prefix_bit_count)
        : is_ip6_(is_ip6), network_(std::move(network)), prefix_bit_count_(prefix_bit_count) {}

    bool is_ip6_;
    std::string network_;
    int prefix_bit_count_;
};

}  // namespace kit::node
