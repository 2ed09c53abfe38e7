// `get`: a DAG of files out to the disk, or as tar, or as gzip.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "base/env.h"
#include "blocks/source.h"
#include "formats/cid.h"
#include "unixfs/tar_header.h"

namespace kit::unixfs {

using WriteBytes = std::function<Result<void>(ByteView bytes)>;
using OnProgress = std::function<void(uint64_t bytes_done)>;

struct ExportOptions {
    std::string name = {};    // What a file or symlink is called when `destination` is a directory.
    size_t thread_count = 0;  // 0: as many as the machine runs at once.
    const std::atomic<bool>* cancel = nullptr;
};

// Writes the file, symlink or tree to `destination`, which is replaced or merged into as Kubo's
// `get` does. Names that would leave the tree ("..", "/") and symlinks that would be written
// through are refused with permission_denied. Modes and times are restored when recorded. A
// cancelled or failed file leaves no half-written file under its final name.
Result<void> export_to_disk(Env& env, const blocks::Source& source, const formats::Cid& root,
                            const Path& destination, const ExportOptions& options,
                            const OnProgress& on_progress);

// A tar stream, byte for byte as Kubo's; entries are below `name`. What has no time of its own
// gets the clock's.
Result<void> export_tar(Env& env, const blocks::Source& source, const formats::Cid& root,
                        const std::string& name, TarTimes times, const WriteBytes& write,
                        const OnProgress& on_progress, const std::atomic<bool>& cancel);

// Wraps `write`: what goes in comes out gzipped. level 1..9.
class GzipWriter final {
public:
    GzipWriter(WriteBytes write, int level);
    ~GzipWriter();
    Result<void> write(ByteView bytes);
    Result<void> finish();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kit::unixfs
