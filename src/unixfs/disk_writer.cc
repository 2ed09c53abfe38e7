#include "unixfs/disk_writer.h"

#include <ranges>

#include "unixfs/make_over.h"
#include "unixfs/pump_file.h"

namespace kit::unixfs {
namespace {

using formats::Cid;

constexpr uint32_t default_file_mode = 0644;
constexpr uint32_t default_folder_mode = 0755;

}  // namespace

Result<void> DiskWriter::check_cancelled() const {
    if (cancel_ == nullptr || !cancel_->load(std::memory_order_relaxed)) return {};
    return fail(Code::cancelled, "the export was cancelled");
}

Result<void> DiskWriter::write(const Cid& cid, FsNode node, const Path& path,
                               const OnProgress& on_progress) {
    const std::optional<Mtime> mtime = node.data.mtime;
    if (node.data.type == NodeType::symlink) {
        TRY(write_symlink(node, path));
        return set_mtime(path, mtime);
    }
    const uint32_t mode = node.data.mode.value_or(default_file_mode);
    FileWalk walk = TRY(FileWalk::open(source_, cid, std::move(node), 0, UINT64_MAX));
    if (walk.file_size_bytes() <= small_file_size_bytes_max) {
        TRY(write_small(std::move(walk), path, mode));
        if (on_progress) on_progress(bytes_done());
    } else {
        TRY(write_large(std::move(walk), path, mode, on_progress));
    }
    return set_mtime(path, mtime);
}

Result<void> DiskWriter::write_symlink(const FsNode& node, const Path& path) {
    const std::string target(as_text(node.data.data_or_empty()));
    return make_over(env_.disk, path, [&] { return env_.disk.make_symlink(target, path); });
}

Result<void> DiskWriter::write_small(FileWalk walk, const Path& path, uint32_t mode) {
    const uint64_t size = walk.file_size_bytes();
    std::vector<SharedBytes> pieces;
    std::vector<ByteView> views;
    for (;;) {
        auto piece = TRY(walk.next());
        if (!piece) break;
        views.push_back(piece->view());
        pieces.push_back(*std::move(piece));
    }
    TRY(make_over(env_.disk, path, [&] { return env_.disk.write_new_file(path, views, mode); }));
    bytes_done_.fetch_add(size, std::memory_order_relaxed);
    return {};
}

Result<void> DiskWriter::write_large(FileWalk walk, const Path& path, uint32_t mode,
                                     const OnProgress& on_progress) {
    const Path beside = TRY(make_way_beside(env_, path));
    auto file = TRY(env_.disk.open(beside, OpenMode::create_new, 0600));
    uint64_t offset = 0;
    Result<void> outcome = pump_file(std::move(walk), cancel_, [&](ByteView bytes) -> Result<void> {
        TRY(file->write_at(offset, std::span(&bytes, 1)));
        offset += bytes.size();
        const uint64_t done =
            bytes_done_.fetch_add(bytes.size(), std::memory_order_relaxed) + bytes.size();
        if (on_progress) on_progress(done);
        return {};
    });
    file.reset();
    if (outcome) outcome = env_.disk.set_mode(beside, mode);
    if (outcome) outcome = env_.disk.rename(beside, path);
    // The first failure is the one to tell of.
    if (!outcome) (void)env_.disk.remove(beside);
    return outcome;
}

Result<void> DiskWriter::set_mtime(const Path& path, const std::optional<Mtime>& mtime) {
    if (!mtime) return {};
    return env_.disk.set_mtime(path, mtime->seconds, mtime->nanoseconds.value_or(0), false);
}

Result<void> DiskWriter::make_folder(const FsNode& node, const Path& path) {
    TRY(env_.disk.make_directories(path, default_folder_mode));
    const auto info = TRY(env_.disk.find_info(path, false));
    if (!info || info->type != FileType::directory) {
        return fail(Code::permission_denied,
                    "cannot extract to symlink: {} is one, and nothing is written through it",
                    path);
    }
    const uint32_t mode = node.data.mode.value_or(default_folder_mode);
    FolderFacts facts{path, std::nullopt, node.data.mtime};
    if (info->mode != mode) facts.mode = mode;
    if (!facts.mode && !facts.mtime) return {};
    std::scoped_lock lock(mutex_);
    folders_.push_back(std::move(facts));
    return {};
}

Result<void> DiskWriter::finish_folders() {
    for (const FolderFacts& facts : folders_ | std::views::reverse) {
        TRY(set_mtime(facts.path, facts.mtime));
        if (facts.mode) TRY(env_.disk.set_mode(facts.path, *facts.mode));
    }
    folders_.clear();
    return {};
}

}  // namespace kit::unixfs
