#include "doors/gateway/web_path.h"

#include "base/go_text.h"
#include "formats/peer_id.h"

namespace kit::gateway {
namespace {

std::vector<std::string_view> clean_segments(std::string_view path) {
    std::vector<std::string_view> segments;
    while (!path.empty()) {
        const size_t end = std::min(path.find('/'), path.size());
        const std::string_view segment = path.substr(0, end);
        if (segment == "..") {
            if (!segments.empty()) segments.pop_back();
        } else if (!segment.empty() && segment != ".") {
            segments.push_back(segment);
        }
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return segments;
}

std::unexpected<Error> invalid(std::string_view path, std::string_view why) {
    return fail(Code::invalid_argument, "invalid path {}: {}", go_quote(path), why);
}

// Every byte but RFC 3986's unreserved ones in hexadecimal.
void append_uri_segment(std::string& out, std::string_view segment) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    const bool is_dots = segment == "." || segment == "..";
    for (const char letter : segment) {
        const bool is_plain = (letter >= 'A' && letter <= 'Z') ||
                              (letter >= 'a' && letter <= 'z') ||
                              (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' ||
                              letter == '~' || (letter == '.' && !is_dots);
        if (is_plain) {
            out.push_back(letter);
            continue;
        }
        const auto byte = static_cast<unsigned char>(letter);
        out.push_back('%');
        out.push_back(digits[byte >> 4]);
        out.push_back(digits[byte & 15]);
    }
}

// A domain name in ASCII, in lower case, of two labels or more.
std::optional<std::string> canonical_domain(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    std::string domain;
    for (const char letter : name) {
        const char low =
            letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
        const bool is_allowed =
            (low >= 'a' && low <= 'z') || (low >= '0' && low <= '9') || low == '-' || low == '.';
        if (!is_allowed) return std::nullopt;
        domain.push_back(low);
    }
    const bool is_name = domain.find('.') != std::string::npos &&
                         domain.find("..") == std::string::npos && !domain.starts_with('.') &&
                         !domain.ends_with('.');
    if (!is_name) return std::nullopt;
    return domain;
}

std::optional<std::string> canonical_root(const WebPath& path) {
    if (!path.is_mutable) return path.cid.to_v1().to_text();
    if (const auto peer = formats::PeerId::from_text(path.root)) return peer->to_cid_text();
    return canonical_domain(path.root);
}

}  // namespace

std::string clean_path(std::string_view path) {
    std::string cleaned;
    for (const std::string_view segment : clean_segments(path)) {
        cleaned.append("/").append(segment);
    }
    return cleaned.empty() ? "/" : cleaned;
}

std::string clean_mux_path(std::string_view path) {
    std::string cleaned = clean_path(path);
    if (path.ends_with('/') && cleaned != "/") cleaned.push_back('/');
    return cleaned;
}

Result<WebPath> WebPath::from_text(std::string_view text) {
    const std::vector<std::string_view> parts = clean_segments(text);
    if (!text.starts_with('/') || parts.size() < 2) {
        return invalid(text, "path does not have enough components");
    }
    WebPath path;
    path.is_mutable = parts[0] == "ipns";
    if (!path.is_mutable && parts[0] != "ipfs" && parts[0] != "ipld") {
        return invalid(text, "unknown namespace: " + go_quote(parts[0]));
    }
    path.root = parts[1];
    if (!path.is_mutable) {
        auto cid = Cid::from_text(parts[1]);
        if (!cid) return invalid(text, cid.error().message);
        path.cid = *std::move(cid);
    }
    path.segments.assign(parts.begin() + 2, parts.end());
    path.text.reserve(text.size());
    for (const std::string_view part : parts) path.text.append("/").append(part);
    if (text.ends_with('/')) path.text.push_back('/');
    return path;
}

std::string WebPath::file_name() const {
    return segments.empty() ? std::string() : segments.back();
}

std::optional<std::string> ipfs_uri(const WebPath& path) {
    const auto root = canonical_root(path);
    if (!root) return std::nullopt;
    std::string uri(path.space());
    uri.append("://").append(*root);
    for (const std::string& segment : path.segments) {
        uri.push_back('/');
        append_uri_segment(uri, segment);
    }
    if (path.text.ends_with('/')) uri.push_back('/');
    return uri;
}

bool is_field_safe(std::string_view text) {
    for (const char letter : text) {
        if (letter != '\t' && (letter < 0x20 || letter > 0x7e)) return false;
    }
    return true;
}

}  // namespace kit::gateway
