#include "http/url.h"

#include <gtest/gtest.h>

namespace kit::http {
namespace {

TEST(UrlTest, EscapesAreDecodedAndAPlusIsASpaceInQueriesAlone) {
    EXPECT_EQ(decode_path("/a%20b+c%2F").value(), "/a b+c/");
    EXPECT_EQ(decode_query("a+b%2Bc").value(), "a b+c");
    EXPECT_EQ(decode_path("%4").error().code, Code::invalid_argument);
    EXPECT_EQ(decode_path("%zz").error().code, Code::invalid_argument);
}

TEST(UrlTest, WhatIsEncodedDecodesToTheSame) {
    std::string all;
    for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
    EXPECT_EQ(decode_query(encode_query(all)).value(), all);
    EXPECT_EQ(decode_path(encode_path(all)).value(), all);
    EXPECT_EQ(encode_query("a b/c"), "a+b%2Fc");
    EXPECT_EQ(encode_path("/a b"), "/a%20b");
}

TEST(UrlTest, AQueryIsPairsInTheirOrder) {
    const QueryPairs expected = {{"arg", "Qm 1"}, {"arg", "2"}, {"stream", ""}, {"", "x"}};
    EXPECT_EQ(parse_query("arg=Qm+1&arg=2&&stream&=x").value(), expected);
    EXPECT_EQ(parse_query("a;b").error().code, Code::invalid_argument);
    EXPECT_EQ(parse_query("a=%").error().code, Code::invalid_argument);
}

}  // namespace
}  // namespace kit::http
