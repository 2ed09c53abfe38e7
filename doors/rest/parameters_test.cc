#include "doors/rest/parameters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace kit::rest {
namespace {

class ParametersTest : public testing::Test {
protected:
    // "arguments | options", or the error.
    std::string words(std::string_view path, std::string_view query, std::string_view body = "") {
        auto found = find_words(*verbs_.find(path)->verb, query, body);
        if (!found) return found.error().message;
        std::string text = fmt::format("{} |", fmt::join(found->arguments, " "));
        for (const auto& [name, value] : found->options) text += fmt::format(" {}={}", name, value);
        return text;
    }

    rpc::Verbs verbs_;
};

TEST_F(ParametersTest, ArgumentsAndOptionsComeByTheirNames) {
    EXPECT_EQ(words("pin/add", "ipfs-path=a&name=n&ipfs-path=b"), "a b | name=n");
    EXPECT_EQ(words("files/cp", "dest=/d&source=/s&p=true"), "/s /d | p=true");
    EXPECT_EQ(words("pin/add", ""), " |");  // What is missing the reader of the RPC says.
}

TEST_F(ParametersTest, ABodyOfJsonMeansTheSame) {
    EXPECT_EQ(words("pin/add", "name=n", R"({"ipfs-path": ["a", "b"], "recursive": false})"),
              "a b | name=n recursive=false");
    EXPECT_EQ(words("files/read", "", R"({"path": "/a", "offset": 7, "count": null})"),
              "/a | offset=7");
    EXPECT_TRUE(words("pin/add", "", "[1]").starts_with("the body is no JSON object"));
    EXPECT_TRUE(words("pin/add", "", "{").starts_with("the body is no JSON object"));
    EXPECT_TRUE(words("pin/add", "", R"({"name": {"a": 1}})").starts_with("\"name\" is a text"));
}

// Generated clients send each default that the document has, and some commands ask whether an
// option was given (dag import refuses pin-roots beside local-only).
TEST_F(ParametersTest, ADefaultThatIsSentIsAsGoodAsNotSent) {
    EXPECT_EQ(words("dag/import", "pin-roots=true&local-only=true"), " | local-only=true");
    EXPECT_EQ(words("dag/import", "pin-roots=false"), " | pin-roots=false");
}

TEST_F(ParametersTest, WhatIsNotInTheDocumentIsRefused) {
    EXPECT_EQ(words("pin/add", "arg=a"),
              "pin/add has no parameter \"arg\": /api/v1/docs lists those that it has");
    EXPECT_TRUE(words("pin/add", "repo-dir=/etc").starts_with("pin/add has no parameter"));
    EXPECT_EQ(words("files/cp", "source=a&source=b"),
              "\"source\" takes one value, and was given several");
    EXPECT_EQ(words("files/cp", "dest=/d"), "argument \"source\" is required with \"dest\"");
    EXPECT_TRUE(words("add", "path=a").starts_with("\"path\" is a file"));
}

}  // namespace
}  // namespace kit::rest
