#include "doors/cli/command_line.h"

#include <algorithm>

#include "base/go_text.h"
#include "commands/option_value.h"
#include "node/go_json.h"

namespace kit::cli {
namespace {

using commands::Command;
using commands::CommandEntry;
using commands::Option;
using commands::OptionType;
using commands::OptionValue;

std::unexpected<Error> bad(std::string message) {
    return std::unexpected(Error{Code::invalid_argument, std::move(message)});
}

class Parser final {
public:
    Parser(const std::vector<std::string>& words, CommandLine& line) : words_(words), line_(line) {}

    Result<void> parse() {
        while (index_ < words_.size()) {
            const std::string& word = words_[index_];
            if (word == "--") {
                line_.words.insert(line_.words.end(),
                                   words_.begin() + static_cast<ptrdiff_t>(index_) + 1,
                                   words_.end());
                break;
            }
            if (word.starts_with("--")) {
                TRY(take_long_option(std::string_view(word).substr(2)));
            } else if (word.starts_with("-") && word != "-") {
                TRY(take_short_options(std::string_view(word).substr(1)));
            } else {
                TRY(take_word(word));
            }
            ++index_;
        }
        line_.complete = true;
        set_defaults();
        return {};
    }

private:
    // The option of that name among those of the commands so far.
    const Option* find_option(std::string_view name) const {
        for (const Command& command : line_.chain) {
            for (const Option& option : command.options) {
                if (std::ranges::find(option.names, name) != option.names.end()) return &option;
            }
        }
        return nullptr;
    }

    Result<void> set(const Option& option, OptionValue value) {
        const std::string& name = option.names.front();
        if (option.type == OptionType::texts) {
            auto all = line_.request.texts(name);
            auto& more = std::get<std::vector<std::string>>(value);
            all.insert(all.end(), more.begin(), more.end());
            value = std::move(all);
        } else if (line_.request.given(name)) {
            return bad("multiple values for option " + go_quote(name));
        }
        line_.request.set(name, std::move(value), true);
        return {};
    }

    Result<void> set_from_text(std::string_view name, std::string_view text) {
        const Option* option = find_option(name);
        if (option == nullptr) return bad("unknown option " + go_quote(name));
        OptionValue value = TRY(commands::parse_option_value(*option, text));
        return set(*option, std::move(value));
    }

    Result<void> take_long_option(std::string_view text) {
        const size_t equals = text.find('=');
        if (equals != std::string_view::npos) {
            return set_from_text(text.substr(0, equals), text.substr(equals + 1));
        }
        const Option* option = find_option(text);
        if (option == nullptr) return bad("unknown option " + go_quote(text));
        if (option->type == OptionType::flag) return set(*option, true);
        if (index_ + 1 >= words_.size()) {
            return bad("missing argument for option " + go_quote(text));
        }
        ++index_;
        return set_from_text(text, words_[index_]);
    }

    Result<void> take_short_options(std::string_view text) {
        const size_t equals = text.find('=');
        if (equals != std::string_view::npos) {
            return set_from_text(text.substr(0, equals), text.substr(equals + 1));
        }
        for (size_t letter = 0; letter < text.size(); ++letter) {
            const std::string_view name = text.substr(letter, 1);
            const Option* option = find_option(name);
            if (option == nullptr) return bad("unknown option " + go_quote(text));
            if (option->type == OptionType::flag) {
                TRY(set(*option, true));
                continue;
            }
            if (letter + 1 < text.size()) return set_from_text(name, text.substr(letter + 1));
            if (index_ + 1 >= words_.size()) {
                return bad("missing argument for option " + go_quote(text));
            }
            ++index_;
            return set_from_text(name, words_[index_]);
        }
        return {};
    }

    // A word is the name of a subcommand while it can be, and then an argument.
    Result<void> take_word(const std::string& word) {
        const std::string& group = line_.command().path;
        const CommandEntry* entry =
            word.find('/') != std::string::npos
                ? nullptr
                : commands::find_command(group.empty() ? word : group + "/" + word);
        if (entry != nullptr) {
            line_.chain.push_back(entry->make());
            return {};
        }
        line_.words.push_back(word);
        if (line_.chain.size() > 1) return {};
        std::string message = "Unknown Command \"" + word + "\"\n";
        const auto suggestions = suggest_commands(word);
        if (!suggestions.empty()) {
            message += suggestions.size() > 1 ? "\nDid you mean any of these?\n\n\t"
                                              : "\nDid you mean this?\n\n\t";
            for (size_t index = 0; index < suggestions.size(); ++index) {
                if (index != 0) message += "\n\t";
                message += suggestions[index];
            }
        }
        return bad(std::move(message));
    }

    void set_defaults() {
        for (const Command& command : line_.chain) {
            for (const Option& option : command.options) {
                if (!option.preset || line_.request.given(option.names.front())) continue;
                line_.request.set(option.names.front(), *option.preset, false);
            }
        }
    }

    const std::vector<std::string>& words_;
    CommandLine& line_;
    size_t index_ = 0;
};

// What it costs to turn `from` into `to`: 1 for a letter added, 3 for one taken, 2 for one changed.
uint32_t edit_cost(std::string_view from, std::string_view to) {
    std::vector<uint32_t> row(to.size() + 1);
    for (size_t column = 0; column <= to.size(); ++column) {
        row[column] = static_cast<uint32_t>(column);
    }
    for (const char letter : from) {
        uint32_t diagonal = row[0];
        row[0] += 3;
        for (size_t column = 1; column <= to.size(); ++column) {
            const uint32_t above = row[column];
            const uint32_t changed = diagonal + (letter == to[column - 1] ? 0 : 2);
            row[column] = std::min({changed, above + 3, row[column - 1] + 1});
            diagonal = above;
        }
    }
    return row.back();
}

}  // namespace

Result<void> parse_command_line(const std::vector<std::string>& words, CommandLine& line) {
    line.chain.push_back(commands::root_command());
    return Parser(words, line).parse();
}

std::vector<std::string> suggest_commands(std::string_view word) {
    const auto top_level = commands::subcommands_of("");
    std::vector<std::string> names;
    for (const CommandEntry& entry : top_level) {
        if (word.find(entry.path) != std::string_view::npos) names.emplace_back(entry.path);
    }
    if (!names.empty()) return names;
    std::vector<std::pair<uint32_t, std::string>> near;
    constexpr uint32_t cost_max = 3;
    for (const CommandEntry& entry : top_level) {
        const uint32_t cost = edit_cost(word, entry.path);
        if (cost <= cost_max) near.emplace_back(cost, entry.path);
    }
    std::ranges::sort(near);
    for (auto& [cost, name] : near) names.push_back(std::move(name));
    return names;
}

}  // namespace kit::cli
