#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "commands/command.h"

namespace kit::commands {
namespace {

TEST(Table, IsSortedAndNamesEachCommandByItsOwnPath) {
    EXPECT_TRUE(std::ranges::is_sorted(command_table(), {}, &CommandEntry::path));
    for (const CommandEntry& entry : command_table()) EXPECT_EQ(entry.make().path, entry.path);
}

TEST(Table, EveryCommandHasItsGroup) {
    for (const CommandEntry& entry : command_table()) {
        const size_t slash = entry.path.rfind('/');
        if (slash == std::string_view::npos) continue;
        EXPECT_NE(find_command(entry.path.substr(0, slash)), nullptr) << entry.path;
    }
}

TEST(Table, EveryCommandHasWordsForHelp) {
    for (const Command& command : all_commands()) {
        SCOPED_TRACE(command.path);
        EXPECT_FALSE(command.tagline.empty());
        EXPECT_TRUE(command.tagline.ends_with('.'));
        for (const Argument& argument : command.arguments) EXPECT_FALSE(argument.help.empty());
        for (const Option& option : command.options) EXPECT_FALSE(option.help.empty());
        EXPECT_FALSE(command.run && command.description.empty() &&
                     command.long_description.empty());
    }
}

// An option's name may mean one thing only along the way from the root to a command.
TEST(Table, NoOptionNameIsUsedTwice) {
    for (const Command& command : all_commands()) {
        std::set<std::string> names;
        std::vector<Option> options = global_options();
        for (size_t end = command.path.find('/');; end = command.path.find('/', end + 1)) {
            const auto made = find_command(command.path.substr(0, end))->make().options;
            options.insert(options.end(), made.begin(), made.end());
            if (end == std::string::npos) break;
        }
        for (const Option& option : options) {
            for (const std::string& name : option.names) {
                EXPECT_TRUE(names.insert(name).second) << command.path << " " << name;
            }
        }
    }
}

TEST(Table, OnlyTheLastArgumentRepeatsOrComesFromStandardInput) {
    for (const Command& command : all_commands()) {
        SCOPED_TRACE(command.path);
        bool optional = false;
        for (const Argument& argument : command.arguments) {
            if (argument.variadic || argument.stdin_allowed) {
                EXPECT_EQ(&argument, &command.arguments.back());
            }
            EXPECT_FALSE(argument.required && optional);
            optional = !argument.required;
        }
    }
}

TEST(Table, PresetsHoldTheTypeOfTheirOption) {
    for (const Command& command : all_commands()) {
        for (const Option& option : command.options) {
            if (!option.preset) continue;
            constexpr size_t alternatives[] = {0, 1, 1, 2, 2, 3, 4, 5};
            EXPECT_EQ(option.preset->index(), alternatives[static_cast<size_t>(option.type)])
                << command.path << " " << option.names.front();
        }
    }
}

// What the document of the REST door says of an option must not shut out what it has without.
TEST(Table, PresetsAreAmongTheChoices) {
    std::vector<Command> commands = all_commands();
    commands.push_back(root_command());
    size_t checked_count = 0;
    for (const Command& command : commands) {
        for (const Option& option : command.options) {
            if (option.choices.empty() || !option.preset) continue;
            std::vector<std::string> values;
            if (const auto* text = std::get_if<std::string>(&*option.preset)) values = {*text};
            if (const auto* texts = std::get_if<std::vector<std::string>>(&*option.preset)) {
                values = *texts;
            }
            EXPECT_FALSE(values.empty()) << command.path << " " << option.names.front();
            for (const std::string& value : values) {
                EXPECT_NE(std::ranges::find(option.choices, value), option.choices.end())
                    << command.path << " " << option.names.front() << " " << value;
                ++checked_count;
            }
        }
    }
    EXPECT_GT(checked_count, 10U);
}

TEST(Table, FindsByPathAndLists) {
    EXPECT_NE(find_command("version/deps"), nullptr);
    EXPECT_EQ(find_command("version/"), nullptr);
    EXPECT_EQ(find_command(""), nullptr);
    const auto below = subcommands_of("version");
    ASSERT_FALSE(below.empty());
    EXPECT_EQ(below.back().path, "version/deps");
    for (const CommandEntry& entry : subcommands_of("")) {
        EXPECT_EQ(entry.path.find('/'), std::string_view::npos);
    }
}

}  // namespace
}  // namespace kit::commands
