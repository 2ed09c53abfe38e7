#include "doors/cli/command_line.h"

#include <gtest/gtest.h>

namespace kit::cli {
namespace {

class CommandLineTest : public testing::Test {
protected:
    // The path of the command found and its words, or the error.
    std::string parse(const std::vector<std::string>& words) {
        line_ = CommandLine();
        const auto parsed = parse_command_line(words, line_);
        if (!parsed) return parsed.error().message;
        std::string text = line_.command().path;
        for (const std::string& word : line_.words) text += " " + word;
        return text;
    }
    CommandLine line_;
};

TEST_F(CommandLineTest, FindsCommandsAndSubcommands) {
    EXPECT_EQ(parse({}), "");
    EXPECT_EQ(parse({"version"}), "version");
    EXPECT_EQ(parse({"version", "deps"}), "version/deps");
    EXPECT_EQ(parse({"version", "more"}), "version more");
}

TEST_F(CommandLineTest, OptionsStandAnywhereAndInEveryForm) {
    EXPECT_EQ(parse({"--timeout=3s", "version", "-n", "--cid-base", "base32"}), "version");
    EXPECT_EQ(line_.request.text("timeout"), "3s");
    EXPECT_EQ(line_.request.text("cid-base"), "base32");
    EXPECT_TRUE(line_.request.flag("number"));
    EXPECT_EQ(parse({"-Dcfile", "version"}), "version");
    EXPECT_TRUE(line_.request.flag("debug"));
    EXPECT_EQ(line_.request.text("config"), "file");
    EXPECT_EQ(parse({"version", "-n=false", "--all=1"}), "version");
    EXPECT_FALSE(line_.request.flag("number"));
    EXPECT_TRUE(line_.request.given("number"));
    EXPECT_TRUE(line_.request.flag("all"));
}

TEST_F(CommandLineTest, DefaultsAreSetAndTold) {
    parse({"version"});
    EXPECT_EQ(line_.request.text("encoding"), "text");
    EXPECT_FALSE(line_.request.given("encoding"));
}

TEST_F(CommandLineTest, TwoDashesEndTheOptions) {
    EXPECT_EQ(parse({"version", "--", "--all", "deps"}), "version --all deps");
    EXPECT_EQ(parse({"version", "-"}), "version -");
}

TEST_F(CommandLineTest, MistakesAreToldInKubosWords) {
    EXPECT_EQ(parse({"version", "--foo"}), "unknown option \"foo\"");
    EXPECT_EQ(parse({"version", "-nx"}), "unknown option \"nx\"");
    EXPECT_EQ(parse({"version", "--enc"}), "missing argument for option \"enc\"");
    EXPECT_EQ(parse({"version", "--enc=json", "--encoding=text"}),
              "multiple values for option \"encoding\"");
    EXPECT_EQ(parse({"version", "--all=maybe"}),
              "strconv.ParseBool: parsing \"maybe\": invalid syntax");
    EXPECT_EQ(parse({"--all", "version"}), "unknown option \"all\"");
    EXPECT_FALSE(line_.complete);
}

TEST_F(CommandLineTest, AnUnknownCommandGetsSuggestions) {
    EXPECT_EQ(parse({"versoin"}), "Unknown Command \"versoin\"\n");
    EXPECT_EQ(parse({"verion"}), "Unknown Command \"verion\"\n\nDid you mean this?\n\n\tversion");
    EXPECT_EQ(parse({"versions"}),
              "Unknown Command \"versions\"\n\nDid you mean this?\n\n\tversion");
    EXPECT_EQ(parse({"version/deps"}).substr(0, 30), "Unknown Command \"version/deps\"");
}

}  // namespace
}  // namespace kit::cli
