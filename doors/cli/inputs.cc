#include "doors/cli/inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/go_text.h"
#include "base/path_text.h"
#include "node/go_json.h"

namespace kit::cli {
namespace {

using commands::Argument;
using commands::ArgumentKind;
using commands::FileInput;

std::unexpected<Error> bad(std::string message) {
    return std::unexpected(Error{Code::invalid_argument, std::move(message)});
}

// Tells somebody at the terminal what the program waits for.
FileInput stream_of(StandardInput& input, std::string name) {
    auto told = std::make_shared<bool>(false);
    return {.name = std::move(name), .path = "", .read = [&input, told](std::span<uint8_t> out) {
                if (!*told && input.is_terminal()) input.say_waiting();
                *told = true;
                return input.read(out);
            }};
}

class Binder final {
public:
    Binder(CommandLine& line, Disk& disk, const Path& working_directory, StandardInput& input)
        : line_(line), disk_(disk), working_directory_(working_directory), input_(input) {}

    Result<bool> bind();

private:
    Result<void> bind_word(const Argument& argument, const std::string& word);
    Result<void> bind_file(const Argument& argument, const std::string& word);
    Result<void> bind_missing(const Argument& argument, bool filling_variadic);
    FileInput stream(std::string name) { return stream_of(input_, std::move(name)); }

    CommandLine& line_;
    Disk& disk_;
    const Path& working_directory_;
    StandardInput& input_;
    std::map<std::string, std::string, std::less<>> folder_by_name_;
    bool stdin_is_taken_ = false;
    bool texts_from_stdin_ = false;
    std::optional<FileInput> file_from_stdin_;
};

// The walk over words and argument definitions is go-ipfs-cmds cli/parse.go's, step by step: the
// last definition repeats while words are left, and standard input counts as one more word.
Result<bool> Binder::bind() {
    const auto& definitions = line_.command().arguments;
    const bool fixed = definitions.empty() || !definitions.back().variadic;
    if (fixed && line_.words.size() > definitions.size()) {
        return bad(
            fmt::format("expected {} argument(s), got {}", definitions.size(), line_.words.size()));
    }
    auto required_left = std::ranges::count_if(definitions, &Argument::required);
    size_t input_count = line_.words.size();
    if (!definitions.empty() && definitions.back().stdin_allowed) ++input_count;

    size_t definition = 0;
    size_t word = 0;
    for (size_t input = 0; input < input_count; ++input) {
        const auto at = [&](size_t index) -> const Argument& {
            return definitions[std::min(index, definitions.size() - 1)];
        };
        const auto inputs_left = static_cast<ptrdiff_t>(input_count - input);
        while (inputs_left <= required_left && !at(definition).required) ++definition;
        const Argument& argument = at(definition);
        if (argument.required) --required_left;
        if (word < line_.words.size()) {
            TRY(bind_word(argument, line_.words[word++]));
        } else {
            TRY(bind_missing(argument, definition + 1 > definitions.size()));
        }
        ++definition;
    }
    if (definition + 1 == definitions.size() && !stdin_is_taken_ &&
        definitions[definition].stdin_allowed) {
        ++definition;
    }
    for (; definition < definitions.size(); ++definition) {
        if (!definitions[definition].required) continue;
        return bad(fmt::format("argument {} is required", go_quote(definitions[definition].name)));
    }
    if (file_from_stdin_) line_.request.files.push_back(std::move(*file_from_stdin_));
    std::ranges::stable_sort(line_.request.files, {}, &FileInput::name);
    return texts_from_stdin_;
}

Result<void> Binder::bind_word(const Argument& argument, const std::string& word) {
    if (argument.kind == ArgumentKind::file) return bind_file(argument, word);
    line_.request.arguments.push_back(word);
    return {};
}

// No word is left: this argument comes from standard input, or not at all.
Result<void> Binder::bind_missing(const Argument& argument, bool filling_variadic) {
    if (stdin_is_taken_ || !argument.stdin_allowed || filling_variadic) return {};
    if (argument.kind == ArgumentKind::text) {
        texts_from_stdin_ = true;
        stdin_is_taken_ = true;
    } else if (argument.required) {
        file_from_stdin_ = stream(line_.request.text("stdin-name"));
        stdin_is_taken_ = true;
    }
    return {};
}

Result<void> Binder::bind_file(const Argument& argument, const std::string& word) {
    if (word == "-") {
        line_.request.files.push_back(stream(line_.request.text("stdin-name")));
        return {};
    }
    if (word.starts_with("http://") || word.starts_with("https://")) {
        return fail(Code::unsupported,
                    "cannot read {}: this build does not fetch web addresses; download it first "
                    "and add the file",
                    word);
    }
    std::string path = clean_path(word);
    if (path == ".") path = working_directory_;
    const auto info = TRY(disk_.find_info(path, /*follow=*/false));
    if (!info) return fail(Code::not_found, "lstat {}: no such file or directory", path);
    if (info->type == FileType::directory) {
        if (!argument.recursive) {
            return bad(fmt::format("invalid path '{}', argument '{}' does not support directories",
                                   path, argument.name));
        }
        if (!line_.request.flag("recursive")) {
            return bad(
                fmt::format("'{}' is a directory, use the '-r' flag to specify directories", path));
        }
    }
    const std::string name = base_name(path);
    const std::string folder = folder_of(path);
    const auto [known, is_new] = folder_by_name_.emplace(name, folder);
    if (!is_new) {
        if (known->second == folder) return {};
        return bad(
            fmt::format("file name {} repeated under different import directories: {} and {}", name,
                        folder, known->second));
    }
    FileInput file{.name = name, .path = path, .read = nullptr};
    if (info->type == FileType::other) {
        // A named pipe: it can be read only once and from its start.
        std::shared_ptr<File> opened = TRY(disk_.open(path, OpenMode::read));
        file.read = [opened](std::span<uint8_t> out) { return opened->read(out); };
        file.path.clear();
    }
    line_.request.files.push_back(std::move(file));
    return {};
}

// Standard input may turn out empty.
Result<void> check_texts(const CommandLine& line) {
    size_t required_count = 0;
    for (const Argument& argument : line.command().arguments) {
        if (argument.kind != ArgumentKind::text) continue;
        if (!argument.required) break;
        if (++required_count > line.request.arguments.size()) {
            return bad(fmt::format("argument {} is required", go_quote(argument.name)));
        }
    }
    return {};
}

}  // namespace

Result<bool> bind_inputs(CommandLine& line, Disk& disk, const Path& working_directory,
                         StandardInput& input) {
    return Binder(line, disk, working_directory, input).bind();
}

Result<void> read_stdin_arguments(CommandLine& line, StandardInput& input) {
    const FileInput stream = stream_of(input, "");
    const bool one_is_enough = !line.command().arguments.back().variadic;
    std::vector<std::string>& arguments = line.request.arguments;
    std::string text;
    std::array<uint8_t, 64 * KiB> buffer;
    size_t line_begin = 0;
    while (true) {
        const size_t size = TRY(stream.read(buffer));
        if (size == 0) break;
        text.append(as_text(ByteView(buffer).first(size)));
        if (text.size() > stdin_arguments_size_bytes_max) {
            return fail(Code::too_large,
                        "standard input holds more than {} MiB of arguments; call the command "
                        "several times",
                        stdin_arguments_size_bytes_max / MiB);
        }
        for (size_t end; (end = text.find('\n', line_begin)) != std::string::npos;) {
            std::string_view word = std::string_view(text).substr(line_begin, end - line_begin);
            if (word.ends_with('\r')) word.remove_suffix(1);
            arguments.emplace_back(word);
            line_begin = end + 1;
            if (one_is_enough) return {};  // What follows stays unread.
        }
    }
    if (line_begin < text.size()) arguments.push_back(text.substr(line_begin));
    return check_texts(line);
}

}  // namespace kit::cli
