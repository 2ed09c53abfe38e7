#include "unixfs/file_import.h"

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "unixfs/tree_walk.h"

namespace kit::unixfs {
namespace {

constexpr size_t buffer_size_bytes_min = 1 * MiB;

}  // namespace

std::unique_ptr<Buffer> BufferPool::take() {
    {
        std::scoped_lock lock(mutex_);
        if (!free_.empty()) {
            std::unique_ptr<Buffer> buffer = std::move(free_.back());
            free_.pop_back();
            return buffer;
        }
    }
    return std::make_unique<Buffer>(buffer_size_);
}

void BufferPool::give(std::unique_ptr<Buffer> buffer) {
    std::scoped_lock lock(mutex_);
    free_.push_back(std::move(buffer));
}

Result<void> ImportContext::check_cancel() const {
    if (cancel.load(std::memory_order_relaxed) || has_failed.load(std::memory_order_relaxed)) {
        return fail(Code::cancelled, "the import was cancelled");
    }
    return {};
}

Stat ImportContext::stat_of(const std::optional<FileInfo>& info) const {
    Stat stat;
    if (options.mode.value_or(0) != 0) {
        stat.mode = permissions_of(*options.mode);  // As in Kubo, --mode is a Go number.
    } else if (options.preserve_mode && info) {
        stat.mode = info->mode;
    }
    if (options.mtime) {
        stat.mtime = options.mtime;
    } else if (options.preserve_mtime && info) {
        stat.mtime = Mtime{.seconds = info->mtime_s};
        if (info->mtime_ns != 0) stat.mtime->nanoseconds = info->mtime_ns;
    }
    return stat;
}

size_t buffer_size_for(const Chunker& chunker) {
    const uint64_t chunk_max =
        std::min(chunker.size_bytes_max(), limits::block_size_bytes_soft_max + 1);
    return std::max<uint64_t>(buffer_size_bytes_min, 2 * chunk_max);
}

Result<FileLink> LeafWriter::add(ByteView chunk, const Stat& stat, const Path& path,
                                 uint64_t offset) {
    if (chunk.size() > limits::block_size_bytes_soft_max) {
        return fail(Code::too_large, "object size limit exceeded");
    }
    const ImportOptions& options = context_.options;
    if (!options.shape.raw_leaves) {
        const NodeType type = options.shape.trickle ? NodeType::raw : NodeType::file;
        return add_framed(type, chunk, stat);
    }
    FileLink leaf;
    leaf.cid = TRY(context_.maker.cid_of(formats::Codec::raw, {&chunk, 1}));
    leaf.file_size = leaf.total_size = chunk.size();
    if (options.nocopy && !chunk.empty() && context_.target.store != nullptr) {
        TRY(context_.target.store->put_reference(
            *context_.target.lease, leaf.cid,
            {.path = path, .offset_bytes = offset, .size_bytes = chunk.size()}));
    } else {
        TRY(batch_.add({.cid = leaf.cid, .head = {}, .body = chunk, .tail = {}}));
    }
    return leaf;
}

Result<FileLink> LeafWriter::add_empty(const Stat& stat) {
    // The root of a trickle is never a leaf.
    if (context_.options.shape.trickle) return add_framed(NodeType::file, {}, stat);
    return add({}, stat, {}, 0);
}

Result<FileLink> LeafWriter::add_framed(NodeType type, ByteView chunk, const Stat& stat) {
    if (batch_.empty()) {
        frames_.clear();
        last_size_ = 0;
    }
    // OPTIMIZATION: most leaves of a file have the same size, and so the same frame.
    const bool is_plain = stat.empty() && !chunk.empty();
    if (!is_plain || chunk.size() != last_size_) {
        frames_.push_back(frame_unixfs_data(type, chunk.size(), stat));
        last_size_ = is_plain ? chunk.size() : 0;
    }
    const LeafFrame& frame = frames_.back();
    blocks::NewBlock block{.cid = {}, .head = frame.head, .body = chunk, .tail = frame.tail};
    block.cid = TRY(context_.maker.cid_of(formats::Codec::dag_pb, block.pieces()));
    FileLink leaf{.cid = block.cid, .file_size = chunk.size(), .total_size = block.size_bytes()};
    TRY(batch_.add(block));
    return leaf;
}

std::unique_ptr<FileLayout> make_layout(const ImportContext& context, BlockBatch& batch) {
    const DagShape& shape = context.options.shape;
    const LayoutParts parts{
        .maker = context.maker, .batch = batch, .links_max = shape.file_links_max};
    return shape.trickle ? trickle_layout(parts) : balanced_layout(parts);
}

Result<FileLink> import_content(const ImportContext& context, LeafWriter& leaves, BlockBatch& batch,
                                ByteView content, const Stat& stat, const Path& path) {
    if (content.empty()) return leaves.add_empty(stat);
    size_t size = context.chunker.cut(content);
    if (size == content.size() && !context.options.shape.trickle) {
        return leaves.add(content, stat, path, 0);
    }
    const std::unique_ptr<FileLayout> layout = make_layout(context, batch);
    for (uint64_t offset = 0;;) {
        TRY(context.check_cancel());
        const FileLink leaf = TRY(leaves.add(content.first(size), {}, path, offset));
        TRY(layout->add(leaf));
        offset += size;
        content = content.subspan(size);
        if (content.empty()) return layout->finish(stat);
        size = context.chunker.cut(content);
    }
}

Result<FileLink> import_symlink(const ImportContext& context, BlockBatch& batch,
                                std::string_view target, const Stat& stat) {
    const LeafFrame frame =
        frame_unixfs_data(NodeType::symlink, target.size(), {.mtime = stat.mtime});
    Bytes block = frame.head;
    append(block, as_bytes(target));
    append(block, frame.tail);
    const ByteView view = block;
    FileLink link;
    link.cid = TRY(context.maker.cid_of(formats::Codec::dag_pb, {&view, 1}));
    link.total_size = block.size();
    TRY(batch.add(link.cid, std::move(block)));
    return link;
}

Result<void> check_reference(const ImportOptions& options, std::string_view path) {
    if (!path.starts_with('/')) {
        return fail(Code::invalid_argument,
                    "missing file path or URL, can't create filestore reference");
    }
    if (path.starts_with(options.nocopy_root)) return {};
    return fail(Code::invalid_argument, "cannot add filestore references outside ipfs root ({})",
                options.nocopy_root);
}

Result<std::unique_ptr<File>> open_for_import(Env& env, const Path& path) {
    auto file = env.disk.open(path, OpenMode::read);
    if (file) return file;
    switch (file.error().code) {
        case Code::not_found:
            return fail(Code::not_found, "open {}: no such file or directory", path);
        case Code::permission_denied:
            return fail(Code::permission_denied, "open {}: permission denied", path);
        default:
            return file;
    }
}

}  // namespace kit::unixfs
