#include "unixfs/source_path.h"

#include <vector>

namespace kit::unixfs {
namespace {

constexpr int links_followed_max = 255;  // Go's filepath.EvalSymlinks.

// The names between slashes; empty ones are left out.
std::vector<std::string> names_of(std::string_view path) {
    std::vector<std::string> names;
    while (!path.empty()) {
        const size_t end = std::min(path.find('/'), path.size());
        if (end > 0) names.emplace_back(path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return names;
}

Path joined(bool is_absolute, const std::vector<std::string>& names) {
    Path path = is_absolute ? "/" : "";
    for (const std::string& name : names) {
        if (!path.empty() && path.back() != '/') path += '/';
        path += name;
    }
    return path.empty() ? "." : path;
}

}  // namespace

std::string base_name(std::string_view clean) {
    if (clean == "/") return "/";
    return std::string(clean.substr(clean.find_last_of('/') + 1));
}

Path folder_of(std::string_view clean) {
    const size_t slash = clean.find_last_of('/');
    if (slash == std::string_view::npos) return ".";
    return std::string(clean.substr(0, std::max<size_t>(slash, 1)));
}

Result<Path> without_links(Disk& disk, std::string_view clean) {
    bool is_absolute = clean.starts_with('/');
    std::vector<std::string> pending = names_of(clean);
    std::vector<std::string> done;
    int links_followed = 0;
    while (!pending.empty()) {
        std::string name = std::move(pending.front());
        pending.erase(pending.begin());
        if (name == ".") continue;
        if (name == ".." && !done.empty() && done.back() != "..") {
            done.pop_back();
            continue;
        }
        done.push_back(std::move(name));
        if (done.back() == "..") continue;
        const Path path = joined(is_absolute, done);
        const auto info = TRY(disk.find_info(path, false));
        if (!info) return fail(Code::not_found, "lstat {}: no such file or directory", path);
        if (info->type != FileType::symlink) continue;
        if (++links_followed > links_followed_max) {
            return fail(Code::io_error, "EvalSymlinks: too many links");
        }
        const std::string target = TRY(disk.read_link(path));
        done.pop_back();
        if (target.starts_with('/')) {
            is_absolute = true;
            done.clear();
        }
        const std::vector<std::string> names = names_of(target);
        pending.insert(pending.begin(), names.begin(), names.end());
    }
    return joined(is_absolute, done);
}

Result<Path> absolute_path(Disk& disk, std::string_view clean) {
    if (clean.starts_with('/')) return Path(clean);
    const auto current = disk.read_link("/proc/self/cwd");
    if (!current) {
        return fail_because(current.error(), "{} is relative: give the path from / on", clean);
    }
    return clean_path(join(*current, clean));
}

}  // namespace kit::unixfs
