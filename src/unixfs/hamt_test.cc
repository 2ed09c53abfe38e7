#include "unixfs/hamt.h"

#include <gtest/gtest.h>

namespace kit::unixfs {
namespace {

TEST(HamtTest, AWidthIsAPowerOfTwoFrom8To1024) {
    for (const uint64_t fanout : {8U, 16U, 256U, 1024U}) EXPECT_TRUE(HamtShape::create(fanout));
    for (const uint64_t fanout : {0U, 4U, 12U, 255U, 2048U}) {
        const auto shape = HamtShape::create(fanout);
        ASSERT_FALSE(shape);
        EXPECT_EQ(shape.error().code, Code::invalid_argument);
    }
    EXPECT_EQ(HamtShape::create(12).error().message,
              "HAMT fanout must be a power of 2, between 8 and 1024 (got 12)");
}

TEST(HamtTest, AHashIsSlicedFromItsMostSignificantBits) {
    const HamtShape wide = *HamtShape::create(256);
    EXPECT_EQ(wide.slot(0x123456789abcdef0, 0), 0x12U);
    EXPECT_EQ(wide.slot(0x123456789abcdef0, 7), 0xf0U);
    EXPECT_EQ(wide.slot(0x123456789abcdef0, 8), std::nullopt);
    const HamtShape narrow = *HamtShape::create(8);
    EXPECT_EQ(narrow.slot(0x8000000000000002, 0), 4U);
    EXPECT_EQ(narrow.slot(0x8000000000000002, 20), 1U);
    EXPECT_EQ(narrow.slot(0x8000000000000002, 21), std::nullopt);
}

TEST(HamtTest, ASlotIsWrittenAsUpperCaseHexadecimal) {
    EXPECT_EQ(HamtShape::create(8)->prefix(7), "7");
    EXPECT_EQ(HamtShape::create(256)->prefix(10), "0A");
    EXPECT_EQ(HamtShape::create(1024)->prefix(0x3ff), "3FF");
    EXPECT_EQ(HamtShape::create(256)->slot_of("0Aname"), 10U);
    for (const char* wrong : {"", "0", "0aname", "G0"}) {
        EXPECT_EQ(HamtShape::create(256)->slot_of(wrong), std::nullopt) << wrong;
    }
    EXPECT_EQ(HamtShape::create(8)->slot_of("8x"), std::nullopt);
}

TEST(HamtTest, ABitfieldIsBigEndianWithoutLeadingZeros) {
    HamtBitfield field(256);
    EXPECT_EQ(field.to_bytes(), Bytes());
    field.set(0);
    field.set(9);
    EXPECT_EQ(field.to_bytes(), (Bytes{0x02, 0x01}));
    field.set(255);
    EXPECT_EQ(field.to_bytes().size(), 32U);
    EXPECT_EQ(field.to_bytes()[0], 0x80);
}

}  // namespace
}  // namespace kit::unixfs
