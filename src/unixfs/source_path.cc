#include "unixfs/source_path.h"

#include <vector>

#include "base/path_text.h"
#include "base/split.h"

namespace kit::unixfs {
namespace {

constexpr int links_followed_max = 255;  // Go's filepath.EvalSymlinks.

// The names between slashes; empty ones are left out.
std::vector<std::string> names_of(std::string_view path) {
    std::vector<std::string> names;
    for (const std::string_view name : split(path, '/')) {
        if (!name.empty()) names.emplace_back(name);
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
