#include "doors/cli/help.h"

#include <gtest/gtest.h>

namespace kit::cli {
namespace {

using commands::Command;
using commands::OptionType;

Command sample() {
    return {
        .path = "pin/sample",
        .tagline = "Keep content.",
        .description = "\nKeeps it.\n\nFor good.\n",
        .examples = {{"pin sample x", "Keep x."}},
        .arguments = {{.name = "path", .variadic = true, .help = "What to keep."},
                      {.name = "note", .required = false, .help = "Why."}},
        .options = {{.names = {"recursive", "r"}, .preset = true, .help = "All below it"},
                    {.names = {"name", "n"},
                     .type = OptionType::text,
                     .help = "A name that is long enough to be broken into two lines."},
                    {.names = {"tag"}, .type = OptionType::texts, .help = "Tags."}},
        .run = [](auto&, const auto&, auto&) { return Result<void>(); },
    };
}

TEST(Help, InFullHasEverySectionInKubosLayout) {
    EXPECT_EQ(render_help(sample(), HelpLength::full, {.program = "ipfs", .width = 80}),
              R"(USAGE
  ipfs pin sample <path>... [<note>] - Keep content.

SYNOPSIS
  ipfs pin sample [--recursive=false] [--name=<name> | -n] [--tag=<tag>]... [--]
                  <path>... [<note>]

ARGUMENTS

  <path>... - What to keep.
  [<note>]  - Why.

OPTIONS

  -r, --recursive  bool   - All below it. Default: true.
  -n, --name       string - A name that is long enough to be broken into two
                            lines.
  --tag            array  - Tags.

DESCRIPTION

  Keeps it.
  
  For good.

EXAMPLES

  Keep x.
  
    $ ipfs pin sample x

)" + std::string("\n"));
}

TEST(Help, InBriefHasUsageSynopsisAndDescription) {
    EXPECT_EQ(render_help(sample(), HelpLength::brief, {.program = "ipfs", .width = 80}),
              R"(USAGE
  ipfs pin sample <path>... [<note>] - Keep content.

  ipfs pin sample [--recursive=false] [--name=<name> | -n] [--tag=<tag>]... [--]
                  <path>... [<note>]

  Keeps it.
  
  For good.

  For more information about each command, use:
  'ipfs pin sample <subcmd> --help'

)" + std::string("\n"));
}

TEST(Help, BreaksTheProseOfDescriptionsAndNotWhatIsLaidOut) {
    Command command = sample();
    const std::string words = "0123456 0123456 0123456 0123456 0123456 0123456 0123456 0123456 ";
    command.description = words + "last 0123456 next\n\n  " + words + words;
    const std::string help =
        render_help(command, HelpLength::full, {.program = "ipfs", .width = 200});
    EXPECT_NE(help.find("\n  " + words + "last 0123456\n  next\n  \n    " + words + words),
              std::string::npos)
        << help;
}

TEST(Help, IsThereForEveryCommand) {
    for (const Command& command : commands::all_commands()) {
        const std::string text = render_help(command, HelpLength::full, {});
        const bool warns = command.status != commands::Status::active;
        EXPECT_TRUE(text.starts_with(warns ? "WARNING:   " : "USAGE\n")) << command.path;
        EXPECT_NE(text.find("USAGE\n"), std::string::npos) << command.path;
        EXPECT_NE(text.find(command.tagline.substr(0, 20)), std::string::npos) << command.path;
    }
}

TEST(Help, OfTheRootListsTheCommands) {
    const std::string text = render_help(commands::root_command(), HelpLength::full, {});
    for (const auto& entry : commands::subcommands_of("")) {
        EXPECT_NE(text.find(std::string(entry.path)), std::string::npos) << entry.path;
    }
}

}  // namespace
}  // namespace kit::cli
