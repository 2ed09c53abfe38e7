#include "formats/varint.h"

#include <gtest/gtest.h>

namespace kit::formats {
namespace {

Bytes encoded(uint64_t value) {
    Bytes out;
    append_varint(out, value);
    return out;
}

TEST(VarintTest, EveryLengthComesBack) {
    for (unsigned bits = 0; bits < 63; ++bits) {
        for (const uint64_t value : {(uint64_t{1} << bits) - 1, uint64_t{1} << bits}) {
            const Bytes bytes = encoded(value);
            EXPECT_EQ(bytes.size(), varint_size(value));
            const auto varint = read_varint(bytes);
            ASSERT_TRUE(varint.has_value()) << value;
            EXPECT_EQ(varint->value, value);
            EXPECT_EQ(varint->size_bytes, bytes.size());
        }
    }
}

TEST(VarintTest, TheExamplesOfTheSpecification) {
    EXPECT_EQ(encoded(1), Bytes({0x01}));
    EXPECT_EQ(encoded(127), Bytes({0x7f}));
    EXPECT_EQ(encoded(128), Bytes({0x80, 0x01}));
    EXPECT_EQ(encoded(255), Bytes({0xff, 0x01}));
    EXPECT_EQ(encoded(300), Bytes({0xac, 0x02}));
    EXPECT_EQ(encoded(16384), Bytes({0x80, 0x80, 0x01}));
}

TEST(VarintTest, PaddingIsRefusedByMultiformatsAndReadByProtobuf) {
    const Bytes padded = {0x81, 0x00};
    EXPECT_EQ(read_varint(padded).error().code, Code::corrupt);
    EXPECT_EQ(read_protobuf_varint(padded)->value, 1U);
    EXPECT_EQ(read_protobuf_varint(padded)->size_bytes, 2U);
}

TEST(VarintTest, TenBytesAreForProtobufOnly) {
    const Bytes largest = encoded(UINT64_MAX);
    ASSERT_EQ(largest.size(), varint_size_bytes_max);
    EXPECT_EQ(read_varint(largest).error().code, Code::corrupt);
    EXPECT_EQ(read_protobuf_varint(largest)->value, UINT64_MAX);
}

TEST(VarintTest, MoreThan64BitsAreRefused) {
    Bytes too_large(9, 0xff);
    too_large.push_back(0x02);
    EXPECT_FALSE(read_protobuf_varint(too_large).has_value());
    EXPECT_FALSE(read_protobuf_varint(Bytes(11, 0x80)).has_value());
}

TEST(VarintTest, ACutOffNumberIsRefused) {
    EXPECT_FALSE(read_varint({}).has_value());
    EXPECT_FALSE(read_varint(Bytes{0x80}).has_value());
    EXPECT_FALSE(read_protobuf_varint(Bytes{0xff, 0xff}).has_value());
}

TEST(VarintTest, WhatFollowsIsLeftAlone) {
    const auto varint = read_varint(Bytes{0xac, 0x02, 0xff});
    ASSERT_TRUE(varint.has_value());
    EXPECT_EQ(varint->value, 300U);
    EXPECT_EQ(varint->size_bytes, 2U);
}

}  // namespace
}  // namespace kit::formats
