#include "naming/denylist.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>

#include "base/ascii.h"
#include "base/go_text.h"
#include "formats/multihash.h"
#include "naming/limits.h"

namespace kit::naming {
namespace {

using dag::ContentPath;
using formats::Base;
using formats::Cid;

constexpr auto sha2_256_code = static_cast<uint64_t>(formats::HashCode::sha2_256);
constexpr std::string_view header_end = "---\n";

std::string text_of(ByteView bytes) {
    return std::string(as_text(bytes));
}

std::string base58_of(formats::MultihashView hash) {
    return formats::encode_base(Base::base58btc, hash.bytes());
}

// Empty directories and blocks: who blocks them breaks programs and protects nobody, so such a rule
// is passed over, as Kubo does (nopfs:denylist.go, SafeCids).
bool is_harmless(const Cid& cid) {
    constexpr std::array<std::string_view, 7> harmless = {
        "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn",
        "bafyaabakaieac",
        "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
        "bafkqaaa",
        "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH",
        "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua",
        "baguqeeraiqjw7i2vwntyuekgvulpp2det2kpwt6cd7tx5ayqybqpmhfk76fa"};
    return std::ranges::find(harmless, cid.to_text()) != harmless.end();
}

std::string_view without_slashes(std::string_view path) {
    if (path.starts_with('/')) path.remove_prefix(1);
    if (path.ends_with('/')) path.remove_suffix(1);
    return path;
}

// RFC 3986, 2.1. DEPARTURE: Kubo reads '+' as a space, as forms are written; here it is a '+'.
Result<std::string> decode_percent(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        if (text.front() != '%') {
            out.push_back(text.front());
            text.remove_prefix(1);
            continue;
        }
        unsigned value = 0;
        const std::string_view digits = text.substr(1, 2);
        const char* const begin = std::to_address(digits.begin());
        const char* const end = std::to_address(digits.end());
        const auto [rest, status] = std::from_chars(begin, end, value, 16);
        if (digits.size() != 2 || rest != end || status != std::errc()) {
            return fail(Code::invalid_argument, "{} is no byte in hexadecimal",
                        go_quote(text.substr(0, 3)));
        }
        out.push_back(static_cast<char>(value));
        text.remove_prefix(3);
    }
    return out;
}

struct RulePath {
    std::string path;
    bool is_prefix = false;
};

// "/*" and "*" at the end make a prefix; a '*' that is percent-encoded is one of the name.
Result<RulePath> read_path(std::string_view text) {
    RulePath rule;
    if (text.ends_with('*')) {
        rule.is_prefix = true;
        text.remove_suffix(text.ends_with("/*") ? 2 : 1);
    }
    const Result<std::string> decoded = decode_percent(text);
    if (!decoded) return std::unexpected(decoded.error());
    rule.path = without_slashes(*decoded);
    return rule;
}

// What a domain is in one label of a subdomain: "my-site--a" is "my.site-a".
std::string domain_of_label(std::string_view label) {
    std::string domain;
    for (size_t i = 0; i < label.size(); ++i) {
        const bool is_doubled = label.substr(i).starts_with("--");
        domain.push_back(label[i] != '-' || is_doubled ? label[i] : '.');
        if (is_doubled) ++i;
    }
    return domain;
}

// A domain is the same in any case and with a dot at its end; a key is not.
std::string plain_name(std::string_view name) {
    std::string plain =
        name.find('.') == std::string_view::npos ? domain_of_label(name) : std::string(name);
    if (plain.find('.') == std::string::npos) return plain;
    if (plain.ends_with('.')) plain.pop_back();
    return ascii_lower(plain);
}

// The old form names a CID as version 1 in base32; '/' stands before the path, also an empty one.
std::string legacy_text(const Cid& cid, std::string_view path) {
    return cid.to_v1().to_text(Base::base32) + "/" + std::string(path);
}

std::string joined(const std::vector<std::string>& segments) {
    std::string path;
    for (const std::string& segment : segments) {
        if (!path.empty()) path.push_back('/');
        path += segment;
    }
    return path;
}

// Of YAML what such headers use: keys with a value, maps and lists below them by indentation,
// texts over several lines. Only the version matters; other keys are for people.
Result<void> check_header(std::string_view header) {
    while (!header.empty()) {
        const size_t end = std::min(header.find('\n'), header.size());
        std::string_view line = header.substr(0, end);
        header.remove_prefix(std::min(end + 1, header.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || line.starts_with('#') || line.starts_with(' ') ||
            line.starts_with('-')) {
            continue;
        }
        const size_t colon = line.find(':');
        const bool is_key = colon != std::string_view::npos && colon > 0 &&
                            (colon + 1 == line.size() || line[colon + 1] == ' ');
        if (!is_key) {
            return fail(Code::invalid_argument,
                        "the header before '---' is no YAML map: {} has no 'key: value'",
                        go_quote(line.substr(0, 80)));
        }
        if (line.substr(0, colon) != "version") continue;
        std::string_view value = line.substr(colon + 1);
        value = trimmed(value.substr(0, value.find(" #")));
        if (value != "1" && value != "0" && !value.empty()) {
            return fail(Code::unsupported, "its version is {}, and only version 1 is known",
                        go_quote(value.substr(0, 80)));
        }
    }
    return {};
}

}  // namespace

Result<void> Denylist::read(std::string_view bytes, bool is_end, const OnBadLine& on_bad_line) {
    if (!state_) return state_;
    waiting_ += bytes;
    if (!knows_header_ && !read_header(is_end)) return state_;
    size_t done = 0;
    while (state_) {
        const size_t end = waiting_.find('\n', done);
        const size_t size = std::min(end, waiting_.size()) - done;
        if (size >= limits::denylist_line_size_bytes_max) {
            state_ = fail(Code::too_large, "line {} has more than {} bytes", line_number_ + 1,
                          limits::denylist_line_size_bytes_max);
        } else if (end == std::string::npos) {
            break;
        } else {
            ++line_number_;
            const Result<void> added = add_line(std::string_view(waiting_).substr(done, size));
            done = end + 1;
            if (added) continue;
            if (added.error().code == Code::too_large) state_ = added;
            on_bad_line(line_number_, added.error().to_text());
        }
    }
    waiting_.erase(0, done);
    return state_;
}

// True when what waits are rules. Step 1 of the specification: "Read the denylist until a `---` is
// found or the 1MiB limit is reached. If the size limit is reached, assume the list includes no
// header".
bool Denylist::read_header(bool is_end) {
    size_t start = 0;
    uint64_t line_count = 0;
    const std::string_view text =
        std::string_view(waiting_).substr(0, limits::denylist_header_size_bytes_max);
    while (start < text.size()) {
        const size_t end = text.find('\n', start);
        if (end == std::string_view::npos) break;
        ++line_count;
        if (text.substr(start, end + 1 - start) == header_end) {
            knows_header_ = true;
            state_ = check_header(text.substr(0, start));
            line_number_ = line_count;
            waiting_.erase(0, end + 1);
            return state_.has_value();
        }
        start = end + 1;
    }
    knows_header_ = is_end || waiting_.size() >= limits::denylist_header_size_bytes_max;
    return knows_header_;
}

Result<void> Denylist::add_line(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) return {};
    // The rule is the first word. Behind it stand hints, which no version of the format defines.
    constexpr std::string_view space = " \t\v\f\r";
    const size_t first = line.find_first_not_of(space);
    if (first == std::string_view::npos) return {};
    std::string_view rule = line.substr(first, line.find_first_of(space, first) - first);
    if (rule_count_ >= limits::denylist_rule_count_max) {
        return fail(Code::too_large, "there are more than {} rules",
                    limits::denylist_rule_count_max);
    }
    const bool allows = rule.starts_with('!') || rule.starts_with('-') || rule.starts_with('+');
    if (allows) rule.remove_prefix(1);
    if (rule.starts_with("//")) return add_hash(rule.substr(2), allows);
    const bool is_content = rule.starts_with("/ipfs/") || rule.starts_with("/ipld/");
    if (is_content) return add_content(rule.substr(6), {.path = {}, .allows = allows});
    if (rule.starts_with("/ipns/")) {
        return add_name(rule.substr(6), {.path = {}, .allows = allows});
    }
    if (rule.starts_with('/')) return add_path(rule, {.path = {}, .allows = allows});
    return fail(Code::invalid_argument,
                "{} is no rule: one begins with /ipfs/, /ipns/, // or another /, after '!' when it "
                "allows",
                go_quote(rule.substr(0, 80)));
}

// "In a case where implementation cannot distinguish a double-hashed rule between a b58btc
// multihash (modern) and a sha256 hex-string (legacy), content blocking system MUST create deny
// rules for both."
Result<void> Denylist::add_hash(std::string_view text, bool allows) {
    bool is_known = false;
    const auto add = [&](formats::MultihashView hash) {
        hashed_[hash.code()][text_of(hash.bytes())] = allows;
        is_known = true;
    };
    if (const auto bytes = formats::decode_base(Base::base58btc, text)) {
        const auto hash = formats::MultihashView::from_bytes(*bytes);
        const bool is_computed = hash && !hash->is_identity() &&
                                 formats::hash(hash->code(), ByteView(), hash->digest().size());
        if (is_computed) add(*hash);
    }
    if (text.size() == 64) {
        if (const auto digest = formats::decode_base(Base::base16, ascii_lower(text))) {
            add(formats::Multihash::wrap(sha2_256_code, *digest));
        }
    }
    if (!is_known) {
        return fail(Code::invalid_argument,
                    "{} is neither a multihash in base58 nor a sha2-256 in hexadecimal",
                    go_quote("//" + std::string(text.substr(0, 80))));
    }
    ++rule_count_;
    return {};
}

Result<void> Denylist::add_content(std::string_view text, Rule rule) {
    const size_t slash = std::min(text.find('/'), text.size());
    const Cid cid = TRY(Cid::from_text(text.substr(0, slash)));
    if (is_harmless(cid)) {
        return fail(Code::invalid_argument, "{} is an empty block or directory, never blocked",
                    cid.to_text());
    }
    RulePath path = TRY(read_path(text.substr(std::min(slash + 1, text.size()))));
    rule.path = std::move(path.path);
    rule.is_prefix = path.is_prefix;
    by_multihash_[text_of(cid.hash().bytes())].push_back(std::move(rule));
    ++rule_count_;
    return {};
}

Result<void> Denylist::add_name(std::string_view text, Rule rule) {
    const size_t slash = std::min(text.find('/'), text.size());
    std::string name(text.substr(0, slash));
    if (name.empty()) return fail(Code::invalid_argument, "there is no name behind /ipns/");
    const auto cid = Cid::from_text(name);
    name = cid ? base58_of(cid->hash()) : plain_name(name);
    RulePath path = TRY(read_path(text.substr(std::min(slash + 1, text.size()))));
    rule.path = std::move(path.path);
    rule.is_prefix = path.is_prefix;
    by_name_[std::move(name)].push_back(std::move(rule));
    ++rule_count_;
    return {};
}

// The specification names no such rules any more; Kubo still follows them.
// DEPARTURE: with the '/' before them, which Kubo loses unless they end with "*".
Result<void> Denylist::add_path(std::string_view text, Rule rule) {
    RulePath path = TRY(read_path(text));
    rule.path = std::move(path.path);
    rule.is_prefix = path.is_prefix;
    if (!rule.is_prefix) {
        std::string key = rule.path;
        by_path_[std::move(key)].push_back(std::move(rule));
    } else if (path_prefixes_.size() < limits::denylist_prefix_count_max) {
        path_prefixes_.push_back(std::move(rule));
    } else {
        return fail(Code::invalid_argument, "there are {} rules for paths with '*' before it",
                    limits::denylist_prefix_count_max);
    }
    ++rule_count_;
    return {};
}

Denylist::Verdict Denylist::judge(const Rules& rules, std::string_view path) {
    // "match them in inverse order as they appear in the denylist"
    for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
        const bool fits = rule->is_prefix ? rule->path == "*" || path.starts_with(rule->path)
                                          : path == rule->path;
        if (fits) return rule->allows ? Verdict::allowed : Verdict::blocked;
    }
    return Verdict::unknown;
}

Denylist::Verdict Denylist::judge(const Cid& cid) const {
    return judge_content(cid, {});
}

Denylist::Verdict Denylist::judge(const ContentPath& path) const {
    const std::string below = joined(path.segments);
    if (!below.empty()) {
        const auto rules = by_path_.find(below);
        Verdict verdict = rules == by_path_.end() ? Verdict::unknown : judge(rules->second, below);
        if (verdict == Verdict::unknown) verdict = judge(path_prefixes_, below);
        if (verdict != Verdict::unknown) return verdict;
    }
    return path.is_mutable() ? judge_name(path.name, below) : judge_content(path.root, below);
}

Denylist::Verdict Denylist::judge_content(const Cid& root, const std::string& path) const {
    const auto rules = by_multihash_.find(text_of(root.hash().bytes()));
    Verdict verdict = rules == by_multihash_.end() ? Verdict::unknown : judge(rules->second, path);
    if (verdict != Verdict::unknown || hashed_.empty()) return verdict;
    verdict = judge_hashed(sha2_256_code, legacy_text(root, path));
    if (verdict != Verdict::unknown) return verdict;
    return judge_hashed(base58_of(root.hash()) + (path.empty() ? "" : "/" + path));
}

Denylist::Verdict Denylist::judge_name(const std::string& name, const std::string& path) const {
    const auto cid = Cid::from_text(name);
    const std::string key = cid ? base58_of(cid->hash()) : plain_name(name);
    const auto rules = by_name_.find(key);
    Verdict verdict = rules == by_name_.end() ? Verdict::unknown : judge(rules->second, path);
    if (verdict != Verdict::unknown || hashed_.empty()) return verdict;
    verdict = judge_hashed(sha2_256_code, cid ? legacy_text(*cid, path) : key + "/" + path);
    if (verdict != Verdict::unknown) return verdict;
    const std::string root = cid ? key : "/ipns/" + key;
    return judge_hashed(root + (path.empty() ? "" : "/" + path));
}

Denylist::Verdict Denylist::judge_hashed(uint64_t hash_code, std::string_view text) const {
    const auto known = hashed_.find(hash_code);
    if (known == hashed_.end()) return Verdict::unknown;
    const auto hash = formats::hash(hash_code, as_bytes(text));
    if (!hash) return Verdict::unknown;
    const auto found = known->second.find(text_of(hash->bytes()));
    if (found == known->second.end()) return Verdict::unknown;
    return found->second ? Verdict::allowed : Verdict::blocked;
}

Denylist::Verdict Denylist::judge_hashed(std::string_view text) const {
    for (const auto& [hash_code, hashes] : hashed_) {
        const Verdict verdict = judge_hashed(hash_code, text);
        if (verdict != Verdict::unknown) return verdict;
    }
    return Verdict::unknown;
}

}  // namespace kit::naming
