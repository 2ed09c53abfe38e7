#include "base/ascii.h"

#include <gtest/gtest.h>

namespace kit {
namespace {

TEST(Ascii, FoldsItsOwnLettersAlone) {
    EXPECT_EQ(ascii_lower("Content-TYPE [@`{] \xc3\x84"), "content-type [@`{] \xc3\x84");
    EXPECT_TRUE(equal_ignoring_case("ETag", "etag"));
    EXPECT_FALSE(equal_ignoring_case("ETag", "etags"));
    EXPECT_FALSE(equal_ignoring_case("@", "`"));
}

TEST(Ascii, SeesAPrefixAndNotMoreThanTheText) {
    EXPECT_TRUE(starts_with_ignoring_case("IPFS:x", "ipfs:"));
    EXPECT_TRUE(starts_with_ignoring_case("a", ""));
    EXPECT_FALSE(starts_with_ignoring_case("ip", "ipfs"));
}

TEST(Ascii, TrimsWhatIsAsked) {
    EXPECT_EQ(trimmed(" \t a b\t"), "a b");
    EXPECT_EQ(trimmed(" \n"), "\n");
    EXPECT_EQ(trimmed(" a\r\n", blanks_and_newlines), "a");
    EXPECT_EQ(trimmed("\n\n", "\n"), "");
    EXPECT_EQ(trimmed(""), "");
}

}  // namespace
}  // namespace kit
