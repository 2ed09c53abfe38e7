#include "node/go_json.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace kit::node {
namespace {

TEST(GoJson, KeepsTheOrderOfKeysAndAddsNoBlanks) {
    const Json value = {{"b", 1}, {"a", {1, "x", nullptr, true}}, {"c", Json::object()}};
    EXPECT_EQ(go_json(value), R"({"b":1,"a":[1,"x",null,true],"c":{}})");
}

TEST(GoJson, EscapesWhatGoEscapes) {
    EXPECT_EQ(go_json("<a href=\"x\">&</a>\\"),
              R"("\u003ca href=\"x\"\u003e\u0026\u003c/a\u003e\\")");
    EXPECT_EQ(go_json("\b\f\n\r\t\x01\x1f\x7f"), "\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"");
    EXPECT_EQ(go_json("a\u2028b\u2029c"), R"("a\u2028b\u2029c")");
    EXPECT_EQ(go_json("naïve 日本 😀"), "\"naïve 日本 😀\"");
}

TEST(GoJson, ReplacesEachByteThatIsNoUtf8) {
    EXPECT_EQ(go_json("a\xff"
                      "b\xc3"),
              R"("a\ufffdb\ufffd")");
    EXPECT_EQ(go_json("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")");  // A surrogate.
    EXPECT_EQ(go_json("\xc0\xaf"), R"("\ufffd\ufffd")");            // Overlong.
}

TEST(GoJson, WritesNumbersAsGo) {
    EXPECT_EQ(go_json(UINT64_MAX), "18446744073709551615");
    EXPECT_EQ(go_json(INT64_MIN), "-9223372036854775808");
    EXPECT_EQ(go_json(1.0), "1");
    EXPECT_EQ(go_json(0.1), "0.1");
    EXPECT_EQ(go_json(1e20), "100000000000000000000");
    EXPECT_EQ(go_json(1e21), "1e+21");
    EXPECT_EQ(go_json(1e-6), "0.000001");
    EXPECT_EQ(go_json(1.5e-7), "1.5e-7");
    EXPECT_EQ(go_json(123456789012345678.0), "123456789012345680");
}

TEST(GoJson, IndentsLikeMarshalIndent) {
    const Json value = {{"a", Json::array()}, {"b", {1, 2}}, {"c", {{"d", nullptr}}}};
    EXPECT_EQ(go_json_indented(value, "  "),
              "{\n  \"a\": [],\n  \"b\": [\n    1,\n    2\n  ],\n  \"c\": {\n    \"d\": null\n  "
              "}\n}");
}

TEST(GoJson, SortsTheKeysOfMaps) {
    const Json value = {{"b", {{"z", 1}, {"y", 2}}}, {"B", 1}, {"a", Json::array({{{"d", 1}}})}};
    EXPECT_EQ(go_json(sorted_by_key(value)), R"({"B":1,"a":[{"d":1}],"b":{"y":2,"z":1}})");
}

}  // namespace
}  // namespace kit::node
