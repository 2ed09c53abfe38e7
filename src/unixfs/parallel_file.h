// One large file or stream over all threads: its bytes are dealt out in ranges of a megabyte or
// so, each cut and hashed and stored by one thread, and the leaves are laid out in order. Memory is
// a few buffers, whatever the file's size.
#pragma once

#include <functional>

#include "base/task_pool.h"
#include "unixfs/file_import.h"

namespace kit::unixfs {

using OnBytes = std::function<Result<void>(uint64_t bytes_done)>;

// A regular file. With a fixed chunker the threads read for themselves. What counts is the size
// that the file has now: bytes behind it are not read, and a file that shrinks ends early. The
// blocks are stored when it returns.
Result<FileLink> import_large_file(ImportContext& context, TaskPool& pool, const File& file,
                                   const Path& path, const Stat& stat, const OnBytes& on_bytes);

// A stream, read on the caller's thread. `path` as with nocopy.
Result<FileLink> import_stream(ImportContext& context, TaskPool& pool, const ReadBytes& read,
                               const Stat& stat, const OnBytes& on_bytes);

}  // namespace kit::unixfs
