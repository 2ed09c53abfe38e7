#include "commands/config_diff.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace kit::commands {
namespace {

using Json = nlohmann::ordered_json;

// The layout and the colours are those of Kubo's `config profile apply --dry-run`.
TEST(ConfigDifference, MarksWhatIsChangedAddedAndRemoved) {
    const Json before = {{"B", {{"y", 1}, {"x", false}}}, {"A", {"p", "q"}}, {"C", nullptr}};
    const Json after = {{"A", {"r"}}, {"B", {{"x", true}, {"y", 1}, {"z", "<"}}}, {"C", nullptr}};
    EXPECT_EQ(config_difference(before, after),
              "{\n"
              "\"A\": {\n"
              "\x1b[33m    <> \"\": \"p\",\n    ** \"\": \"r\",\x1b[0m\n"
              "\x1b[31m    >> \"\": \"q\"\x1b[0m\n"
              "    },\n"
              "\"B\": {\n"
              "\x1b[33m    <> \"x\": false,\n    ** \"x\": true,\x1b[0m\n"
              "    \"y\": 1,\n"
              "\x1b[32m    << \"z\": \"\\u003c\"\x1b[0m\n"
              "    },\n"
              "\"C\": null\n"
              "}");
}

TEST(ConfigDifference, ShowsAllOfTwoThatAreEqual) {
    const Json config = {{"b", 1}, {"a", {{"c", 2}}}};
    EXPECT_EQ(config_difference(config, config), "{\n\"a\": {\"c\":2},\n\"b\": 1\n}");
}

}  // namespace
}  // namespace kit::commands
