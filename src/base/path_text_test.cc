#include "base/path_text.h"

#include <gtest/gtest.h>

#include "base/split.h"

namespace kit {
namespace {

TEST(Split, EmptyPartsAreParts) {
    using Parts = std::vector<std::string_view>;
    EXPECT_EQ(split("a,b", ','), (Parts{"a", "b"}));
    EXPECT_EQ(split(",a,,", ','), (Parts{"", "a", "", ""}));
    EXPECT_EQ(split("", ','), (Parts{""}));
}

TEST(PathText, CleansAsGoDoes) {
    EXPECT_EQ(clean_path(""), ".");
    EXPECT_EQ(clean_path("a//b/./c/"), "a/b/c");
    EXPECT_EQ(clean_path("a/../.."), "..");
    EXPECT_EQ(clean_path("/.."), "/");
    EXPECT_EQ(clean_path("/../a/"), "/a");
    EXPECT_EQ(clean_path("../../a"), "../../a");
    EXPECT_EQ(clean_path("./"), ".");
}

TEST(PathText, TheLastNameAndWhatStandsBeforeIt) {
    EXPECT_EQ(base_name("/"), "/");
    EXPECT_EQ(base_name("/a"), "a");
    EXPECT_EQ(base_name("a/b"), "b");
    EXPECT_EQ(base_name(".."), "..");
    EXPECT_EQ(folder_of("a"), ".");
    EXPECT_EQ(folder_of("/"), "/");
    EXPECT_EQ(folder_of("/a"), "/");
    EXPECT_EQ(folder_of("a/b/c"), "a/b");
}

}  // namespace
}  // namespace kit
