#include "unixfs/ignore_rules.h"

#include <gtest/gtest.h>

namespace kit::unixfs {
namespace {

// Those of the names that the rules exclude.
std::string excluded(const std::vector<std::string>& rules, const std::vector<std::string>& names) {
    const IgnoreRules compiled(rules, true);
    std::string out;
    for (const std::string& name : names) {
        if (compiled.excludes(name)) out += name + " ";
    }
    return out;
}

// github.com/crackcomm/go-gitignore's own tests, for names without a slash.
TEST(IgnoreRulesTest, NamesAndStars) {
    const std::vector<std::string> names = {"foo", "fooo", "ofoo", "foo.js", "x.foo.js", "a"};
    EXPECT_EQ(excluded({"foo"}, names), "foo ");
    EXPECT_EQ(excluded({"/foo"}, names), "foo ");
    EXPECT_EQ(excluded({"**/foo"}, names), "foo ");
    EXPECT_EQ(excluded({"/**/foo"}, names), "foo ");
    EXPECT_EQ(excluded({"foo/**"}, names), "foo ");
    EXPECT_EQ(excluded({"*.js"}, names), "foo.js x.foo.js ");
    EXPECT_EQ(excluded({"foo*"}, names), "foo fooo foo.js ");
    EXPECT_EQ(excluded({"foo/"}, names), "");
    EXPECT_EQ(excluded({"foo/bar", "x/*.js"}, names), "");
}

TEST(IgnoreRulesTest, CommentsBlanksAndNegation) {
    const std::vector<std::string> names = {"#x", "!x", "a", "ab", " "};
    EXPECT_EQ(excluded({"# a", "", "  ", "\r"}, names), "");
    EXPECT_EQ(excluded({"a*", "!ab"}, names), "a ");
    EXPECT_EQ(excluded({"!ab", "a*"}, names), "a ab ");
    EXPECT_EQ(excluded({"  a  \r"}, names), "a ");
    EXPECT_EQ(excluded({"!#x", "#a"}, names), "");
}

TEST(IgnoreRulesTest, WhatIsLeftOfARegularExpressionWorks) {
    const std::vector<std::string> names = {"a1", "b1", "c22", "a?", "x+y", "xxy", "(", "a.b"};
    EXPECT_EQ(excluded({"[ab]1"}, names), "a1 b1 ");
    EXPECT_EQ(excluded({"[^a]\\d"}, names), "b1 ");
    EXPECT_EQ(excluded({"[a-c]\\d{1,2}"}, names), "a1 b1 c22 ");
    EXPECT_EQ(excluded({"a?"}, names), "a? ");
    EXPECT_EQ(excluded({"x+y"}, names), "xxy ");
    EXPECT_EQ(excluded({"(a|b)1"}, names), "a1 b1 ");
    EXPECT_EQ(excluded({"a.b"}, names), "a.b ");
    EXPECT_EQ(excluded({"(", "[", "a{2,1}", "+", "\\"}, names), "");
}

TEST(IgnoreRulesTest, HiddenNamesAreExcludedUnlessTaken) {
    EXPECT_TRUE(IgnoreRules({}, false).excludes(".x"));
    EXPECT_FALSE(IgnoreRules({}, true).excludes(".x"));
    EXPECT_FALSE(IgnoreRules({}, false).excludes("x."));
}

TEST(IgnoreRulesTest, NoRuleIsSlow) {
    const std::vector<std::string> rules = {"(a*)*(a*)*(a*)*b"};
    EXPECT_FALSE(IgnoreRules(rules, true).excludes(std::string(255, 'a')));
}

}  // namespace
}  // namespace kit::unixfs
