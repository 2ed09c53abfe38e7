#include "formats/cid.h"

#include <gtest/gtest.h>

#include <unordered_set>

#include "base/limits.h"

namespace kit::formats {
namespace {

constexpr std::string_view empty_directory_v0 = "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn";
constexpr std::string_view empty_directory_v1 =
    "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354";

Cid cid(std::string_view text) {
    return Cid::from_text(text).value();
}

std::string problem(const Bytes& bytes) {
    const auto made = Cid::from_bytes(bytes);
    return made ? "a CID" : made.error().message;
}

TEST(CidTest, VersionZeroComesBack) {
    const Cid made = cid(empty_directory_v0);
    EXPECT_EQ(made.version(), 0);
    EXPECT_TRUE(made.is(Codec::dag_pb));
    EXPECT_EQ(made.hash().code(), 0x12U);
    EXPECT_EQ(made.hash().digest().size(), 32U);
    EXPECT_EQ(made.to_text(), empty_directory_v0);
}

TEST(CidTest, VersionOneNamesTheSameContent) {
    const Cid zero = cid(empty_directory_v0);
    EXPECT_EQ(zero.to_v1().to_text(), empty_directory_v1);
    EXPECT_EQ(zero.to_v1(), cid(empty_directory_v1));
    EXPECT_EQ(zero.to_v1().hash(), zero.hash());
    EXPECT_NE(zero.to_v1(), zero);
    EXPECT_EQ(Cid::v0(cid(empty_directory_v1).hash()), zero);
}

TEST(CidTest, AnotherBaseUpgradesVersionZero) {
    const Cid zero = cid(empty_directory_v0);
    EXPECT_EQ(zero.to_text(Base::base58btc), empty_directory_v0);
    EXPECT_EQ(zero.to_text(Base::base32), empty_directory_v1);
    EXPECT_EQ(cid(zero.to_text(Base::base256emoji)), zero.to_v1());
}

TEST(CidTest, EveryBaseNamesTheSameCid) {
    const Cid one = cid(empty_directory_v1);
    for (const BaseInfo& info : known_bases()) {
        EXPECT_EQ(cid(one.to_text(info.base)), one) << info.name;
    }
}

TEST(CidTest, PartsAreWhereTheyBelong) {
    const Cid made = Cid::v1(0x0129, *hash(HashCode::sha2_512, as_bytes("x")));
    EXPECT_EQ(made.codec(), 0x0129U);
    EXPECT_EQ(made.hash(), hash(HashCode::sha2_512, as_bytes("x"))->view());
    EXPECT_EQ(Cid::from_bytes(made.bytes()).value(), made);
    EXPECT_EQ(made.hash().digest().size(), 64U);
    EXPECT_EQ(to_hex(made.bytes().first(5)), "01a9021340");
}

TEST(CidTest, APrefixOfBytesIsTaken) {
    Bytes bytes = to_bytes(cid(empty_directory_v1).bytes());
    append(bytes, as_bytes("more"));
    const auto prefix = Cid::from_prefix(bytes);
    EXPECT_EQ(prefix->size_bytes, 36U);
    EXPECT_EQ(prefix->cid.to_text(), empty_directory_v1);
    EXPECT_EQ(problem(bytes), "a CID of 36 bytes is followed by 4 more");
}

TEST(CidTest, MalformedBytesAreRefusedWithTheirReason) {
    EXPECT_EQ(problem({}), "no bytes are no CID");
    EXPECT_EQ(problem({0x02, 0x55, 0x00, 0x00}),
              "a CID has version 0 or 1, not the first byte 0x02");
    EXPECT_EQ(problem({0x12, 0x20, 0x01}), "a CID of version 0 is cut off after 3 bytes");
    EXPECT_EQ(problem({0x01}), "a CID has no codec after its version");
    EXPECT_EQ(problem({0x01, 0x55}), "a CID has no hash function after its codec");
    EXPECT_EQ(problem({0x01, 0x55, 0x12}), "a CID has no digest length");
    EXPECT_EQ(problem({0x01, 0x55, 0x12, 0x20}), "a CID promises a digest of 32 bytes and has 0");
    EXPECT_EQ(problem({0x01, 0x55, 0x12, 0x81, 0x01}),
              "a CID has a digest of 129 bytes, at most 128");
    EXPECT_EQ(problem({0x81, 0x00, 0x55, 0x00, 0x00}),
              "a CID has version 0 or 1, not the first byte 0x81");
    EXPECT_EQ(problem({0x01, 0xd5, 0x00, 0x00, 0x00}), "a CID has no codec after its version");
}

TEST(CidTest, MalformedTextIsRefused) {
    for (const std::string_view text :
         {"", "b", "hello world", "Qm", "bafy", "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3N0",
          "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nnn",
          "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf355"}) {
        const auto made = Cid::from_text(text);
        ASSERT_FALSE(made.has_value()) << text;
        EXPECT_EQ(made.error().code, Code::invalid_argument);
    }
    EXPECT_FALSE(Cid::from_text(std::string(limits::cid_text_size_max + 1, 'b')).has_value());
}

TEST(CidTest, TheLongestIdentityComesBack) {
    const Bytes message(limits::digest_size_bytes_max, 0x7e);
    const Cid made = Cid::v1(Codec::raw, *hash(HashCode::identity, message));
    EXPECT_EQ(cid(made.to_text()), made);
    EXPECT_EQ(cid(made.to_text(Base::base2)), made);
    EXPECT_EQ(to_bytes(made.hash().digest()), message);
}

TEST(CidTest, OrderIsThatOfTheBytes) {
    const Cid zero = cid(empty_directory_v0);
    const Cid one = cid(empty_directory_v1);
    EXPECT_LT(one, zero);
    EXPECT_LT(Cid(), one);
    EXPECT_EQ(zero <=> zero, std::strong_ordering::equal);
    EXPECT_TRUE(Cid().empty());
    EXPECT_EQ(Cid().to_text(), "");
    const std::unordered_set<Cid, CidHash> set = {zero, one, zero};
    EXPECT_EQ(set.size(), 2U);
}

}  // namespace
}  // namespace kit::formats
