#include "doors/gateway/redirects.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "base/go_text.h"
#include "base/limits.h"
#include "doors/gateway/asked.h"

namespace kit::gateway {
namespace {

constexpr std::string_view spaces = " \t\r\n\v\f";

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::vector<std::string_view> fields_of(std::string_view line) {
    std::vector<std::string_view> fields;
    for (;;) {
        const size_t begin = line.find_first_not_of(spaces);
        if (begin == std::string_view::npos) return fields;
        const size_t end = std::min(line.find_first_of(spaces, begin), line.size());
        fields.push_back(line.substr(begin, end - begin));
        line.remove_prefix(end);
    }
}

using Found = std::vector<std::pair<std::string_view, std::string_view>>;

// `to` with the names in it replaced by what was found for them, once: a value that has a name in
// it stays as it is, else a request could make one grow out of the other without end. nullopt when
// it would be longer than any path.
std::optional<std::string> filled_in(std::string_view to, const Found& found) {
    std::string out;
    while (!to.empty()) {
        const auto named = std::ranges::find_if(
            found, [&](const auto& pair) { return to.starts_with(pair.first); });
        out += named == found.end() ? to.substr(0, 1) : named->second;
        to.remove_prefix(named == found.end() ? 1 : named->first.size());
        if (out.size() > limits::path_size_bytes_max) return std::nullopt;
    }
    return out;
}

Result<void> check_from(std::string_view from) {
    const auto splats = std::ranges::count(from, '*');
    if (splats > 0 && !from.ends_with('*')) {
        return fail(Code::invalid_argument, "parsing 'from': path must end with asterisk");
    }
    if (splats > 1) {
        return fail(Code::invalid_argument, "parsing 'from': path can have at most one asterisk");
    }
    if (!from.starts_with('/')) {
        return fail(Code::invalid_argument, "parsing 'from': path must begin with '/'");
    }
    return {};
}

Result<void> check_to(std::string_view to) {
    if (to.starts_with('/')) return {};
    for (const std::string_view scheme : {"http:", "https:", "ipfs:", "ipns:"}) {
        if (to.starts_with(scheme)) return {};
    }
    return fail(Code::invalid_argument, "parsing 'to': invalid URL scheme");
}

Result<int> parse_status(std::string_view text) {
    static constexpr std::array<int, 9> known = {200, 301, 302, 303, 307, 308, 404, 410, 451};
    if (text.ends_with('!')) {
        return fail(Code::invalid_argument,
                    "parsing status {}: forced redirects (or \"shadowing\") are not supported",
                    go_quote(text));
    }
    int status = 0;
    const auto [end, outcome] = std::from_chars(text.data(), text.data() + text.size(), status);
    if (outcome != std::errc() || end != text.data() + text.size()) {
        return fail(Code::invalid_argument,
                    "parsing status {}: strconv.Atoi: parsing {}: invalid syntax", go_quote(text),
                    go_quote(text));
    }
    if (std::ranges::find(known, status) == known.end()) {
        return fail(Code::invalid_argument, "parsing status {}: status code {} is not supported",
                    go_quote(text), status);
    }
    return status;
}

// A rule's goal with the query of the request added to its own.
std::string with_query(const Call& call, const std::string& to) {
    if (call.pairs.empty()) return to;
    const size_t hash = std::min(to.find('#'), to.size());
    const size_t mark = std::min(to.find('?'), hash);
    std::map<std::string, std::vector<std::string>> query;
    if (mark < hash) {
        const auto own = http::parse_query(std::string_view(to).substr(mark + 1, hash - mark - 1));
        if (own) {
            for (const auto& [key, value] : *own) query[key].push_back(value);
        }
    }
    for (const auto& [key, value] : call.pairs) query[key].push_back(value);
    std::string url = to.substr(0, mark) + "?";
    for (const auto& [key, values] : query) {
        for (const std::string& value : values) {
            if (url.back() != '?') url.push_back('&');
            url.append(http::encode_query(key)).append("=").append(http::encode_query(value));
        }
    }
    return url + to.substr(hash);
}

Result<std::optional<std::vector<RedirectRule>>> load_rules(const Call& call, const Cid& root) {
    static const std::string name = "_redirects";
    const auto trail = call.node().follow(root, std::span(&name, 1));
    const auto opened = trail ? call.node().open_block(trail->last)
                              : Result<node::Opened>(std::unexpected(trail.error()));
    if (!opened) {
        if (opened.error().code == Code::not_found) return std::nullopt;
        return std::unexpected(opened.error());
    }
    if (opened->kind != node::Opened::Kind::file) {
        return fail(Code::invalid_argument, " _redirects is not a file");
    }
    Bytes file;
    TRY(call.node().read(opened->cid, {.length_bytes_max = redirects_size_bytes_max + 1},
                         [&](ByteView bytes) -> Result<void> {
                             append(file, bytes);
                             return {};
                         }));
    auto rules = parse_redirects(as_text(file));
    if (!rules) return fail_because(std::move(rules).error(), "could not parse _redirects");
    return *std::move(rules);
}

// A page of the website that says that there is nothing.
Result<void> answer_own_page(Call& call, const Asked& asked, const std::string& path, int status) {
    const WebPath page = TRY(WebPath::from_text("/ipfs/" + asked.root.to_text() + path));
    const auto trail = TRY(call.node().follow(page.cid, page.segments));
    const auto opened = TRY(call.node().open_block(trail.last));
    if (opened.kind != node::Opened::Kind::file) {
        return fail(Code::invalid_argument, "could not convert node for {} page to file", status);
    }
    call.set("Content-Type", "text/html");
    call.set("Etag", etag_of(trail.last, Format::web));
    std::string control = content_cache_control(asked.path.is_mutable, 0);
    if (!control.empty()) call.set("Cache-Control", std::move(control));
    call.answered = true;
    call.exchange.begin(
        {.status = status, .headers = std::move(call.headers), .size_bytes = opened.size_bytes});
    if (call.is_head()) return {};
    const auto sent =
        call.node().read(trail.last, {}, [&](ByteView bytes) { return call.write(bytes); });
    if (!sent) call.exchange.abort();
    return {};
}

Result<Redirected> apply(Call& call, Asked& asked) {
    const auto rules = TRY(load_rules(call, asked.root));
    if (!rules || asked.segments.empty()) return Redirected();
    std::string path;
    for (const std::string& segment : asked.segments) path += "/" + segment;
    for (const RedirectRule& rule : *rules) {
        const auto to = rule.match(path);
        if (!to) continue;
        if (rule.status == 200) {
            const WebPath other = TRY(WebPath::from_text("/ipfs/" + asked.root.to_text() + *to));
            asked.segments = other.segments;
            return Redirected{.answered = false, .rewritten = true};
        }
        if (rule.status >= 400) {
            TRY(answer_own_page(call, asked, *to, rule.status));
        } else {
            redirect(call, rule.status, with_query(call, *to));
        }
        return Redirected{.answered = true, .rewritten = false};
    }
    return Redirected();
}

}  // namespace

std::optional<std::string> RedirectRule::match(std::string_view path) const {
    std::string_view pattern = from;
    if (pattern.ends_with('/')) pattern.remove_suffix(1);
    std::vector<std::string_view> parts = split(pattern, '/');
    const bool has_splat = parts.back() == "*";
    if (has_splat) parts.pop_back();
    Found found;
    for (size_t i = 0; i < parts.size(); ++i) {
        const size_t slash = path.find('/');
        const bool is_last = i + 1 == parts.size();
        if (slash == std::string_view::npos ? !is_last || has_splat : is_last && !has_splat) {
            return std::nullopt;
        }
        const std::string_view segment = path.substr(0, slash);
        if (parts[i].starts_with(':')) {
            std::erase_if(found, [&](const auto& pair) { return pair.first == parts[i]; });
            found.emplace_back(parts[i], segment);
        } else if (parts[i] != segment) {
            return std::nullopt;
        }
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    }
    found.emplace_back(":splat", has_splat ? path : std::string_view());
    // Longer names first: ":month" is no ":mon" with "th" after it.
    std::ranges::stable_sort(found, std::ranges::greater(),
                             [](const auto& pair) { return pair.first.size(); });
    return filled_in(to, found);
}

Result<std::vector<RedirectRule>> parse_redirects(std::string_view file) {
    if (file.size() > redirects_size_bytes_max) {
        return fail(Code::invalid_argument, "redirects file size cannot exceed {} bytes",
                    redirects_size_bytes_max);
    }
    std::vector<RedirectRule> rules;
    for (const std::string_view line : split(file, '\n')) {
        const std::vector<std::string_view> fields = fields_of(line);
        if (fields.empty() || fields[0].starts_with('#')) continue;
        if (fields.size() == 1) return fail(Code::invalid_argument, "missing 'to' path");
        if (fields.size() > 3) {
            return fail(Code::invalid_argument, "must match format 'from to [status]'");
        }
        TRY(check_from(fields[0]));
        TRY(check_to(fields[1]));
        RedirectRule rule{.from = std::string(fields[0]), .to = std::string(fields[1])};
        if (fields.size() == 3) rule.status = TRY(parse_status(fields[2]));
        rules.push_back(std::move(rule));
    }
    return rules;
}

Redirected apply_redirects(Call& call, Asked& asked) {
    auto applied = apply(call, asked);
    if (applied) return *applied;
    const std::string where = "/ipfs/" + asked.root.to_text() + "/_redirects";
    if (!call.answered) {
        const Error& error = applied.error();
        answer_error(call,
                     Error{error.code, fmt::format("trouble processing _redirects file at {}: {}",
                                                   go_quote(where), error.to_text())},
                     500);
    }
    return {.answered = true, .rewritten = false};
}

}  // namespace kit::gateway
