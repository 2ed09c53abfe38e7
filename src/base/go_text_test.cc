#include "base/go_text.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace kit {
namespace {

TEST(GoText, PrintableIsWhatGoSaysOfEveryCharacter) {
    // FNV-1a over the printable code points, as a Go program computes it with strconv.IsPrint.
    uint64_t hash = 14695981039346656037U;
    size_t printable_count = 0;
    for (char32_t code_point = 0; code_point <= 0x10ffff; ++code_point) {
        if (!is_printable(code_point)) continue;
        ++printable_count;
        hash = (hash ^ code_point) * 1099511628211U;
    }
    EXPECT_EQ(printable_count, 148998U);
    EXPECT_EQ(hash, 17123653939545431263U);
}

TEST(GoText, QuotesAndBackslashesAreEscaped) {
    EXPECT_EQ(go_quote("a\"b\\c"), R"("a\"b\\c")");
    EXPECT_EQ(go_quote(""), R"("")");
}

TEST(GoText, ControlsHaveLettersOrNumbers) {
    EXPECT_EQ(go_quote("\a\b\f\n\r\t\v"), R"("\a\b\f\n\r\t\v")");
    EXPECT_EQ(go_quote(std::string_view("\0\x01\x1b\x7f", 4)), R"("\x00\x01\x1b\x7f")");
}

TEST(GoText, WhatIsNotPrintableHasItsCodePoint) {
    EXPECT_EQ(go_quote("\u00a0\u200b\u2028\ufeff"), R"("\u00a0\u200b\u2028\ufeff")");
    EXPECT_EQ(go_quote("\U000e0001\U0010ffff"), R"("\U000e0001\U0010ffff")");
    EXPECT_EQ(go_quote("\u00fc\u4e16\U0001f600"), "\"\u00fc\u4e16\U0001f600\"");
}

TEST(GoText, BytesThatAreNoTextAreNumbers) {
    EXPECT_EQ(go_quote("\xff\xc3\xa9\xc3"), "\"\\xff\u00e9\\xc3\"");
    EXPECT_EQ(go_quote("\xed\xa0\x80\xc0\xaf"), R"("\xed\xa0\x80\xc0\xaf")");
}

TEST(GoText, AListedNameIsEscapedOnlyWhereATerminalNeedsIt) {
    EXPECT_EQ(escape_unprintable("plain \"name\" \u00fc\xff"), "plain \"name\" \u00fc\xff");
    EXPECT_EQ(escape_unprintable("tab\there \"q\""), R"(tab\there "q")");
    EXPECT_EQ(escape_unprintable("a\\b\xff"), R"(a\\b\xff)");
    EXPECT_EQ(escape_unprintable("no\u00a0break"), R"(no\u00a0break)");
}

TEST(GoText, NumbersHaveTheFewestDigitsThatReadBack) {
    EXPECT_EQ(go_float_text(0.1), "0.1");
    EXPECT_EQ(go_float_text(-0.0), "-0");
    EXPECT_EQ(go_float_text(1e20), "100000000000000000000");
    EXPECT_EQ(go_float_text(123456789012345678901.0), "123456789012345680000");
    EXPECT_EQ(go_float_text(1e21), "1e+21");
    EXPECT_EQ(go_float_text(-1.5e-7), "-1.5e-7");
    EXPECT_EQ(go_float_text(0.000001), "0.000001");
}

}  // namespace
}  // namespace kit
