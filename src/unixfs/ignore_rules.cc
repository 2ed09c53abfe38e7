#include "unixfs/ignore_rules.h"

#include <optional>

#include "base/limits.h"
namespace kit::unixfs {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
        text.replace(at, from.size(), to);
    }
}

// Go's `([^\/+])/.*\*\.`: a name before a slash, and "*." somewhere behind it.
bool is_glob_in_folder(std::string_view line) {
    for (size_t slash = 1; slash < line.size(); ++slash) {
        if (line[slash] != '/' || line[slash - 1] == '/' || line[slash - 1] == '+') continue;
        if (line.find("*.", slash + 1) != std::string_view::npos) return true;
    }
    return false;
}

struct Translation {
    std::string expression;
    bool is_negated;
};

// go-gitignore's getPatternFromLine, step by step; nullopt for a comment or an empty line.
std::optional<Translation> translate(std::string line) {
    while (line.ends_with('\r')) line.pop_back();
    if (line.starts_with('#')) return std::nullopt;
    const size_t first = line.find_first_not_of(' ');
    if (first == std::string::npos) return std::nullopt;
    line = line.substr(first, line.find_last_not_of(' ') - first + 1);

    const bool is_negated = line.starts_with('!');
    if (is_negated) line.erase(0, 1);
    if (line.starts_with('#') || line.starts_with('!')) line.erase(0, 1);
    if (is_glob_in_folder(line) && !line.starts_with('/')) line.insert(0, "/");
    replace_all(line, ".", "\\.");
    if (line.starts_with("/**/")) line.erase(0, 1);
    // A star that is to stay one is hidden while the others are replaced.
    constexpr std::string_view star = "#$~";
    replace_all(line, "/**/", "(/|/.+/)");
    replace_all(line, "**/", "(|.#$~/)");
    replace_all(line, "/**", "(|/.#$~)");
    replace_all(line, "\\*", "\\#$~");
    replace_all(line, "*", "([^/]*)");
    replace_all(line, "?", "\\?");
    replace_all(line, star, "*");

    line += line.ends_with('/') ? "(|.*)$" : "(|/.*)$";
    if (line.starts_with('/')) {
        line.replace(0, 1, "^(|/)");
    } else {
        line.insert(0, "^(|.*/)");
    }
    return Translation{std::move(line), is_negated};
}

}  // namespace

IgnoreRules::IgnoreRules(std::span<const std::string> lines, bool takes_hidden)
    : takes_hidden_(takes_hidden) {
    for (const std::string& line : lines) {
        const std::optional<Translation> translation = translate(line);
        if (!translation) continue;
        // As in Kubo, a rule that makes no sense matches nothing.
        auto pattern = NamePattern::compile(translation->expression);
        if (pattern) rules_.push_back({*std::move(pattern), translation->is_negated});
    }
}

bool IgnoreRules::excludes(std::string_view name) const {
    if (!takes_hidden_ && name.starts_with('.')) return true;
    bool is_excluded = false;
    for (const Rule& rule : rules_) {
        // A rule that could change nothing is not tried.
        if (rule.is_negated == is_excluded && rule.pattern.matches(name)) {
            is_excluded = !rule.is_negated;
        }
    }
    return is_excluded;
}

Result<IgnoreRules> read_ignore_rules(Disk& disk, const Path& rules_path,
                                      std::span<const std::string> patterns, bool takes_hidden) {
    std::vector<std::string> lines;
    if (!rules_path.empty()) {
        auto text = read_file(disk, rules_path, limits::rules_file_size_bytes_max);
        if (!text && text.error().code == Code::not_found) {
            return fail(Code::not_found, "open {}: no such file or directory", rules_path);
        }
        const Bytes content = TRY(std::move(text));
        std::string_view rest = as_text(content);
        while (!rest.empty()) {
            const size_t end = std::min(rest.find('\n'), rest.size());
            lines.emplace_back(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    lines.insert(lines.end(), patterns.begin(), patterns.end());
    return IgnoreRules(lines, takes_hidden);
}

}  // namespace kit::unixfs
