// What the operator of a node refuses to serve, as rules in a file that others may share: CIDs,
// paths below them, names, and hashes of these, so that a list is no directory of what it blocks.
// The form of the file, with examples, is in docs/formats/denylists.md.
// https://specs.ipfs.tech/compact-denylist-format/
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "dag/path.h"
#include "formats/cid.h"

namespace kit::naming {

// One file's rules. Made by feeding it the file; may be asked from any thread while nobody feeds.
class Denylist final {
public:
    enum class Verdict : uint8_t { unknown, blocked, allowed };
    // A line that is no rule, and why; it is passed over.
    using OnBadLine = std::function<void(uint64_t line_number, const std::string& why)>;

    // The next bytes of the file, however it is cut; with `is_end` those before its present end,
    // after which more may come. What is no whole line yet waits for its end. Fails with
    // invalid_argument or unsupported for a header that says what cannot be followed, and with
    // too_large past a bound of limits.h; the rules read before stay, and no more can be read.
    Result<void> read(std::string_view bytes, bool is_end, const OnBadLine& on_bad_line);

    // Whether the block may be given, or the path followed; the last rule that fits decides. A rule
    // speaks of a multihash, whatever the codec and version of the CID that has it.
    Verdict judge(const formats::Cid& cid) const;
    Verdict judge(const dag::ContentPath& path) const;

    uint64_t rule_count() const { return rule_count_; }

private:
    struct Rule {
        std::string path;        // Below the root, without '/' at its ends.
        bool is_prefix = false;  // Paths that begin with it, "" included.
        bool allows = false;
    };
    using Rules = std::vector<Rule>;

    static Verdict judge(const Rules& rules, std::string_view path);
    Verdict judge_content(const formats::Cid& root, const std::string& path) const;
    Verdict judge_name(const std::string& name, const std::string& path) const;
    Verdict judge_hashed(uint64_t hash_code, std::string_view text) const;
    Verdict judge_hashed(std::string_view text) const;

    bool read_header(bool is_end);
    Result<void> add_line(std::string_view line);
    Result<void> add_hash(std::string_view text, bool allows);
    Result<void> add_content(std::string_view text, Rule rule);
    Result<void> add_name(std::string_view text, Rule rule);
    Result<void> add_path(std::string_view text, Rule rule);

    bool knows_header_ = false;
    std::string waiting_;  // Bytes that are no whole line yet, or maybe a header.
    uint64_t line_number_ = 0;
    uint64_t rule_count_ = 0;
    Result<void> state_;
    std::unordered_map<std::string, Rules> by_multihash_;
    std::unordered_map<std::string, Rules> by_name_;  // Domains, and keys in base58.
    std::unordered_map<std::string, Rules> by_path_;  // Below any root.
    Rules path_prefixes_;
    // By the function, the multihash of what is hashed: whether it is allowed.
    std::unordered_map<uint64_t, std::unordered_map<std::string, bool>> hashed_;
};

}  // namespace kit::naming
