#include "commands/option_value.h"

#include <gtest/gtest.h>

namespace kit::commands {
namespace {

// The value as text, or the error.
std::string parsed(OptionType type, std::string_view text) {
    const auto value = parse_option_value({.names = {"x"}, .type = type}, text);
    if (!value) return value.error().message;
    if (const auto* flag = std::get_if<bool>(&*value)) return *flag ? "true" : "false";
    if (const auto* number = std::get_if<int64_t>(&*value)) return std::to_string(*number);
    if (const auto* number = std::get_if<uint64_t>(&*value)) return std::to_string(*number);
    if (const auto* number = std::get_if<double>(&*value)) return std::to_string(*number);
    return std::get<std::string>(*value);
}

TEST(OptionValue, FlagsTakeWhatParseBoolTakesInAnyCase) {
    for (const char* text : {"", "1", "t", "T", "TRUE", "tRue"}) {
        EXPECT_EQ(parsed(OptionType::flag, text), "true") << text;
    }
    for (const char* text : {"0", "f", "False"}) {
        EXPECT_EQ(parsed(OptionType::flag, text), "false") << text;
    }
    EXPECT_EQ(parsed(OptionType::flag, "YES"),
              "strconv.ParseBool: parsing \"yes\": invalid syntax");
}

TEST(OptionValue, IntegersTakeEveryBaseOfGo) {
    EXPECT_EQ(parsed(OptionType::integer, "-42"), "-42");
    EXPECT_EQ(parsed(OptionType::integer, "+0x2a"), "42");
    EXPECT_EQ(parsed(OptionType::integer, "0b101"), "5");
    EXPECT_EQ(parsed(OptionType::integer, "0o17"), "15");
    EXPECT_EQ(parsed(OptionType::integer, "017"), "15");
    EXPECT_EQ(parsed(OptionType::integer, "0x_ff_ff"), "65535");
    EXPECT_EQ(parsed(OptionType::integer, "0"), "0");
}

TEST(OptionValue, IntegersOutOfShapeOrRangeAreRefusedInGosWords) {
    for (const char* text : {"", "-", "1_000", "0x", "0x__1", "08", "1e3", "12 "}) {
        EXPECT_EQ(parsed(OptionType::integer, text),
                  "strconv.ParseInt: parsing \"" + std::string(text) + "\": invalid syntax");
    }
    EXPECT_EQ(parsed(OptionType::integer, "2147483648"),
              "strconv.ParseInt: parsing \"2147483648\": value out of range");
    EXPECT_EQ(parsed(OptionType::integer, "-2147483648"), "-2147483648");
    EXPECT_EQ(parsed(OptionType::integer64, "9223372036854775807"), "9223372036854775807");
    EXPECT_EQ(parsed(OptionType::integer64, "9223372036854775808"),
              "strconv.ParseInt: parsing \"9223372036854775808\": value out of range");
    EXPECT_EQ(parsed(OptionType::unsigned_integer, "-1"),
              "strconv.ParseUint: parsing \"-1\": invalid syntax");
    EXPECT_EQ(parsed(OptionType::unsigned_integer, "4294967296"),
              "strconv.ParseUint: parsing \"4294967296\": value out of range");
    EXPECT_EQ(parsed(OptionType::unsigned_integer64, "18446744073709551615"),
              "18446744073709551615");
}

TEST(OptionValue, TextsAreSplitOnlyWhereTheOptionSaysSo) {
    const auto whole = parse_option_value({.names = {"x"}, .type = OptionType::texts}, "a,b");
    EXPECT_EQ(std::get<std::vector<std::string>>(*whole), std::vector<std::string>({"a,b"}));
    const auto split =
        parse_option_value({.names = {"x"}, .type = OptionType::texts, .separator = ','}, "a,b,");
    EXPECT_EQ(std::get<std::vector<std::string>>(*split), std::vector<std::string>({"a", "b", ""}));
}

TEST(OptionValue, HelpShowsTheDefault) {
    EXPECT_EQ(shown_help({.names = {"x"}, .preset = true, .help = "Pin it"}),
              "Pin it. Default: true.");
    EXPECT_EQ(shown_help({.names = {"x"}, .help = "Pin it."}), "Pin it.");
}

}  // namespace
}  // namespace kit::commands
