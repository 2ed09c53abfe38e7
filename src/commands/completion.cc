// `commands completion bash|zsh|fish`: scripts that let a shell complete commands, options and
// files. They are made from the command table and work for both names of the program.
#include <fmt/format.h>

#include <algorithm>

#include "commands/makers.h"

namespace kit::commands {
namespace {

std::string spaced(std::string_view path) {
    std::string text(path);
    std::ranges::replace(text, '/', ' ');
    return text;
}

std::string flag_text(std::string_view name) {
    return fmt::format("{}{}", name.size() == 1 ? "-" : "--", name);
}

// Everything that can follow the command: subcommands, then options of it and of all.
struct Words {
    std::string path;  // "pin add"; empty for the program itself.
    std::vector<std::string> subcommands;
    std::vector<std::string> flags;
    std::vector<std::string> valued;  // Options that want a value.
};

void take_options(const std::vector<Option>& options, Words& words) {
    for (const Option& option : options) {
        for (const std::string& name : option.names) {
            (option.type == OptionType::flag ? words.flags : words.valued)
                .push_back(flag_text(name));
        }
    }
}

Words words_of(const Command& command) {
    Words words{.path = spaced(command.path), .subcommands = {}, .flags = {}, .valued = {}};
    for (const CommandEntry& entry : subcommands_of(command.path)) {
        words.subcommands.emplace_back(entry.path.substr(entry.path.rfind('/') + 1));
    }
    take_options(command.options, words);
    if (!command.path.empty()) take_options(global_options(), words);
    return words;
}

std::vector<Words> all_words() {
    std::vector<Words> all = {words_of(root_command())};
    for (const CommandEntry& entry : command_table()) all.push_back(words_of(entry.make()));
    return all;
}

std::string joined(const std::vector<std::string>& words) {
    return fmt::format("{}", fmt::join(words, " "));
}

// Bash walks the words before the cursor as the program does: a word that names a subcommand goes
// one level down.
std::string bash_script() {
    std::string script =
        R"(# Completion of ipfs-kit for bash:  source <(ipfs-kit commands completion bash)

_ipfs_kit_words() {
    case "$1" in
)";
    for (const Words& words : all_words()) {
        script += fmt::format("    '{}') subcommands='{}' flags='{}' valued='{}' ;;\n", words.path,
                              joined(words.subcommands), joined(words.flags), joined(words.valued));
    }
    script += R"(    *) return 1 ;;
    esac
}

_ipfs_kit() {
    local word="${COMP_WORDS[COMP_CWORD]}" chain='' index=1 part
    local subcommands flags valued
    COMPREPLY=()
    _ipfs_kit_words ''
    while [ "$index" -lt "$COMP_CWORD" ]; do
        part="${COMP_WORDS[index]}"
        case " $subcommands " in
        *" $part "*)
            chain="${chain:+$chain }$part"
            _ipfs_kit_words "$chain"
            ;;
        esac
        index=$((index + 1))
    done
    if [ "${word#-}" != "$word" ]; then
        COMPREPLY=($(compgen -W "$flags" -- "$word") $(compgen -S = -W "$valued" -- "$word"))
        if [ "${#COMPREPLY[@]}" = 1 ]; then
            case "${COMPREPLY[0]}" in *=) ;; *) COMPREPLY[0]="${COMPREPLY[0]} " ;; esac
        fi
        return 0
    fi
    COMPREPLY=($(compgen -W "$subcommands" -- "$word"))
    if [ "${#COMPREPLY[@]}" = 1 ]; then COMPREPLY[0]="${COMPREPLY[0]} "; fi
}

complete -o nospace -o default -F _ipfs_kit ipfs-kit
complete -o nospace -o default -F _ipfs_kit ipfs
)";
    return script;
}

std::string zsh_script() {
    return "#compdef ipfs-kit ipfs\n"
           "# Completion of ipfs-kit for zsh:  source <(ipfs-kit commands completion zsh)\n\n"
           "autoload -Uz bashcompinit && bashcompinit\n" +
           bash_script();
}

std::string fish_quoted(std::string_view text) {
    std::string quoted = "'";
    for (const char letter : text) {
        if (letter == '\'' || letter == '\\') quoted += '\\';
        quoted += letter;
    }
    return quoted + "'";
}

void append_fish_options(std::string_view condition, const std::vector<Option>& options,
                         std::string& script) {
    for (const Option& option : options) {
        script += fmt::format("    complete -c $program -n {}", fish_quoted(condition));
        for (const std::string& name : option.names) {
            script += fmt::format(" -{} {}", name.size() == 1 ? "s" : "l", name);
        }
        if (option.type != OptionType::flag) script += " -r";
        script += fmt::format(" -d {}\n", fish_quoted(option.help));
    }
}

std::string fish_script() {
    std::string script =
        R"(# Completion of ipfs-kit for fish:  ipfs-kit commands completion fish | source

# True when the words before the cursor are exactly these commands, options aside.
function __ipfs_kit_at
    set -l words (commandline -poc)
    set -e words[1]
    set -l found
    for word in $words
        string match -q -- '-*' $word; and continue
        set -a found $word
        test (count $found) -ge (count $argv); and break
    end
    test "$found" = "$argv"
end

for program in ipfs-kit ipfs
)";
    append_fish_options("true", global_options(), script);
    for (const CommandEntry& entry : command_table()) {
        const Command command = entry.make();
        const size_t slash = entry.path.rfind('/');
        const std::string group =
            slash == std::string_view::npos ? "" : spaced(entry.path.substr(0, slash));
        const std::string above =
            group.empty() ? "__fish_use_subcommand" : "__ipfs_kit_at " + group;
        script += fmt::format("    complete -c $program -f -n {} -a {} -d {}\n", fish_quoted(above),
                              command.name(), fish_quoted(command.tagline));
        append_fish_options("__ipfs_kit_at " + spaced(entry.path), command.options, script);
    }
    return script + "end\n";
}

template <std::string (*make_script)()>
Result<void> run(Context&, const Request&, Sink& sink) {
    const std::string script = make_script();
    sink.expect_bytes(script.size());
    return sink.bytes(as_bytes(script));
}

Command completion(const std::string& shell, const std::string& how,
                   Result<void> (*run_function)(Context&, const Request&, Sink&)) {
    return {
        .path = "commands/completion/" + shell,
        .tagline = "Print the completion script for " + shell + ".",
        .description =
            "Completes commands, options and files of ipfs-kit, and of ipfs when it is "
            "called so.\n" +
            how,
        .examples = {{"commands completion " + shell + " > ipfs-kit-completion." + shell,
                      "Write the script to a file."}},
        .gives = Gives::bytes,
        .local_only = true,
        .run = run_function,
    };
}

}  // namespace

Command commands_completion_command() {
    return {.path = "commands/completion",
            .tagline = "Print completion scripts for shells.",
            .description = "For bash, zsh and fish.",
            .local_only = true};
}

Command commands_completion_bash_command() {
    return completion("bash",
                      "To have it always, save it in /etc/bash_completion.d or source it in "
                      "~/.bashrc.",
                      run<bash_script>);
}

Command commands_completion_fish_command() {
    return completion("fish", "To have it always, save it in ~/.config/fish/completions.",
                      run<fish_script>);
}

Command commands_completion_zsh_command() {
    return completion("zsh", "To have it always, source it in ~/.zshrc.", run<zsh_script>);
}

}  // namespace kit::commands
