#include "unixfs/entry_name.h"

#include <vector>

namespace kit::unixfs {

std::string clean_path(std::string_view path) {
    const bool is_rooted = path.starts_with('/');
    std::vector<std::string_view> kept;
    for (size_t begin = 0; begin <= path.size();) {
        const size_t end = std::min(path.find('/', begin), path.size());
        const std::string_view segment = path.substr(begin, end - begin);
        begin = end + 1;
        if (segment.empty() || segment == ".") continue;
        const bool is_back = segment == "..";
        if (is_back && !kept.empty() && kept.back() != "..") {
            kept.pop_back();
        } else if (!is_back || !is_rooted) {
            kept.push_back(segment);
        }
    }
    std::string cleaned = is_rooted ? "/" : "";
    for (size_t i = 0; i < kept.size(); ++i) {
        if (i > 0) cleaned += '/';
        cleaned += kept[i];
    }
    return cleaned.empty() ? "." : cleaned;
}

Result<void> check_entry_name(std::string_view name, const formats::Cid& directory) {
    const bool leaves = name == ".." || name.find('/') != std::string_view::npos;
    if (leaves) {
        return fail(Code::permission_denied,
                    "relative UnixFS paths outside the root are not allowed, use CAR instead: {} "
                    "has an entry '{}'",
                    directory.to_text(), name);
    }
    if (name.empty() || name == "." || name.find('\0') != std::string_view::npos) {
        return fail(Code::permission_denied,
                    "no file can be called '{}', as an entry of {} is; use CAR instead",
                    name.substr(0, name.find('\0')), directory.to_text());
    }
    return {};
}

}  // namespace kit::unixfs
