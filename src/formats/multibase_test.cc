#include "formats/multibase.h"

#include <gtest/gtest.h>

#include <random>

namespace kit::formats {
namespace {

std::string encoded(std::string_view base, std::string_view text) {
    return encode_multibase(*find_base(base), as_bytes(text));
}

TEST(MultibaseTest, TheExamplesOfRfc4648) {
    EXPECT_EQ(encoded("base64pad", "foob"), "MZm9vYg==");
    EXPECT_EQ(encoded("base64", "foob"), "mZm9vYg");
    EXPECT_EQ(encoded("base32", "foob"), "bmzxw6yq");
    EXPECT_EQ(encoded("base32padupper", "foob"), "CMZXW6YQ=");
    EXPECT_EQ(encoded("base32hex", "foobar"), "vcpnmuoj1e8");
    EXPECT_EQ(encoded("base16", "foobar"), "f666f6f626172");
    EXPECT_EQ(encoded("base2", "f"), "001100110");
}

TEST(MultibaseTest, LeadingZerosStayInTheBigNumberBases) {
    const std::string_view text("\0yes mani !", 11);
    EXPECT_EQ(encoded("base58btc", text), "z17paNL19xttacUY");
    EXPECT_EQ(encoded("base58flickr", text), "Z17Pznk19XTTzBtx");
    EXPECT_EQ(encoded("base36", text), "k02lcpzo5yikidynfl");
    EXPECT_EQ(encoded("base58btc", std::string_view("\0\0\0", 3)), "z111");
    EXPECT_EQ(encoded("base58btc", ""), "z");
}

TEST(MultibaseTest, RandomBytesOfEveryLengthComeBackFromEveryBase) {
    std::mt19937_64 random(20240611);
    for (const BaseInfo& info : known_bases()) {
        for (size_t size = 0; size < 300; ++size) {
            Bytes bytes(size);
            for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
            for (size_t zero = 0; zero < size && zero < size % 4; ++zero) bytes[zero] = 0;
            const std::string text = encode_multibase(info.base, bytes);
            const auto decoded = decode_multibase(text);
            ASSERT_TRUE(decoded.has_value()) << info.name << " " << text;
            ASSERT_EQ(decoded->bytes, bytes) << info.name;
            ASSERT_EQ(decoded->base, info.base);
        }
    }
}

TEST(MultibaseTest, LettersMayHaveEitherCaseWhereTheBaseHasOne) {
    EXPECT_EQ(decode_multibase("f66F6")->bytes, Bytes({0x66, 0xf6}));
    EXPECT_EQ(decode_multibase("bMZXW6YQ")->bytes, to_bytes(as_bytes("foob")));
    EXPECT_EQ(decode_multibase("Kabc")->bytes, decode_multibase("kABC")->bytes);
    EXPECT_NE(decode_multibase("zab")->bytes, decode_multibase("zAB")->bytes);
}

TEST(MultibaseTest, WhatIsNotExactIsRefused) {
    for (const std::string_view text : {"",
                                        "?",
                                        "b1",
                                        "bm",
                                        "bmzxw6yr",
                                        "f1",
                                        "fxx",
                                        "M====",
                                        "MZg=",
                                        "MZg",
                                        "mZg==",
                                        "mZh",
                                        "z0",
                                        "zl",
                                        "kZ-",
                                        "0102",
                                        "011",
                                        "\xf0\x9f\x9a",
                                        "\xf0\x9f\x9a\x80x",
                                        "9123",
                                        "7123"}) {
        const auto decoded = decode_multibase(text);
        ASSERT_FALSE(decoded.has_value()) << text;
        EXPECT_EQ(decoded.error().code, Code::invalid_argument);
    }
}

TEST(MultibaseTest, BasesAreFoundByNameAndByPrefix) {
    EXPECT_EQ(known_bases().size(), 21U);
    for (const BaseInfo& info : known_bases()) {
        EXPECT_EQ(find_base(info.name), info.base);
        EXPECT_EQ(find_base_by_prefix(info.prefix), info.base);
    }
    EXPECT_FALSE(find_base("base1").has_value());
    EXPECT_FALSE(find_base_by_prefix("").has_value());
}

}  // namespace
}  // namespace kit::formats
