// Which entries of a directory an import passes over: hidden ones, and those that a rule names.
// Rules are those of github.com/crackcomm/go-gitignore, which Kubo uses: less than git's, applied
// to an entry's own name, at every depth.
#pragma once

#include <bitset>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/result.h"

namespace kit::unixfs {

// A regular expression of Go's kind, as far as the rules' translation needs it: literals, escapes,
// '.', classes, groups, '|', '*', '+', '{n,m}', '^', '$'. Works on bytes and in linear time.
class NamePattern final {
public:
    // Fails with invalid_argument when the expression is malformed.
    static Result<NamePattern> compile(std::string_view expression);
    // Whether any part of `text` matches.
    bool matches(std::string_view text) const;

private:
    friend class PatternCompiler;
    enum class Op : uint8_t { byte, split, jump, at_begin, at_end, match };
    struct Step {
        Op op;
        uint32_t next = 0;   // split, jump: where to go on; byte: the class.
        uint32_t other = 0;  // split: the second way.
    };
    void follow(uint32_t at, size_t offset, size_t size, std::vector<bool>& seen,
                std::vector<uint32_t>& states) const;

    std::vector<Step> steps_;
    std::vector<std::bitset<256>> classes_;
};

class IgnoreRules final {
public:
    // One rule or comment in each line, in the order in which they apply.
    IgnoreRules(std::span<const std::string> lines, bool takes_hidden);
    bool excludes(std::string_view name) const;

private:
    struct Rule {
        NamePattern pattern;
        bool is_negated;  // "!name" takes back what an earlier rule excluded.
    };
    std::vector<Rule> rules_;
    bool takes_hidden_;
};

// The lines of the file `rules_path` (none when it is empty), and `patterns` after them. Fails with
// not_found in Go's words when the file is not there.
Result<IgnoreRules> read_ignore_rules(Disk& disk, const Path& rules_path,
                                      std::span<const std::string> patterns, bool takes_hidden);

}  // namespace kit::unixfs
