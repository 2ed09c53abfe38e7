#include "doors/cli/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "commands/option_value.h"

namespace kit::cli {
namespace {

using commands::Argument;
using commands::Command;
using commands::CommandEntry;
using commands::Option;
using commands::OptionType;
using commands::Status;

constexpr std::string_view indent = "  ";

std::string indented(std::string_view text) {
    text = trimmed(text, "\n");
    if (text.empty()) return {};
    std::string out(indent);
    for (const char character : text) {
        out += character;
        if (character == '\n') out += indent;
    }
    return out;
}

void align(std::vector<std::string>& lines) {
    size_t longest = 0;
    for (const std::string& line : lines) longest = std::max(longest, line.size());
    for (std::string& line : lines) {
        if (!line.empty()) line.resize(longest, ' ');
    }
}

// `text` after `prefix`, broken at blanks so that it stays right of the prefix.
std::string wrapped(std::string prefix, std::string_view text, size_t width) {
    const size_t offset = prefix.size();
    constexpr size_t text_width_min = 30;
    text = trimmed(text, blanks_and_newlines);
    if (width < offset + text_width_min) return prefix.append(text);
    const size_t text_width = width - offset;
    while (text.size() > text_width) {
        size_t cut = text.substr(0, text_width).find_last_of(blanks_and_newlines);
        if (cut == std::string_view::npos) cut = text.find_first_of(blanks_and_newlines);
        if (cut == std::string_view::npos) break;
        prefix.append(text.substr(0, cut)).append("\n").append(offset, ' ');
        text.remove_prefix(cut);
        text.remove_prefix(std::min(text.find_first_not_of(blanks_and_newlines), text.size()));
    }
    return prefix.append(text);
}

// Prose line by line, each broken where it is too long; a line that starts with blanks is laid out
// already.
std::string wrapped_lines(std::string_view text, size_t width) {
    std::string out;
    text = trimmed(text, "\n");
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        out += line.starts_with(' ') ? std::string(line) : wrapped("", line, width);
        text.remove_prefix(line.size());
        if (text.empty()) break;
        out += '\n';
        text.remove_prefix(1);
    }
    return out;
}

std::string flag_text(std::string_view name) {
    return fmt::format("{}{}", name.size() == 1 ? "-" : "--", name);
}

std::string argument_usage(const Argument& argument) {
    std::string text = fmt::format("<{}>", argument.name);
    if (!argument.required) text = "[" + text + "]";
    return argument.variadic ? text + "..." : text;
}

std::string arguments_usage(const Command& command) {
    std::string text;
    for (const Argument& argument : command.arguments) {
        if (!text.empty()) text += ' ';
        text += argument_usage(argument);
    }
    return text;
}

std::string option_synopsis(const Option& option) {
    const bool on_by_default = option.preset && std::holds_alternative<bool>(*option.preset) &&
                               std::get<bool>(*option.preset);
    const std::string& first = option.names.front();
    if (on_by_default) return fmt::format("--{}=false", first);
    std::string text = flag_text(first);
    if (option.type != OptionType::flag) {
        text += fmt::format("=<{}>", option.value_name.empty() ? first : option.value_name);
    }
    for (size_t index = 1; index < option.names.size(); ++index) {
        text += " | " + flag_text(option.names[index]);
    }
    return text;
}

std::string synopsis(const Command& command, const std::string& called, size_t width) {
    std::string text = called;
    size_t line_size = text.size();
    const auto append = [&](const std::string& piece) {
        if (line_size + piece.size() + 1 > width) {
            text += "\n" + std::string(called.size(), ' ');
            line_size = called.size();
        }
        line_size += piece.size() + 1;
        text += " " + piece;
    };
    for (const Option& option : command.options) {
        append("[" + option_synopsis(option) + "]" +
               (option.type == OptionType::texts ? "..." : ""));
    }
    if (!command.arguments.empty()) append("[--]");
    for (const Argument& argument : command.arguments) {
        std::string piece = fmt::format("<{}>{}", argument.name, argument.variadic ? "..." : "");
        append(argument.required ? piece : "[" + piece + "]");
    }
    if (command.path.empty()) append("<command> ...");
    return text;
}

std::string joined(const std::vector<std::string>& lines) {
    return fmt::format("{}", fmt::join(lines, "\n"));
}

std::string argument_lines(const Command& command, size_t width) {
    std::vector<std::string> lines;
    lines.reserve(command.arguments.size());
    for (const Argument& argument : command.arguments) lines.push_back(argument_usage(argument));
    align(lines);
    for (size_t index = 0; index < lines.size(); ++index) {
        lines[index] = wrapped(lines[index] + " - ", command.arguments[index].help, width);
    }
    return joined(lines);
}

std::string option_lines(const Command& command, size_t width) {
    std::vector<std::string> lines;
    for (const Option& option : command.options) {
        auto names = option.names;
        std::ranges::stable_sort(names, {}, &std::string::size);
        std::vector<std::string> flags;
        flags.reserve(names.size());
        for (const std::string& name : names) flags.push_back(flag_text(name));
        lines.push_back(fmt::format("{}", fmt::join(flags, ", ")));
    }
    align(lines);
    for (size_t index = 0; index < lines.size(); ++index) {
        lines[index] += fmt::format("  {}", commands::type_name(command.options[index].type));
    }
    align(lines);
    for (size_t index = 0; index < lines.size(); ++index) {
        lines[index] =
            wrapped(lines[index] + " - ", commands::shown_help(command.options[index]), width);
    }
    return joined(lines);
}

std::string subcommand_lines(const Command& group, Status status, const std::string& called,
                             size_t width) {
    std::vector<std::string> lines;
    std::vector<std::string> taglines;
    for (const CommandEntry& entry : commands::subcommands_of(group.path)) {
        const Command command = entry.make();
        if (command.status != status) continue;
        const std::string usage = arguments_usage(command);
        lines.push_back(called + " " + std::string(command.name()) +
                        (usage.empty() ? "" : " " + usage));
        taglines.push_back(command.tagline);
    }
    align(lines);
    for (size_t index = 0; index < lines.size(); ++index) {
        lines[index] = wrapped(lines[index] + " - ", taglines[index], width);
    }
    return joined(lines);
}

std::string example_lines(const Command& command, const HelpLayout& layout, size_t width) {
    std::string text;
    for (const auto& example : command.examples) {
        if (!text.empty()) text += "\n\n";
        text += wrapped("", example.meaning, width);
        text += fmt::format("\n\n  $ {} {}", layout.program, example.command);
    }
    return text;
}

std::string_view warning(Status status) {
    switch (status) {
        case Status::active:
            return "";
        case Status::experimental:
            return "EXPERIMENTAL, command may change in future releases";
        case Status::deprecated:
            return "DEPRECATED, command will be removed in the future";
        case Status::removed:
            return "REMOVED, command is no longer available";
    }
    return "";
}

struct Sections {
    std::string called;  // The program and the command's path.
    std::string usage;
    std::string synopsis;
    std::string description;
    std::array<std::string, 4> subcommands;  // By status.
};

constexpr std::array<std::string_view, 4> subcommand_titles = {
    "SUBCOMMANDS", "EXPERIMENTAL SUBCOMMANDS", "DEPRECATED SUBCOMMANDS", "REMOVED SUBCOMMANDS"};

Sections make_sections(const Command& command, HelpLength length, const HelpLayout& layout,
                       size_t width) {
    Sections sections;
    std::string path = command.path;
    std::ranges::replace(path, '/', ' ');
    sections.called = path.empty() ? layout.program : layout.program + " " + path;
    const std::string arguments = arguments_usage(command);
    sections.usage = wrapped(sections.called + (arguments.empty() ? "" : " " + arguments) + " - ",
                             command.tagline, width);
    sections.synopsis = synopsis(command, sections.called, width);
    const bool use_long = length == HelpLength::full && !command.long_description.empty();
    // Prose is as narrow on wide terminals as Kubo's, which is broken by hand.
    constexpr size_t prose_width_max = 78;
    sections.description = wrapped_lines(use_long ? command.long_description : command.description,
                                         std::min(width, prose_width_max));
    for (size_t status = 0; status < sections.subcommands.size(); ++status) {
        sections.subcommands[status] =
            subcommand_lines(command, static_cast<Status>(status), sections.called, width);
    }
    return sections;
}

// A section with its title on a line of its own; nothing for an empty one.
void append_section(std::string& out, std::string_view title, std::string_view body) {
    if (body.empty()) return;
    out += fmt::format("{}\n\n{}\n\n", title, indented(body));
}

std::string more_help(const Sections& sections) {
    return fmt::format(
        "{0}For more information about each command, use:\n{0}'{1} <subcmd> --help'\n\n", indent,
        sections.called);
}

std::string render_full(const Command& command, const Sections& sections, const HelpLayout& layout,
                        size_t width) {
    std::string out;
    out += fmt::format("USAGE\n{}\n\nSYNOPSIS\n{}\n\n", indented(sections.usage),
                       indented(sections.synopsis));
    append_section(out, "ARGUMENTS", argument_lines(command, width));
    append_section(out, "OPTIONS", option_lines(command, width));
    append_section(out, "DESCRIPTION", sections.description);
    append_section(out, "EXAMPLES", example_lines(command, layout, width));
    if (!sections.subcommands[0].empty()) {
        out += fmt::format("{}\n{}\n\n{}", subcommand_titles[0], indented(sections.subcommands[0]),
                           more_help(sections));
    }
    return out;
}

std::string render_brief(const Command& command, const Sections& sections) {
    std::string out =
        fmt::format("USAGE\n{}\n\n{}\n", indented(sections.usage), indented(sections.synopsis));
    if (!sections.description.empty()) out += "\n" + indented(sections.description) + "\n";
    if (!sections.subcommands[0].empty()) {
        out += fmt::format("\n{}\n{}\n", subcommand_titles[0], indented(sections.subcommands[0]));
    }
    if (!command.path.empty()) out += "\n" + more_help(sections);
    return out;
}

}  // namespace

std::string render_help(const Command& command, HelpLength length, const HelpLayout& layout) {
    const size_t width = layout.width - std::min(layout.width, indent.size());
    const Sections sections = make_sections(command, length, layout, width);
    std::string out;
    if (command.status != Status::active) {
        out += fmt::format("WARNING: {}{}\n\n", indent, warning(command.status));
    }
    out += length == HelpLength::full ? render_full(command, sections, layout, width)
                                      : render_brief(command, sections);
    for (size_t status = 1; status < sections.subcommands.size(); ++status) {
        if (sections.subcommands[status].empty()) continue;
        out += fmt::format("{}\n{}\n\n", subcommand_titles[status],
                           indented(sections.subcommands[status]));
    }
    return out + "\n";
}

}  // namespace kit::cli
