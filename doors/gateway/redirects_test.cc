#include "doors/gateway/redirects.h"

#include <gtest/gtest.h>

namespace kit::gateway {
namespace {

// Where the first rule that fits sends a path, with its status.
std::string sent(std::string_view file, std::string_view path) {
    const auto rules = parse_redirects(file);
    if (!rules) return rules.error().message;
    for (const RedirectRule& rule : *rules) {
        if (const auto to = rule.match(path)) return std::to_string(rule.status) + " " + *to;
    }
    return "nowhere";
}

TEST(RedirectsTest, TheFirstRuleThatFitsCounts) {
    const char* file = "# a comment\n\n/a /b\n/a /c 302\n/d/ /e 200\n";
    EXPECT_EQ(sent(file, "/a"), "301 /b");
    EXPECT_EQ(sent(file, "/d"), "200 /e");
    EXPECT_EQ(sent(file, "/x"), "nowhere");
}

TEST(RedirectsTest, PlaceholdersAndSplatsAreFilledIn) {
    EXPECT_EQ(sent("/p/:y/:month/:mon /n/:mon-:month-:y", "/p/1/2/3"), "301 /n/3-2-1");
    EXPECT_EQ(sent("/s/* /t/:splat 302", "/s/a/b"), "302 /t/a/b");
    EXPECT_EQ(sent("/* /404.html 404", "/any/thing"), "404 /404.html");
    EXPECT_EQ(sent("/s/* /t", "/s"), "nowhere");
    EXPECT_EQ(sent("/a/:x /b/:x", "/a/1/2"), "nowhere");
}

TEST(RedirectsTest, AValueThatLooksLikeAPlaceholderStaysAsItIs) {
    EXPECT_EQ(sent("/:a/:b /x/:a/:b", "/:b:b/:a"), "301 /x/:b:b/:a");
    EXPECT_EQ(sent("/:a/:a /x/:a", "/1/2"), "301 /x/2");
    EXPECT_EQ(sent("/:a/* /x/:splat/:a", "/:splat/:a"), "301 /x/:a/:splat");
}

TEST(RedirectsTest, AGoalThatWouldBeLongerThanAnyPathIsNone) {
    std::string rule = "/:a /x";
    for (int i = 0; i < 1000; ++i) rule += ":a";
    EXPECT_EQ(sent(rule, "/" + std::string(100, 'y')), "nowhere");
    EXPECT_EQ(sent(rule, "/" + std::string(10, 'y')).size(), 4U + 2 + 10'000);
}

TEST(RedirectsTest, WhatIsNoRuleIsRefused) {
    EXPECT_EQ(sent("/a", "/a"), "missing 'to' path");
    EXPECT_EQ(sent("/a /b 301 x", "/a"), "must match format 'from to [status]'");
    EXPECT_EQ(sent("a /b", "/a"), "parsing 'from': path must begin with '/'");
    EXPECT_EQ(sent("/*/x /b", "/a"), "parsing 'from': path must end with asterisk");
    EXPECT_EQ(sent("/a ftp://b", "/a"), "parsing 'to': invalid URL scheme");
    EXPECT_EQ(sent("/a /b 418", "/a"), "parsing status \"418\": status code 418 is not supported");
    EXPECT_NE(sent("/a /b 301!", "/a").find("forced redirects"), std::string::npos);
    EXPECT_EQ(sent(std::string(65537, '#'), "/a"), "redirects file size cannot exceed 65536 bytes");
}

}  // namespace
}  // namespace kit::gateway
