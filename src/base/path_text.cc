#include "base/path_text.h"

#include <fmt/format.h>

#include "base/split.h"

namespace kit {

std::string clean_path(std::string_view path) {
    const bool is_rooted = path.starts_with('/');
    std::vector<std::string_view> kept;
    for (const std::string_view segment : split(path, '/')) {
        if (segment.empty() || segment == ".") continue;
        const bool is_back = segment == "..";
        if (is_back && !kept.empty() && kept.back() != "..") {
            kept.pop_back();
        } else if (!is_back || !is_rooted) {
            kept.push_back(segment);
        }
    }
    const std::string cleaned = fmt::format("{}{}", is_rooted ? "/" : "", fmt::join(kept, "/"));
    return cleaned.empty() ? "." : cleaned;
}

std::string base_name(std::string_view clean) {
    if (clean == "/") return "/";
    return std::string(clean.substr(clean.rfind('/') + 1));
}

std::string folder_of(std::string_view clean) {
    const size_t slash = clean.rfind('/');
    if (slash == std::string_view::npos) return ".";
    return std::string(clean.substr(0, slash == 0 ? 1 : slash));
}

}  // namespace kit
