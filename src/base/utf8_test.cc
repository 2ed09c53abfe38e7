#include "base/utf8.h"

#include <gtest/gtest.h>

namespace kit {
namespace {

TEST(Utf8, EveryCharacterReadsBackAsItWasWritten) {
    for (char32_t code_point = 0; code_point <= 0x10ffff; ++code_point) {
        if (code_point >= 0xd800 && code_point < 0xe000) continue;
        std::string text;
        append_utf8(text, code_point);
        const Utf8Character character = read_utf8(text);
        ASSERT_TRUE(character.valid) << static_cast<uint32_t>(code_point);
        ASSERT_EQ(character.code_point, code_point);
        ASSERT_EQ(character.size_bytes, text.size());
    }
}

TEST(Utf8, WhatTheStandardForbidsIsOneBadByte) {
    for (const std::string_view text :
         {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x9f\xbf", "\xed\xa0\x80",
          "\xe2\x82", "\xe2\x82(", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
          "\xf0\x9f\x98", "\xff"}) {
        const Utf8Character character = read_utf8(text);
        EXPECT_FALSE(character.valid) << testing::PrintToString(text);
        EXPECT_EQ(character.code_point, 0xfffdU);
        EXPECT_EQ(character.size_bytes, 1U);
    }
}

TEST(Utf8, WhatFollowsACharacterIsLeftAlone) {
    EXPECT_EQ(read_utf8("\xc3\xa9x").size_bytes, 2U);
    EXPECT_EQ(read_utf8("x\xff").size_bytes, 1U);
}

}  // namespace
}  // namespace kit
