#include "node/upload.h"

#include "base/path_text.h"
#include "unixfs/file_import.h"
#include "unixfs/source_path.h"
#include "unixfs/tree_walk.h"

namespace kit::node {

using unixfs::ImportSource;
using unixfs::TreeWalk;
using unixfs::WalkStep;

struct Upload::Impl {
    Impl(Env& env_given, std::vector<ImportSource> sources_given, UploadOptions options_given,
         unixfs::IgnoreRules rules_given)
        : env(env_given),
          sources(std::move(sources_given)),
          options(std::move(options_given)),
          rules(std::move(rules_given)) {}

    Result<std::optional<UploadEntry>> next();
    Result<std::optional<UploadEntry>> begin(const ImportSource& source);
    Result<UploadEntry> entry_of(std::string path, const Path& place, const FileInfo& info);
    Result<UploadEntry> entry_of_step(const WalkStep& step);
    Result<Path> place_of(const ImportSource& source) const;

    Env& env;
    const std::vector<ImportSource> sources;
    const UploadOptions options;
    const unixfs::IgnoreRules rules;
    size_t at = 0;
    std::optional<TreeWalk> walk;
    std::vector<std::string> folders;  // Where the walk is, the argument's own name first.
};

Upload::Upload(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Upload::~Upload() = default;

Result<std::unique_ptr<Upload>> Upload::create(Env& env, std::vector<ImportSource> sources,
                                               UploadOptions options) {
    auto rules = TRY(unixfs::read_ignore_rules(env.disk, options.ignore_rules_path, options.ignore,
                                               options.hidden));
    return std::unique_ptr<Upload>(new Upload(
        std::make_unique<Impl>(env, std::move(sources), std::move(options), std::move(rules))));
}

Result<std::optional<UploadEntry>> Upload::next() {
    return impl_->next();
}

Result<std::optional<UploadEntry>> Upload::Impl::next() {
    for (;;) {
        if (!walk) {
            if (at == sources.size()) return std::nullopt;
            auto entry = TRY(begin(sources[at++]));
            if (entry) return entry;
            continue;
        }
        const auto step = TRY(walk->next());
        if (!step) {
            walk.reset();
        } else if (step->kind == WalkStep::Kind::end_directory) {
            folders.pop_back();
        } else {
            return TRY(entry_of_step(*step));
        }
    }
}

Result<Path> Upload::Impl::place_of(const ImportSource& source) const {
    Path path = clean_path(std::get<Path>(source.content));
    if (path == ".") path = TRY(unixfs::absolute_path(env.disk, path));
    if (!options.follows_arguments && !options.follows_links) return path;
    return unixfs::without_links(env.disk, path);
}

// nullopt for a directory: the walk that begins here gives it.
Result<std::optional<UploadEntry>> Upload::Impl::begin(const ImportSource& source) {
    if (const auto* stream = std::get_if<unixfs::ReadBytes>(&source.content)) {
        return UploadEntry{
            .path = source.name, .mode = {}, .mtime = {}, .read = *stream, .may_wait = true};
    }
    const Path place = TRY(place_of(source));
    const auto info = TRY(env.disk.find_info(place, false));
    if (!info) return fail(Code::not_found, "lstat {}: no such file or directory", place);
    std::string name = source.name;
    if (name.empty() || options.follows_arguments) name = base_name(place);
    if (info->type == FileType::directory) {
        walk.emplace(env.disk, rules,
                     unixfs::WalkOptions{.follows_links = options.follows_links,
                                         .empty_directories = options.empty_directories});
        TRY(walk->begin(std::move(name), place, false));
        return std::nullopt;
    }
    return TRY(entry_of(std::move(name), place, *info));
}

Result<UploadEntry> Upload::Impl::entry_of_step(const WalkStep& step) {
    std::string path;
    for (const std::string& folder : folders) path += folder + "/";
    path += step.name;
    if (step.kind == WalkStep::Kind::begin_directory) folders.push_back(step.name);
    const auto info = TRY(env.disk.find_info(step.path, step.type != FileType::symlink));
    if (!info) return fail(Code::not_found, "lstat {}: no such file or directory", step.path);
    return entry_of(std::move(path), step.path, *info);
}

Result<UploadEntry> Upload::Impl::entry_of(std::string path, const Path& place,
                                           const FileInfo& info) {
    UploadEntry entry{.path = std::move(path),
                      .type = info.type,
                      .mode = unixfs::go_mode_of(info),
                      .mtime = unixfs::Mtime{.seconds = info.mtime_s, .nanoseconds = {}}};
    if (info.mtime_ns != 0) entry.mtime->nanoseconds = info.mtime_ns;
    if (info.type == FileType::symlink) {
        entry.target = TRY(env.disk.read_link(place));
    } else if (info.type == FileType::regular) {
        entry.original_path = TRY(unixfs::absolute_path(env.disk, place));
        const std::shared_ptr<File> file = TRY(unixfs::open_for_import(env, place));
        entry.read = [file](std::span<uint8_t> out) { return file->read(out); };
    } else if (info.type == FileType::other) {
        return fail(Code::unsupported, "{} is no file, folder or symbolic link: leave it out",
                    place);
    }
    return entry;
}

Result<uint64_t> Upload::measure() const {
    TreeWalk measuring(impl_->env.disk, impl_->rules, {});
    uint64_t size_bytes = 0;
    for (const ImportSource& source : impl_->sources) {
        if (std::holds_alternative<unixfs::ReadBytes>(source.content)) return 0;
        const Path place = TRY(impl_->place_of(source));
        const auto info = TRY(impl_->env.disk.find_info(place, false));
        if (info && info->type == FileType::regular) size_bytes += info->size_bytes;
        if (info && info->type == FileType::directory) {
            size_bytes += TRY(measuring.measure(place));
        }
    }
    return size_bytes;
}

}  // namespace kit::node
