// The cases are those of the recommendation's own test suite,
// https://github.com/w3c/trace-context/blob/main/test/test.py
#include "http/trace_context.h"

#include <gtest/gtest.h>

namespace kit::http {
namespace {

constexpr std::string_view good = "00-12345678901234567890123456789012-1234567890123456-01";

TEST(TraceContextTest, AWellFormedFieldGivesItsParts) {
    EXPECT_EQ(parse_traceparent(good), (TraceContext{.trace_id = "12345678901234567890123456789012",
                                                     .parent_id = "1234567890123456",
                                                     .flags = 1}));
    EXPECT_EQ(parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")->flags,
              0);
    EXPECT_EQ(parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-ff")->flags,
              255);
}

TEST(TraceContextTest, HigherVersionsMayHaveMoreAfterADash) {
    for (const char* text :
         {"cc-12345678901234567890123456789012-1234567890123456-01",
          "cc-12345678901234567890123456789012-1234567890123456-01-what-the-future-will-be-like",
          "fe-12345678901234567890123456789012-1234567890123456-01-"}) {
        EXPECT_TRUE(parse_traceparent(text)) << text;
    }
    EXPECT_FALSE(parse_traceparent(
        "cc-12345678901234567890123456789012-1234567890123456-01.what-the-future-will-be-like"));
}

TEST(TraceContextTest, ABadVersionIsInvalid) {
    for (const char* text : {"ff-12345678901234567890123456789012-1234567890123456-01",
                             "00-12345678901234567890123456789012-1234567890123456-01.",
                             "00-12345678901234567890123456789012-1234567890123456-01-more",
                             ".0-12345678901234567890123456789012-1234567890123456-01",
                             "0.-12345678901234567890123456789012-1234567890123456-01",
                             "000-12345678901234567890123456789012-1234567890123456-01",
                             "0000-12345678901234567890123456789012-1234567890123456-01",
                             "0-12345678901234567890123456789012-1234567890123456-01",
                             "CC-12345678901234567890123456789012-1234567890123456-01"}) {
        EXPECT_FALSE(parse_traceparent(text)) << text;
    }
}

TEST(TraceContextTest, ABadTraceIdIsInvalid) {
    for (const char* text : {"00-00000000000000000000000000000000-1234567890123456-01",
                             "00-.2345678901234567890123456789012-1234567890123456-01",
                             "00-1234567890123456789012345678901.-1234567890123456-01",
                             "00-123456789012345678901234567890123-1234567890123456-01",
                             "00-1234567890123456789012345678901-1234567890123456-01",
                             "00-1234567890123456789012345678901A-1234567890123456-01"}) {
        EXPECT_FALSE(parse_traceparent(text)) << text;
    }
}

TEST(TraceContextTest, ABadParentIdIsInvalid) {
    for (const char* text : {"00-12345678901234567890123456789012-0000000000000000-01",
                             "00-12345678901234567890123456789012-.234567890123456-01",
                             "00-12345678901234567890123456789012-123456789012345.-01",
                             "00-12345678901234567890123456789012-12345678901234567-01",
                             "00-12345678901234567890123456789012-123456789012345-01"}) {
        EXPECT_FALSE(parse_traceparent(text)) << text;
    }
}

TEST(TraceContextTest, BadFlagsAreInvalid) {
    for (const char* text : {"00-12345678901234567890123456789012-1234567890123456-.0",
                             "00-12345678901234567890123456789012-1234567890123456-0.",
                             "00-12345678901234567890123456789012-1234567890123456-001",
                             "00-12345678901234567890123456789012-1234567890123456-1",
                             "00-12345678901234567890123456789012-1234567890123456-",
                             "00-12345678901234567890123456789012-1234567890123456", ""}) {
        EXPECT_FALSE(parse_traceparent(text)) << text;
    }
}

TEST(TraceContextTest, NoPrefixOfAFieldIsOne) {
    for (size_t size = 0; size < good.size(); ++size) {
        EXPECT_FALSE(parse_traceparent(good.substr(0, size))) << size;
    }
}

TEST(TraceContextTest, TheFieldsNameHasNoCaseAndTwoOfThemAreNone) {
    RequestHead request;
    EXPECT_FALSE(trace_context_of(request));
    request.headers.add("TraceParent", std::string(good));
    EXPECT_TRUE(trace_context_of(request));
    request.headers.add("traceparent", std::string(good));
    EXPECT_FALSE(trace_context_of(request));
}

}  // namespace
}  // namespace kit::http
