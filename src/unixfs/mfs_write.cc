// Writing to a file of the mutable tree: its bytes come without the lock, and the tree takes the
// new file at the end. kubo:core/commands/files.go, filesWriteCmd; boxo:mfs/fd.go
#include <algorithm>

#include "unixfs/mfs.h"
#include "unixfs/mfs_change.h"
#include "unixfs/mfs_file.h"
#include "unixfs/mfs_path.h"

namespace kit::unixfs {

using formats::Cid;

namespace {

constexpr size_t piece_size_bytes = 32 * KiB;  // As Go's io.Copy.
constexpr int64_t wait_ns = 100'000'000;       // How often a waiting write looks for its end.

// The file at the path; an empty one is made when it may be.
Result<MfsTree::Child> get_or_make(MfsTree& tree, std::string_view path, const Mfs::Write& options,
                                   const PutBlock& put) {
    auto child = TRY(tree.find(path));
    if (!child) {
        if (!options.create) return fail_not_there();
        const SplitPath split = split_mfs_path(path);
        const MfsTree::Child parent = TRY(tree.get(split.folder));
        if (!parent.is_folder()) {
            return fail(Code::invalid_argument,
                        "expected *mfs.Directory, didn't get it. This is likely a race condition");
        }
        const PbFsNode empty{
            .data = {.type = NodeType::file, .file_size = 0}, .links = {}, .form = options.form};
        const FileLink link = TRY(empty.save(put));
        TRY(tree.add(*parent.folder, split.name, {.cid = link.cid, .total_size = link.total_size}));
        return MfsTree::Child{.cid = link.cid, .total_size = link.total_size};
    }
    if (child->is_folder()) return fail(Code::invalid_argument, "{} was not a file", path);
    return *std::move(child);
}

// `read_outcome` is what the sender failed with; what came before that is written.
Result<void> copy_bytes(FileEditor& editor, std::optional<int64_t> count_max, const ReadBytes& read,
                        Result<void>& read_outcome) {
    std::vector<uint8_t> piece(piece_size_bytes);
    auto left = count_max ? static_cast<uint64_t>(*count_max) : UINT64_MAX;
    while (left > 0) {
        const auto space = static_cast<size_t>(std::min<uint64_t>(left, piece.size()));
        const auto size = read(std::span(piece).first(space));
        if (!size) read_outcome = std::unexpected(size.error());
        if (!size || *size == 0) return {};
        TRY(editor.write(ByteView(piece).first(*size)));
        left -= *size;
    }
    return {};
}

}  // namespace

Result<void> Mfs::write(std::string_view path, const Write& options, const ReadBytes& read,
                        const std::atomic<bool>& cancel) {
    Change blocks_of(*this);
    MfsTree::Child file;
    std::optional<Hold> held;
    {
        std::unique_lock lock(mutex_);
        TRY(begin_write(path, options, lock, blocks_of, file, cancel));
        held.emplace(*this, file.cid);
    }
    path = without_end_slashes(path);
    // What was done before a failure stays, as in Kubo, where closing the file flushes it.
    Result<void> outcome;
    const auto after = write_file(file.cid, options, read, blocks_of, cancel, outcome);
    if (!after) {
        const std::scoped_lock lock(mutex_);
        writing_.erase(writing_.find(path));
        written_.notify_all();
        return std::unexpected(after.error());
    }
    Result<void> ended = end_write(path, file.cid, *after, blocks_of, options.flush);
    return outcome ? ended : outcome;
}

// Finds or makes the file and takes its path for itself.
Result<void> Mfs::begin_write(std::string_view path, const Write& options,
                              std::unique_lock<std::mutex>& lock, Change& change,
                              MfsTree::Child& file, const std::atomic<bool>& cancel) {
    TRY(load_locked());
    TRY(count_locked(options.flush));
    const std::string_view key = without_end_slashes(path);
    while (writing_.contains(key)) {
        if (cancel.load(std::memory_order_relaxed)) {
            return fail(Code::cancelled, "waiting for another write to {} was cancelled", path);
        }
        env_.clock.wait(written_, lock, env_.clock.monotonic_ns() + wait_ns);
    }
    TRY(change_locked(change, Flush::no, [&](MfsTree& tree, const PutBlock& put) -> Result<void> {
        if (options.parents) TRY(tree.make_parents(path, options.form, put));
        file = TRY(get_or_make(tree, path, options, put));
        return {};
    }));
    writing_.emplace(key);
    return {};
}

// `outcome` is what stopped the writing, if anything; the file is what it became until then.
Result<FileLink> Mfs::write_file(const Cid& file, const Write& options, const ReadBytes& read,
                                 Change& change, const std::atomic<bool>& cancel,
                                 Result<void>& outcome) {
    const bool raw_leaves = options.raw_leaves.value_or(file.version() > 0);
    FileEditor editor = TRY(FileEditor::open({.source = source_,
                                              .put = change.put(),
                                              .settle = [&] { return change.settle(); },
                                              .chunker = *chunker_,
                                              .clock = env_.clock,
                                              .cancel = cancel},
                                             file, raw_leaves));
    if (options.truncate) TRY(editor.truncate(0));
    if (options.count_max && *options.count_max < 0) {
        outcome = fail(Code::invalid_argument, "cannot have negative byte count");
    } else {
        TRY(editor.seek(options.offset_bytes));
        TRY(copy_bytes(editor, options.count_max, read, outcome));
    }
    return editor.finish();
}

Result<void> Mfs::end_write(std::string_view path, const Cid& before, const FileLink& after,
                            Change& change, Flush flush) {
    const std::scoped_lock lock(mutex_);
    writing_.erase(writing_.find(path));
    written_.notify_all();
    return change_locked(change, flush, [&](MfsTree& tree, const PutBlock&) -> Result<void> {
        const auto child = TRY(tree.find(path));
        // Removed or replaced while it was written: nobody will see it.
        if (!child || child->is_folder() || child->cid != before) return {};
        if (after.cid == before) return {};
        const SplitPath split = split_mfs_path(path);
        MfsTree::Folder* const folder = TRY(tree.get_folder(split.folder));
        return tree.set(*folder, split.name, {.cid = after.cid, .total_size = after.total_size});
    });
}

}  // namespace kit::unixfs
