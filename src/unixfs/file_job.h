// A run of files from the walk, imported by one thread: read into one buffer, hashed, and put in
// batches that span files, because ten thousand small files must not be ten thousand writes.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "unixfs/file_import.h"

namespace kit::unixfs {

struct FileItem {
    Path path;
    FileType type = FileType::regular;  // Or symlink; a link to follow counts as its target.
    bool follows_links = false;

    // The outcome; `large` has the open file instead of a link, for parallel_file.h.
    Result<void> outcome = {};
    FileLink link = {};
    std::unique_ptr<File> large = {};
    Stat stat = {};
};

// Filled by the walk's thread, run by another, then read by the first.
struct FileJob {
    std::vector<FileItem> items = {};
    size_t done_count = 0;  // A job that got long leaves the rest of its items undone.
    std::atomic<int> is_done = 0;

    void wait() const { is_done.wait(0); }
};

// Imports the items from done_count on. When it returns, the blocks of all done items are stored
// or their outcome is a failure.
void run_file_job(ImportContext& context, FileJob& job);

}  // namespace kit::unixfs
