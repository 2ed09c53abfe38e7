#include "dag/path.h"

#include <gtest/gtest.h>

namespace kit::dag {
namespace {

const std::string root = "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH";

std::string parsed(std::string_view text) {
    const auto path = ContentPath::from_text(text);
    return path ? path->to_text() : path.error().to_text();
}

TEST(ContentPathTest, EveryWayToWriteARootIsAccepted) {
    for (const std::string& text :
         {root, "/ipfs/" + root, "ipfs://" + root, "ipfs:" + root, "ipfs:/" + root,
          "IPFS://" + root, "//ipfs//" + root + "//", "./" + root, "/ipfs/./" + root,
          root + "/a/..", "/ipfs/x/../" + root}) {
        EXPECT_EQ(parsed(text), "/ipfs/" + root) << text;
    }
}

TEST(ContentPathTest, SegmentsAreCleanedAndNotDecoded) {
    EXPECT_EQ(parsed(root + "/a//b/./c/../d/"), "/ipfs/" + root + "/a/b/d");
    EXPECT_EQ(parsed("ipfs://" + root + "/a%20b"), "/ipfs/" + root + "/a%20b");
}

TEST(ContentPathTest, OtherSpacesKeepTheirName) {
    EXPECT_EQ(parsed("ipns://example.com/a"), "/ipns/example.com/a");
    EXPECT_EQ(parsed("ipns:example.com"), "/ipns/example.com");
    EXPECT_EQ(parsed("/ipld/" + root + "/Links/0"), "/ipld/" + root + "/Links/0");
}

TEST(ContentPathTest, TooFewComponentsAreReportedAsKuboDoes) {
    for (const std::string& text :
         {std::string("notacid"), std::string("/ipfs/"), std::string("ipfs/"), std::string(""),
          std::string("/"), std::string("/foo"), "ipfs/" + root, root + "/..",
          "/ipfs/" + root + "/../.."}) {
        EXPECT_EQ(parsed(text),
                  "invalid path \"" + text + "\": path does not have enough components");
    }
    EXPECT_EQ(parsed("ipfs://"), "invalid path \"/ipfs/\": path does not have enough components");
}

TEST(ContentPathTest, AnUnknownSpaceAndABadRootAreNamed) {
    EXPECT_EQ(parsed("/IPFS/" + root),
              "invalid path \"/IPFS/" + root + "\": unknown namespace: \"IPFS\"");
    EXPECT_EQ(parsed("/ipfs/notacid"),
              "invalid path \"/ipfs/notacid\": invalid cid: selected encoding not supported");
    EXPECT_EQ(parsed("/ipfs/a"), "invalid path \"/ipfs/a\": invalid cid: cid too short");
    EXPECT_FALSE(ContentPath::from_text(std::string(100'000, 'a')).has_value());
}

}  // namespace
}  // namespace kit::dag
