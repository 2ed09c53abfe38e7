#include "node/address_filters.h"

#include <gtest/gtest.h>

namespace kit::node {
namespace {

std::string read(std::string_view text) {
    const auto range = AddressRange::from_text(text);
    return range ? range->to_text() + " " + range->to_cidr() : range.error().message;
}

TEST(AddressRangeTest, IsWrittenAsItIsReadButForTheBitsBehindThePrefix) {
    EXPECT_EQ(read("/ip4/10.0.0.0/ipcidr/8"), "/ip4/10.0.0.0/ipcidr/8 10.0.0.0/8");
    EXPECT_EQ(read("/ip4/192.168.77.5/ipcidr/20"), "/ip4/192.168.64.0/ipcidr/20 192.168.64.0/20");
    EXPECT_EQ(read("/ip6/2001:db8::1/ipcidr/32"), "/ip6/2001:db8::/ipcidr/32 2001:db8::/32");
    EXPECT_EQ(read("/ip4/1.2.3.4/ipcidr/32"), "/ip4/1.2.3.4/ipcidr/32 1.2.3.4/32");
    EXPECT_EQ(read("/ip4/1.2.3.4/ipcidr/0"), "/ip4/0.0.0.0/ipcidr/0 0.0.0.0/0");
}

TEST(AddressRangeTest, WhatIsNoneIsRefusedInKubosWords) {
    for (const char* text : {"", "xx", "/ip4/10.0.0.0", "/ip4/10.0.0.0/tcp/8", "*",
                             "/dns/a/ipcidr/8", "/ip4/10.0.0.0/ipcidr/8/"}) {
        EXPECT_EQ(read(text), "invalid multiaddr-filter format") << text;
    }
    EXPECT_EQ(read("/ip4/10.0.0/ipcidr/8"), "invalid CIDR address: 10.0.0/8");
    EXPECT_EQ(read("/ip4/10.0.0.0/ipcidr/33"), "invalid CIDR address: 10.0.0.0/33");
    EXPECT_EQ(read("/ip6/::1/ipcidr/x"), "invalid CIDR address: ::1/x");
    EXPECT_EQ(read("/ip4/::1/ipcidr/8"), "invalid CIDR address: ::1/8");
}

}  // namespace
}  // namespace kit::node
