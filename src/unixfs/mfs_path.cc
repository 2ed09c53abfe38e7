#include "unixfs/mfs_path.h"

#include <algorithm>

#include "base/limits.h"
#include "base/path_text.h"
#include "base/split.h"

namespace kit::unixfs {

Result<std::string> check_mfs_path(std::string_view path) {
    if (path.empty()) return fail(Code::invalid_argument, "paths must not be empty");
    if (path[0] != '/') {
        return fail(Code::invalid_argument, "paths must start with a leading slash");
    }
    std::string cleaned = clean_path(path);
    const auto name_count = static_cast<size_t>(std::ranges::count(cleaned, '/'));
    if (name_count > limits::directory_depth_max) {
        return fail(Code::too_large, "the path has {} names, at most {} are followed", name_count,
                    limits::directory_depth_max);
    }
    if (path.back() == '/' && path != "/") cleaned += '/';
    return cleaned;
}

SplitPath split_mfs_path(std::string_view path) {
    const size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return {{}, path};
    return {path.substr(0, slash + 1), path.substr(slash + 1)};
}

std::string_view without_end_slashes(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    return path;
}

std::string folder_of_mfs_path(std::string_view path) {
    return clean_path(split_mfs_path(path).folder);
}

std::string name_of_mfs_path(std::string_view path) {
    if (path.empty()) return ".";
    while (path.ends_with('/')) path.remove_suffix(1);
    if (path.empty()) return "/";
    return std::string(split_mfs_path(path).name);
}

std::vector<std::string_view> names_of_mfs_path(std::string_view path) {
    while (path.starts_with('/')) path.remove_prefix(1);
    while (path.ends_with('/')) path.remove_suffix(1);
    if (path.empty()) return {};
    return split(path, '/');
}

}  // namespace kit::unixfs
