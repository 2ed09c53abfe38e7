#include "formats/multicodec.h"

#include <gtest/gtest.h>

#include "formats/cid.h"

namespace kit::formats {
namespace {

TEST(MulticodecTest, EveryCodeIsFoundByItsCode) {
    EXPECT_GT(known_codecs().size(), 600U);
    for (const CodecInfo& info : known_codecs()) {
        ASSERT_TRUE(find_codec(info.code).has_value());
        EXPECT_EQ(find_codec(info.code)->name, info.name);
        ASSERT_TRUE(find_codec(info.name).has_value()) << info.name;
        EXPECT_EQ(find_codec(info.name)->code, info.code) << info.name;
        EXPECT_FALSE(info.tag.empty());
    }
    EXPECT_FALSE(find_codec(uint64_t{0x7fffffff}).has_value());
    EXPECT_FALSE(find_codec("no-such-codec").has_value());
}

TEST(MulticodecTest, TheCodecsOfCidsHaveTheirNames) {
    const auto name = [](Codec codec) { return find_codec(static_cast<uint64_t>(codec))->name; };
    EXPECT_EQ(name(Codec::raw), "raw");
    EXPECT_EQ(name(Codec::dag_pb), "dag-pb");
    EXPECT_EQ(name(Codec::dag_cbor), "dag-cbor");
    EXPECT_EQ(name(Codec::libp2p_key), "libp2p-key");
    EXPECT_EQ(name(Codec::dag_jose), "dag-jose");
    EXPECT_EQ(name(Codec::git_raw), "git-raw");
    EXPECT_EQ(name(Codec::cbor), "cbor");
    EXPECT_EQ(name(Codec::json), "json");
    EXPECT_EQ(name(Codec::dag_json), "dag-json");
}

TEST(MulticodecTest, NineCodecsAreSupportedAndFortyFourAreIpld) {
    size_t supported_count = 0;
    size_t ipld_count = 0;
    for (const CodecInfo& info : known_codecs()) {
        if (is_supported_codec(info.code)) ++supported_count;
        if (info.tag == "ipld") ++ipld_count;
    }
    EXPECT_EQ(supported_count, 9U);
    EXPECT_EQ(ipld_count, 44U);  // What Kubo 0.43.1 lists.
}

TEST(MulticodecTest, TextIsANameOrANumber) {
    EXPECT_EQ(codec_from_text("dag-cbor").value(), 0x71U);
    EXPECT_EQ(codec_from_text("0x71").value(), 0x71U);
    EXPECT_EQ(codec_from_text("113").value(), 0x71U);
    EXPECT_EQ(codec_from_text("0161").value(), 0x71U);
    EXPECT_EQ(codec_from_text("0").value(), 0U);
    EXPECT_EQ(codec_from_text("0x300007").value(), 0x300007U);
    for (const char* text : {"", "dag_cbor", "0x", "0x400000000", "-1", "113 ", "0x71x"}) {
        EXPECT_EQ(codec_from_text(text).error().code, Code::invalid_argument) << text;
    }
}

}  // namespace
}  // namespace kit::formats
