#include "doors/gateway/conditions.h"

#include <gtest/gtest.h>

namespace kit::gateway {
namespace {

std::string ranges(std::string_view field, uint64_t size_bytes) {
    const auto parsed = parse_ranges(field, size_bytes);
    if (!parsed) return parsed.error().message;
    std::string text;
    for (const ByteRange& range : *parsed) text += content_range(range, size_bytes) + ";";
    return text;
}

TEST(ConditionsTest, ARangeIsCutToTheBody) {
    EXPECT_EQ(ranges("bytes=0-3", 10), "bytes 0-3/10;");
    EXPECT_EQ(ranges("bytes=4-", 10), "bytes 4-9/10;");
    EXPECT_EQ(ranges("bytes=8-99", 10), "bytes 8-9/10;");
    EXPECT_EQ(ranges("bytes= 1 - 2 ", 10), "bytes 1-2/10;");
    EXPECT_EQ(ranges("bytes=0-0,-1", 10), "bytes 0-0/10;bytes 9-9/10;");
}

TEST(ConditionsTest, ATailLongerThanTheBodyIsTheBody) {
    EXPECT_EQ(ranges("bytes=-3", 10), "bytes 7-9/10;");
    EXPECT_EQ(ranges("bytes=-99", 10), "bytes 0-9/10;");
}

TEST(ConditionsTest, WhoAsksForMoreThanThereIsGetsItWhole) {
    EXPECT_EQ(ranges("bytes=0-9,0-9", 10), "");
    EXPECT_EQ(ranges("", 10), "");
    EXPECT_EQ(ranges("bytes=5-6", 0), "");
}

TEST(ConditionsTest, WhatIsNoRangeIsRefused) {
    for (const char* field : {"bytes=x", "bytes=2-1", "lines=1-2", "bytes=-", "bytes=1-x",
                              "bytes=--1", "bytes=1", "bytes=99999999999999999999-"}) {
        EXPECT_EQ(ranges(field, 10), "invalid range") << field;
    }
    EXPECT_EQ(ranges("bytes=10-", 10), "invalid range: failed to overlap");
}

TEST(ConditionsTest, EtagsAreComparedAsTheirKindAsks) {
    EXPECT_TRUE(lists_etag("\"a\", W/\"b\"", "\"b\""));
    EXPECT_TRUE(lists_etag("*", "\"b\""));
    EXPECT_FALSE(lists_etag("b", "\"b\""));
    EXPECT_FALSE(lists_etag("\"a\"", "\"b\""));
    EXPECT_TRUE(lists_strong_etag("\"a\"", "\"a\""));
    EXPECT_FALSE(lists_strong_etag("W/\"a\"", "W/\"a\""));
}

TEST(ConditionsTest, ADateIsReadInItsOneForm) {
    EXPECT_EQ(parse_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
    EXPECT_EQ(parse_date("Sunday, 06-Nov-94 08:49:37 GMT"), std::nullopt);
    EXPECT_EQ(parse_date("Sun, 06 Foo 1994 08:49:37 GMT"), std::nullopt);
}

}  // namespace
}  // namespace kit::gateway
