#include "unixfs/tar_extract.h"

#include <fmt/format.h>

#include <ranges>

#include "base/go_text.h"
#include "base/limits.h"
#include "base/path_text.h"
#include "unixfs/make_over.h"

namespace kit::unixfs {
namespace {

constexpr uint32_t folder_mode = 0755;

// "one component, none of those that mean another place".
Result<void> check_component(std::string_view name, std::string_view path) {
    if (name.empty() || name == "." || name == "..") {
        return fail(Code::permission_denied, "{} : path contains {}", go_quote(path),
                    go_quote(name));
    }
    if (name.find('\0') != std::string_view::npos) {
        return fail(Code::permission_denied,
                    "invalid platform path: path components cannot contain null");
    }
    return {};
}

}  // namespace

class TarExtraction::Writer final : public TarVisitor {
public:
    Writer(Env& env, Path destination, OnProgress on_progress)
        : env_(env), destination_(std::move(destination)), on_progress_(std::move(on_progress)) {}
    ~Writer() override { drop_file(); }

    Result<void> begin_entry(const TarEntry& entry) override;
    Result<void> bytes(ByteView bytes) override;
    Result<void> end_entry() override;
    Result<void> finish_folders();
    bool is_empty() const { return root_name_.empty(); }

private:
    Result<Path> place_of(const TarEntry& entry);
    Result<Path> place_of_root(const TarEntry& entry);
    Result<Path> place_below(std::string_view name);
    Result<void> check_folder(const Path& path);
    Result<void> make_folder(const TarEntry& entry);
    Result<void> open_beside();
    void drop_file();

    struct Folder {
        Path path;
        uint32_t mode;
        Mtime mtime;
    };

    Env& env_;
    const Path destination_;
    const OnProgress on_progress_;
    std::string root_name_;  // Empty until the first entry.
    bool root_is_folder_ = false;
    std::vector<Folder> folders_;  // In the order in which they were made.
    Path checked_folder_;          // No link leads there.
    // The entry that is being written.
    TarEntry entry_;
    Path path_;
    Bytes small_;
    std::unique_ptr<File> file_;
    Path beside_;
    uint64_t written_bytes_ = 0;  // Of the file.
    uint64_t done_bytes_ = 0;     // Of all.
};

Result<void> TarExtraction::Writer::begin_entry(const TarEntry& entry) {
    entry_ = entry;
    path_ = TRY(place_of(entry));
    written_bytes_ = 0;
    small_.clear();
    switch (entry.type) {
        case TarType::directory:
            return make_folder(entry);
        case TarType::symlink:
            // A folder that was checked may be one no more.
            checked_folder_.clear();
            TRY(make_over(env_.disk, path_,
                          [&] { return env_.disk.make_symlink(entry.link_target, path_); }));
            return env_.disk.set_mtime(path_, entry.mtime.seconds,
                                       entry.mtime.nanoseconds.value_or(0), false);
        case TarType::file:
            return entry.size_bytes > small_file_size_bytes_max ? open_beside() : Result<void>();
    }
    return {};
}

Result<Path> TarExtraction::Writer::place_of(const TarEntry& entry) {
    if (root_name_.empty()) return place_of_root(entry);
    if (!root_is_folder_) {
        return fail(Code::permission_denied,
                    "the root was not a directory and the tar has multiple entries: tar has "
                    "invalid root");
    }
    const std::string_view name = entry.name;
    if (!name.starts_with(root_name_ + "/")) {
        return fail(Code::permission_denied,
                    "contains more than one root or the root directory is not the first entry : "
                    "tar has invalid root");
    }
    return place_below(name.substr(root_name_.size() + 1));
}

// "The tar files must either have a single file, or symlink in them, or must have all of its
// objects inside of a single root directory object."
Result<Path> TarExtraction::Writer::place_of_root(const TarEntry& entry) {
    if (entry.name.find('/') != std::string::npos) {
        return fail(Code::permission_denied,
                    "root name contains multiple components : {} : tar has invalid root",
                    go_quote(entry.name));
    }
    const auto checked = check_component(entry.name, entry.name);
    if (!checked) {
        return fail(Code::permission_denied, "invalid root path: {} : tar has invalid root",
                    go_quote(entry.name));
    }
    root_name_ = entry.name;
    root_is_folder_ = entry.type == TarType::directory;
    if (root_is_folder_) return destination_;
    // "We do not follow links here."
    const auto info = TRY(env_.disk.find_info(destination_, false));
    const bool is_into = info && info->type == FileType::directory;
    return is_into ? join(destination_, root_name_) : destination_;
}

Result<Path> TarExtraction::Writer::place_below(std::string_view name) {
    if (name.size() > limits::path_size_bytes_max) {
        return fail(Code::too_large, "tar: a path has over {} bytes", limits::path_size_bytes_max);
    }
    const std::string_view whole = name;
    Path folder = destination_;
    for (uint32_t depth = 0;; ++depth) {
        const size_t slash = name.find('/');
        TRY(check_component(name.substr(0, slash), whole));
        if (slash == std::string_view::npos) break;
        if (depth == limits::directory_depth_max) {
            return fail(Code::too_large, "directories are nested deeper than {} at {}",
                        limits::directory_depth_max, folder);
        }
        folder = join(folder, name.substr(0, slash));
        name.remove_prefix(slash + 1);
        if (!(checked_folder_ + "/").starts_with(folder + "/")) TRY(check_folder(folder));
    }
    checked_folder_ = folder;
    return join(folder, name);
}

Result<void> TarExtraction::Writer::check_folder(const Path& path) {
    const auto info = TRY(env_.disk.find_info(path, false));
    if (!info) return fail(Code::not_found, "lstat {}: no such file or directory", path);
    if (info->type == FileType::symlink) {
        return fail(Code::permission_denied, "cannot traverse symlinks");
    }
    if (info->type != FileType::directory) {
        return fail(Code::permission_denied, "cannot traverse non-directory objects");
    }
    return {};
}

Result<void> TarExtraction::Writer::make_folder(const TarEntry& entry) {
    TRY(env_.disk.make_directories(path_, folder_mode));
    const auto info = TRY(env_.disk.find_info(path_, false));
    if (!info || info->type != FileType::directory) {
        return fail(Code::permission_denied,
                    "cannot extract to symlink: {} is one, and nothing is written through it",
                    path_);
    }
    folders_.push_back({path_, entry.mode, entry.mtime});
    return {};
}

Result<void> TarExtraction::Writer::open_beside() {
    beside_ = TRY(make_way_beside(env_, path_));
    file_ = TRY(env_.disk.open(beside_, OpenMode::create_new, 0600));
    return {};
}

void TarExtraction::Writer::drop_file() {
    if (!file_) return;
    file_.reset();
    (void)env_.disk.remove(beside_);  // The first failure is the one to tell of.
}

Result<void> TarExtraction::Writer::bytes(ByteView bytes) {
    if (file_) {
        TRY(file_->write_at(written_bytes_, std::span(&bytes, 1)));
    } else {
        append(small_, bytes);
    }
    written_bytes_ += bytes.size();
    done_bytes_ += bytes.size();
    if (on_progress_) on_progress_(done_bytes_);
    return {};
}

Result<void> TarExtraction::Writer::end_entry() {
    if (entry_.type != TarType::file) return {};
    if (file_) {
        TRY(env_.disk.set_mode(beside_, entry_.mode));
        TRY(env_.disk.rename(beside_, path_));
        file_.reset();
    } else {
        const ByteView whole = small_;
        TRY(make_over(env_.disk, path_, [&] {
            return env_.disk.write_new_file(path_, std::span(&whole, 1), entry_.mode);
        }));
    }
    return env_.disk.set_mtime(path_, entry_.mtime.seconds, entry_.mtime.nanoseconds.value_or(0),
                               false);
}

Result<void> TarExtraction::Writer::finish_folders() {
    for (const Folder& folder : folders_ | std::views::reverse) {
        // What was a folder may be a link by now, which the mode would go through.
        const auto info = TRY(env_.disk.find_info(folder.path, false));
        if (!info || info->type != FileType::directory) continue;
        TRY(env_.disk.set_mtime(folder.path, folder.mtime.seconds,
                                folder.mtime.nanoseconds.value_or(0), false));
        TRY(env_.disk.set_mode(folder.path, folder.mode));
    }
    folders_.clear();
    return {};
}

TarExtraction::TarExtraction(Env& env, const Path& destination, OnProgress on_progress)
    : writer_(std::make_unique<Writer>(env, clean_path(destination), std::move(on_progress))) {
    if (destination != "/dev/null") reader_ = std::make_unique<TarReader>(*writer_);
}

TarExtraction::~TarExtraction() = default;

Result<void> TarExtraction::write(ByteView bytes) {
    if (!reader_) return {};
    auto written = reader_->write(bytes);
    if (!written) has_failed_ = true;
    return written;
}

Result<void> TarExtraction::finish() {
    if (!reader_) return {};
    // What is there gets its modes and times even when the rest failed.
    Result<void> finished = writer_->finish_folders();
    if (has_failed_) return {};
    TRY(reader_->finish());
    if (writer_->is_empty()) return fail(Code::corrupt, "empty tar file");
    return finished;
}

}  // namespace kit::unixfs
