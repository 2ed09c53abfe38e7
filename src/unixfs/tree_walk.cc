#include "unixfs/tree_walk.h"

#include "base/limits.h"

namespace kit::unixfs {
namespace {

// Go's FileMode.String() of what is neither file, directory nor link.
std::string mode_text(uint32_t permissions) {
    constexpr std::string_view letters = "rwxrwxrwx";
    std::string text = "?";
    for (size_t i = 0; i < letters.size(); ++i) {
        text += (permissions >> (8 - i) & 1) != 0 ? letters[i] : '-';
    }
    return text;
}

std::unexpected<Error> fail_absent(std::string_view act, const Path& path) {
    return fail(Code::not_found, "{} {}: no such file or directory", act, path);
}

}  // namespace

uint32_t go_mode_of(const FileInfo& info) {
    uint32_t mode = info.mode & 0777;
    if ((info.mode & 04000) != 0) mode |= uint32_t{1} << 23;
    if ((info.mode & 02000) != 0) mode |= uint32_t{1} << 22;
    if ((info.mode & 01000) != 0) mode |= uint32_t{1} << 20;
    if (info.type == FileType::directory) mode |= uint32_t{1} << 31;
    if (info.type == FileType::symlink) mode = go_mode_of_symlink;
    return mode;
}

uint32_t permissions_of(uint32_t go_mode) {
    return ((go_mode & 0xc00000) >> 12) | ((go_mode & 0x100000) >> 11) | (go_mode & 0777);
}

Result<void> TreeWalk::begin(std::string name, Path path, bool may_skip) {
    ASSERT(folders_.empty());
    return enter(std::move(name), std::move(path), may_skip);
}

// OPTIMIZATION: a directory may have a million entries, so their names lie in one string.
Result<std::string> TreeWalk::list(const Path& path) {
    auto listed = disk_.list(path);
    if (!listed && listed.error().code == Code::permission_denied) {
        return fail(Code::permission_denied, "open {}: permission denied", path);
    }
    const std::vector<DirectoryEntry> entries = TRY(std::move(listed));
    size_t size = 0;
    for (const DirectoryEntry& entry : entries) size += entry.name.size() + 2;
    std::string packed;
    packed.reserve(size);
    for (const DirectoryEntry& entry : entries) {
        if (rules_.excludes(entry.name)) continue;
        packed += static_cast<char>(entry.type);
        packed += entry.name;
        packed += '\0';
    }
    return packed;
}

Result<void> TreeWalk::enter(std::string name, Path path, bool may_skip) {
    if (folders_.size() >= limits::directory_depth_max) {
        return fail(Code::too_large, "{} lies more than {} directories deep", path,
                    limits::directory_depth_max);
    }
    std::string packed = TRY(list(path));
    if (packed.empty() && may_skip && !options_.empty_directories) return {};
    folders_.push_back(
        {.name = std::move(name), .path = std::move(path), .packed = std::move(packed)});
    return {};
}

Result<std::optional<WalkStep>> TreeWalk::next() {
    while (!folders_.empty()) {
        Folder& folder = folders_.back();
        if (!folder.is_begun) {
            folder.is_begun = true;
            return WalkStep{.kind = WalkStep::Kind::begin_directory,
                            .type = FileType::directory,
                            .name = folder.name,
                            .path = folder.path};
        }
        if (folder.at == folder.packed.size()) {
            folders_.pop_back();
            return WalkStep{.kind = WalkStep::Kind::end_directory, .type = FileType::directory};
        }
        auto type = static_cast<FileType>(folder.packed[folder.at]);
        WalkStep step{.name = folder.packed.c_str() + folder.at + 1};
        folder.at += step.name.size() + 2;
        step.path = join(folder.path, step.name);
        const bool is_followed = type == FileType::symlink && options_.follows_links;
        if (is_followed || type == FileType::other) {
            const auto info = TRY(disk_.find_info(step.path, is_followed));
            if (!info) return fail_absent("stat", step.path);
            type = info->type;
            if (type == FileType::other) {
                return fail(Code::unsupported, "unrecognized file type for {}: {}", step.path,
                            mode_text(info->mode));
            }
        }
        if (type != FileType::directory) {
            step.type = type;
            return step;
        }
        TRY(enter(std::move(step.name), std::move(step.path), true));
    }
    return std::nullopt;
}

Result<uint64_t> TreeWalk::measure(const Path& directory) {
    uint64_t size_bytes = 0;
    std::vector<Path> pending = {directory};
    while (!pending.empty()) {
        const Path path = std::move(pending.back());
        pending.pop_back();
        const std::string packed = TRY(list(path));
        for (size_t at = 0; at < packed.size();) {
            const auto type = static_cast<FileType>(packed[at]);
            const std::string_view name = packed.c_str() + at + 1;
            at += name.size() + 2;
            if (type == FileType::directory) pending.push_back(join(path, name));
            if (type != FileType::regular) continue;
            const auto info = TRY(disk_.find_info(join(path, name), false));
            if (info) size_bytes += info->size_bytes;
        }
    }
    return size_bytes;
}

}  // namespace kit::unixfs
