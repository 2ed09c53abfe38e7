// Puts single files, symlinks and folders of an export in place, so that whatever goes wrong no
// half-written file is found under its final name.
#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "base/env.h"
#include "unixfs/exporter.h"
#include "unixfs/file_walk.h"
#include "unixfs/fs_node.h"

namespace kit::unixfs {

// Every call but finish_folders() is safe from any thread. `env`, `source` and `cancel` (may be
// null) outlive it.
class DiskWriter final {
public:
    DiskWriter(Env& env, const blocks::Source& source, const std::atomic<bool>* cancel)
        : env_(env), source_(source), cancel_(cancel) {}

    // A file or symlink, over whatever file, symlink or empty directory has the name. The mode is
    // the recorded one or 0644 whatever the umask, as Kubo's; the time is set when recorded.
    Result<void> write(const formats::Cid& cid, FsNode node, const Path& path,
                       const OnProgress& on_progress = {});
    // Makes the folder or takes the one that is there; its mode and time wait for
    // finish_folders(). Fails with permission_denied rather than follow a symlink.
    Result<void> make_folder(const FsNode& node, const Path& path);
    // Modes (recorded, or 0755) and recorded times, the deepest folders first. Call it last.
    Result<void> finish_folders();

    uint64_t bytes_done() const { return bytes_done_.load(std::memory_order_relaxed); }
    Result<void> check_cancelled() const;

private:
    struct FolderFacts {
        Path path;
        std::optional<uint32_t> mode;  // Only when it must be changed.
        std::optional<Mtime> mtime;
    };

    Result<void> write_symlink(const FsNode& node, const Path& path);
    Result<void> write_small(FileWalk walk, const Path& path, uint32_t mode);
    Result<void> write_large(FileWalk walk, const Path& path, uint32_t mode,
                             const OnProgress& on_progress);
    Result<void> set_mtime(const Path& path, const std::optional<Mtime>& mtime);

    Env& env_;
    const blocks::Source& source_;
    const std::atomic<bool>* cancel_;
    std::atomic<uint64_t> bytes_done_ = 0;
    std::mutex mutex_;
    std::vector<FolderFacts> folders_;  // In the order in which they were made.
};

}  // namespace kit::unixfs
