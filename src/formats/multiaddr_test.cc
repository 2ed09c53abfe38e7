#include "formats/multiaddr.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace kit::formats {
namespace {

Multiaddr address(std::string_view text) {
    return Multiaddr::from_text(text).value();
}

std::string text_problem(std::string_view text) {
    const auto made = Multiaddr::from_text(text);
    return made ? made->to_text() : made.error().to_text();
}

std::string bytes_problem(const Bytes& bytes) {
    const auto made = Multiaddr::from_bytes(bytes);
    return made ? made->to_text() : made.error().to_text();
}

TEST(MultiaddrTest, PartsComeInOrderWithTheirValues) {
    const Multiaddr made = address("/ip4/127.0.0.1/udp/4001/quic-v1/p2p-circuit");
    const auto parts = made.parts();
    ASSERT_EQ(parts.size(), 4U);
    EXPECT_EQ(parts[0].protocol, Protocol::ip4);
    EXPECT_EQ(parts[0].value_text(), "127.0.0.1");
    EXPECT_EQ(to_hex(parts[1].value), "0fa1");
    EXPECT_EQ(protocol_name(parts[2].protocol), "quic-v1");
    EXPECT_EQ(parts[3].value_text(), "");
    EXPECT_EQ(made.find(Protocol::udp)->value_text(), "4001");
    EXPECT_FALSE(made.find(Protocol::tcp).has_value());
}

TEST(MultiaddrTest, TheBytesAreThoseOfTheSpecification) {
    EXPECT_EQ(to_hex(address("/ip4/127.0.0.1/udp/1234").bytes()), "047f000001910204d2");
    EXPECT_EQ(to_hex(address("/dns4/a.b/tcp/443/wss").bytes()), "3603612e620601bbde03");
    EXPECT_EQ(to_hex(address("/unix/a/b").bytes()), "9003042f612f62");
}

TEST(MultiaddrTest, AnotherNameOfThePeerIsTheSameAddress) {
    const Multiaddr made = address("/p2p/QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC");
    EXPECT_EQ(made, address("/ipfs/QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC"));
    EXPECT_EQ(made, address("/p2p/bafzbeigvf25ytwc3akrijfecaotc74udrhcxzh2cx3we5qqnw5vgrei4bm/"));
    EXPECT_EQ(made.to_text(), "/p2p/QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC");
}

TEST(MultiaddrTest, VersionSixIsShortenedAsTheStandardSays) {
    EXPECT_EQ(text_problem("/ip6/0:0:0:0:0:0:0:1"), "/ip6/::1");
    EXPECT_EQ(text_problem("/ip6/2001:DB8:0:0:1:0:0:1"), "/ip6/2001:db8::1:0:0:1");
    EXPECT_EQ(text_problem("/ip6/1:0:2:0:3:0:4:0"), "/ip6/1:0:2:0:3:0:4:0");
    EXPECT_EQ(text_problem("/ip6/1:2:3:4:5:6:0:0"), "/ip6/1:2:3:4:5:6::");
    EXPECT_EQ(text_problem("/ip6/::ffff:1.2.3.4"), "/ip6/::ffff:1.2.3.4");
    EXPECT_EQ(text_problem("/ip6/::1.2.3.4"), "/ip6/::102:304");
    EXPECT_EQ(text_problem("/ip6/::"), "/ip6/::");
}

TEST(MultiaddrTest, BadTextIsRefusedWithItsReason) {
    EXPECT_EQ(text_problem(""), "\"\" is not a multiaddr: it is empty");
    EXPECT_EQ(text_problem("ip4/1.2.3.4"),
              "\"ip4/1.2.3.4\" is not a multiaddr: it must begin with /");
    EXPECT_EQ(text_problem("/ip5/1"), "\"/ip5/1\" is not a multiaddr: unknown protocol \"ip5\"");
    EXPECT_EQ(text_problem("/tcp"), "\"/tcp\" is not a multiaddr: tcp needs a value");
    EXPECT_EQ(
        text_problem("/tcp/65536"),
        "\"/tcp/65536\" is not a multiaddr: \"65536\" is no value for tcp: it is not a number "
        "of 16 bits");
    EXPECT_EQ(text_problem("/tcp//udp/1"),
              "\"/tcp//udp/1\" is not a multiaddr: \"\" is no value for tcp: it is not a number of "
              "16 bits");
}

TEST(MultiaddrTest, BadBytesAreRefusedWithTheirReason) {
    EXPECT_EQ(bytes_problem({}), "no bytes are no multiaddr");
    EXPECT_EQ(bytes_problem({0x04, 0x7f}), "the value of ip4 needs 4 bytes, and 1 are left");
    EXPECT_EQ(bytes_problem({0x05}), "no protocol has the code 5");
    EXPECT_EQ(bytes_problem({0x35}), "the value of dns has no length");
    EXPECT_EQ(bytes_problem({0x35, 0x00}), "0x is no value for dns: it is empty");
    EXPECT_EQ(bytes_problem({0x35, 0x01, '/'}), "0x2f is no value for dns: it has a slash");
    EXPECT_EQ(bytes_problem({0x90, 0x03, 0x02, '/', 'a', 0x06, 0x00, 0x01}),
              "3 bytes follow the path of unix, which ends it");
    EXPECT_EQ(bytes_problem({0x84, 0x00, 1, 2, 3, 4}), "an address part has no protocol code");
    EXPECT_EQ(bytes_problem({0x35, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}),
              "the value of dns needs 9223372036854775807 bytes, and 0 are left");
}

TEST(MultiaddrTest, WhatIsTooLongIsRefused) {
    const std::string long_text = "/dns/" + std::string(limits::multiaddr_text_size_max, 'a');
    EXPECT_EQ(Multiaddr::from_text(long_text).error().code, Code::too_large);
    const std::string long_bytes = "/dns/" + std::string(limits::multiaddr_size_bytes_max, 'a');
    EXPECT_EQ(Multiaddr::from_text(long_bytes).error().code, Code::too_large);
    EXPECT_EQ(Multiaddr::from_bytes(Bytes(limits::multiaddr_size_bytes_max + 1)).error().code,
              Code::too_large);
}

TEST(MultiaddrTest, WrappingAndUnwrappingAreInverse) {
    const Multiaddr outer = address("/ip4/1.2.3.4/tcp/80");
    const Multiaddr inner = address("/ws/p2p-circuit");
    const Multiaddr both = outer.encapsulate(inner).value();
    EXPECT_EQ(both.to_text(), "/ip4/1.2.3.4/tcp/80/ws/p2p-circuit");
    EXPECT_EQ(both.decapsulate(inner), outer);
    EXPECT_EQ(both.decapsulate(address("/udp/1")), both);
    EXPECT_TRUE(both.decapsulate(address("/ip4/1.2.3.4")).empty());
    EXPECT_EQ(Multiaddr().encapsulate(inner).value(), inner);
    EXPECT_FALSE(address("/unix/a").encapsulate(inner).has_value());
}

TEST(MultiaddrTest, TheLastOccurrenceIsUnwrapped) {
    const Multiaddr made = address("/ip4/1.2.3.4/tcp/80/p2p-circuit/ip4/1.2.3.4/tcp/80");
    EXPECT_EQ(made.decapsulate(address("/ip4/1.2.3.4")).to_text(),
              "/ip4/1.2.3.4/tcp/80/p2p-circuit");
}

TEST(MultiaddrTest, OrderIsThatOfTheBytes) {
    EXPECT_LT(address("/ip4/1.2.3.4"), address("/ip4/1.2.3.4/tcp/1"));
    EXPECT_LT(address("/ip4/1.2.3.4/tcp/9"), address("/ip4/1.2.3.5"));
    EXPECT_LT(Multiaddr(), address("/tcp/0"));
    EXPECT_EQ(address("/tcp/1/"), address("/tcp/01"));
}

}  // namespace
}  // namespace kit::formats
