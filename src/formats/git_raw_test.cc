// What the vectors of tests/vectors/ipld/git-raw do not say: Kubo fails there, or does worse.
#include "formats/git_raw.h"

#include <gtest/gtest.h>

#include "formats/codec_test_support.h"
#include "formats/dag_json.h"

namespace kit::formats {
namespace {

using test::problem;

// The object that dag-json tells of, as text; or why there is none.
std::string encoded(std::string_view json) {
    const Ipld value = decode_dag_json(as_bytes(json)).value();
    const auto block = encode_git_raw(value);
    return block ? std::string(as_text(*block)) : problem(block);
}

constexpr std::string_view link = R"({"/":"baf4bcffkvkvkvkvkvkvkvkvkvkvkvkvkvkvkvkq"})";

std::string commit(std::string_view more) {
    return fmt::format(R"({{"tree":{},"parents":[],"message":"m","mergetag":[],"other":[]{}}})",
                       link, more);
}

TEST(GitRaw, ATreeIsMadeOfAPlainMap) {
    EXPECT_EQ(encoded("{}"), std::string("tree 0\0", 7));
    EXPECT_EQ(encoded(fmt::format(R"({{"a":{{"mode":"100644","hash":{}}}}})", link)),
              std::string("tree 29\000100644 a\0", 17) + std::string(20, '\xaa'));
}

TEST(GitRaw, ACommitWithoutPeopleIsReadAndNotWritten) {
    const std::string text = "commit 0" + std::string(1, '\0') + "tree " + std::string(40, 'a');
    const Ipld value = decode_git_raw(as_bytes(text)).value();
    EXPECT_EQ(*value.find("author"), Ipld{IpldNull{}});
    EXPECT_EQ(problem(encode_git_raw(value)),
              "unsupported: not a git-raw form: nobody where a person must be");
}

TEST(GitRaw, OtherShapesAreRefused) {
    EXPECT_EQ(encoded("[]"), "unsupported: not a git-raw form: neither bytes nor a map");
    EXPECT_EQ(encoded(R"({"a":1})"),
              "unsupported: not a git-raw form: a tree's entry that is no map");
    EXPECT_EQ(encoded(commit(R"(,"x":1)")),
              "unsupported: not a git-raw form: a commit with the field \"x\"");
    EXPECT_EQ(encoded(commit(R"(,"author":"A <b>")")),
              "unsupported: not a git-raw form: a person that is no map");
}

TEST(GitRaw, ALinkWithoutSha1CannotBeNamed) {
    const std::string other = R"({"/":"bafkqaaa"})";
    EXPECT_EQ(encoded(fmt::format(R"({{"a":{{"mode":"1","hash":{}}}}})", other)),
              "unsupported: not a git-raw form: a link to bafkqaaa, which has no SHA-1");
}

}  // namespace
}  // namespace kit::formats
