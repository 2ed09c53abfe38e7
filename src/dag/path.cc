#include "dag/path.h"

#include <array>
#include <optional>

#include "base/ascii.h"
#include "base/go_text.h"
#include "base/limits.h"
#include "base/split.h"
#include "formats/multibase.h"

namespace kit::dag {
namespace {

constexpr std::array<std::string_view, 3> space_names = {"ipfs", "ipns", "ipld"};

std::optional<ContentPath::Space> find_space(std::string_view name) {
    for (size_t i = 0; i < space_names.size(); ++i) {
        if (space_names[i] == name) return static_cast<ContentPath::Space>(i);
    }
    return std::nullopt;
}

bool starts_with_scheme(std::string_view text, std::string_view scheme) {
    return text.size() > scheme.size() && text[scheme.size()] == ':' &&
           starts_with_ignoring_case(text, scheme);
}

// ipfs://<cid>/a and ipfs:<cid>/a become /ipfs/<cid>/a; everything else stays as it is. What
// follows the scheme is kept byte for byte: a path is not percent-decoded (boxo:path/uri.go).
std::string from_uri(std::string_view text) {
    for (const std::string_view name : space_names) {
        if (!starts_with_scheme(text, name)) continue;
        std::string_view rest = text.substr(name.size() + 1);
        if (rest.starts_with("//")) rest.remove_prefix(2);
        return "/" + std::string(name) + "/" + std::string(rest);
    }
    return std::string(text);
}

// The parts of a rooted path after Go's path.Clean: no empty ones, no ".", and ".." taken back.
std::vector<std::string> clean_segments(std::string_view text) {
    std::vector<std::string> segments;
    for (const std::string_view segment : split(text, '/')) {
        if (segment == "..") {
            if (!segments.empty()) segments.pop_back();
        } else if (!segment.empty() && segment != ".") {
            segments.emplace_back(segment);
        }
    }
    return segments;
}

std::unexpected<Error> invalid(std::string_view text, std::string_view why) {
    return fail(Code::invalid_argument, "invalid path {}: {}", go_quote(text), why);
}

// The two mistakes that users make have Kubo's words.
std::string why_no_cid(std::string_view text, const Error& error) {
    if (text.size() < 2) return "cid too short";
    const bool is_version_0 = text.size() == 46 && text.starts_with("Qm");
    if (!is_version_0 && !formats::find_base_by_prefix(text.substr(0, 1)) &&
        !formats::find_base_by_prefix(text.substr(0, 4))) {
        return "selected encoding not supported";
    }
    return error.to_text();
}

// Takes /ipfs/<cid>, /ipns/<name>, /ipld/<cid> and what follows them.
Result<ContentPath> from_canonical(std::string_view text) {
    if (!text.starts_with('/')) return invalid(text, "path does not have enough components");
    std::vector<std::string> segments = clean_segments(text);
    if (segments.size() < 2) return invalid(text, "path does not have enough components");
    const auto space = find_space(segments[0]);
    if (!space) return invalid(text, "unknown namespace: " + go_quote(segments[0]));

    ContentPath path;
    path.space = *space;
    path.trailing_slash = text.ends_with('/');
    path.root_text = segments[1];
    if (*space == ContentPath::Space::ipns) {
        path.name = std::move(segments[1]);
    } else {
        Result<formats::Cid> root = formats::Cid::from_text(segments[1]);
        if (!root) return invalid(text, "invalid cid: " + why_no_cid(segments[1], root.error()));
        path.root = *std::move(root);
    }
    path.segments.assign(std::make_move_iterator(segments.begin() + 2),
                         std::make_move_iterator(segments.end()));
    return path;
}

}  // namespace

Result<ContentPath> ContentPath::from_text(std::string_view text) {
    if (text.size() > limits::path_size_bytes_max) {
        return fail(Code::invalid_argument, "invalid path: {} bytes are more than the {} allowed",
                    text.size(), limits::path_size_bytes_max);
    }
    Result<ContentPath> path = from_canonical(from_uri(text));
    if (path) return path;
    // A bare CID, with or without a path behind it. When that fails too, the first error speaks
    // of what the user wrote.
    Result<ContentPath> bare = from_canonical("/ipfs/" + std::string(text));
    return bare ? bare : path;
}

std::string ContentPath::to_text() const {
    std::string text = "/" + std::string(space_names[static_cast<size_t>(space)]) + "/";
    text += space == Space::ipns ? name : root.to_text();
    for (const std::string& segment : segments) text += "/" + segment;
    return text;
}

std::string ContentPath::as_written() const {
    std::string text = "/" + std::string(space_names[static_cast<size_t>(space)]) + "/" + root_text;
    for (const std::string& segment : segments) text += "/" + segment;
    if (trailing_slash) text += "/";
    return text;
}

}  // namespace kit::dag
