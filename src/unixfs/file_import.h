// How one file becomes leaves and a root: what every thread of an import does with bytes that were
// read. Many small files share a buffer and a batch; a large file is spread over all threads
// (parallel_file.h). Nothing is copied between the read and the store.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/task_pool.h"
#include "unixfs/chunker.h"
#include "unixfs/file_layout.h"
#include "unixfs/importer.h"
#include "unixfs/node_maker.h"

namespace kit::unixfs {

// Uninitialised memory for what is read; kept warm from use to use, since fresh pages cost more
// than hashing them.
struct Buffer {
    explicit Buffer(size_t size)
        : memory(std::make_unique_for_overwrite<uint8_t[]>(size)), bytes(memory.get(), size) {}
    const std::unique_ptr<uint8_t[]> memory;
    const std::span<uint8_t> bytes;
};

// Any thread.
class BufferPool final {
public:
    explicit BufferPool(size_t buffer_size) : buffer_size_(buffer_size) {}
    std::unique_ptr<Buffer> take();
    void give(std::unique_ptr<Buffer> buffer);

private:
    const size_t buffer_size_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Buffer>> free_;
};

// What all threads of one import share. Constant but for the target, the pool and the flags.
struct ImportContext {
    Env& env;
    const ImportOptions& options;
    const NodeMaker& maker;
    const Chunker& chunker;
    const std::atomic<bool>& cancel;
    BlockTarget& target;
    BufferPool& buffers;
    std::atomic<bool> has_failed = false;  // Then what is still queued ends at once.

    // Fails with cancelled when the import is to end.
    Result<void> check_cancel() const;
    // What is said of every entry, whatever it is: `info` counts where the options preserve it.
    Stat stat_of(const std::optional<FileInfo>& info) const;
    size_t thread_count() const {
        return options.thread_count != 0 ? options.thread_count : hardware_thread_count();
    }
    bool preserves_stat() const { return options.preserve_mode || options.preserve_mtime; }
};

// A buffer holds two of the largest chunks, so that a cut is found without reading on; a chunk
// above 2 MiB is refused, and is seen to be one when it has a byte more.
size_t buffer_size_for(const Chunker& chunker);

// Makes leaves from chunks. One thread. The chunks must live until the batch is put.
class LeafWriter final {
public:
    // `path`, absolute, is where the store finds the bytes again with nocopy.
    LeafWriter(const ImportContext& context, BlockBatch& batch)
        : context_(context), batch_(batch) {}

    // `stat` is empty unless the leaf is the whole file.
    Result<FileLink> add(ByteView chunk, const Stat& stat, const Path& path, uint64_t offset);
    // The root of a file without content.
    Result<FileLink> add_empty(const Stat& stat);

private:
    Result<FileLink> add_framed(NodeType type, ByteView chunk, const Stat& stat);

    const ImportContext& context_;
    BlockBatch& batch_;
    std::deque<LeafFrame> frames_;  // Of the leaves in the batch.
    uint64_t last_size_ = 0;        // What the last frame is for, when it says nothing of a stat.
};

std::unique_ptr<FileLayout> make_layout(const ImportContext& context, BlockBatch& batch);

// Cuts, hashes and lays out a file whose bytes are all here.
Result<FileLink> import_content(const ImportContext& context, LeafWriter& leaves, BlockBatch& batch,
                                ByteView content, const Stat& stat, const Path& path);

// A symbolic link's node.
Result<FileLink> import_symlink(const ImportContext& context, BlockBatch& batch,
                                std::string_view target, const Stat& stat);

// Whether the filestore may refer to a file: `path` is absolute and below options.nocopy_root.
// Fails with invalid_argument, in Kubo's words.
Result<void> check_reference(const ImportOptions& options, std::string_view path);

// Opens a file of the user's; failures have Go's words.
Result<std::unique_ptr<File>> open_for_import(Env& env, const Path& path);

}  // namespace kit::unixfs
