#include "unixfs/parallel_file.h"

#include <algorithm>
#include <deque>

namespace kit::unixfs {
namespace {

// A range of a fixed chunker has at most so many chunks: its leaves wait for their turn in memory.
constexpr uint64_t range_chunk_count_max = 4096;

// One stretch of the file on its way through a thread.
struct Range {
    std::unique_ptr<Buffer> buffer = {};
    uint64_t offset = 0;
    size_t size = 0;
    std::vector<size_t> chunk_sizes = {};  // Cut already; empty: by the chunker, all of it.
    bool is_whole_file = false;
    bool is_short = false;  // The file ended before the range did.

    Result<void> outcome = {};
    std::vector<FileLink> leaves = {};
    std::atomic<int> is_done = 0;
};

// Makes leaves of a range's bytes and stores them.
Result<void> hash_range(ImportContext& context, Range& range, const Stat& stat, const Path& path) {
    BlockBatch batch(context.target);
    LeafWriter leaves(context, batch);
    ByteView rest = ByteView(range.buffer->bytes).first(range.size);
    uint64_t offset = range.offset;
    for (size_t i = 0; !rest.empty(); ++i) {
        TRY(context.check_cancel());
        const bool is_cut = !range.chunk_sizes.empty();
        const size_t size = is_cut ? range.chunk_sizes[i] : context.chunker.cut(rest);
        const bool is_root = range.is_whole_file && size == range.size;
        const FileLink leaf =
            TRY(leaves.add(rest.first(size), is_root ? stat : Stat(), path, offset));
        range.leaves.push_back(leaf);
        offset += size;
        rest = rest.subspan(size);
    }
    return batch.put();
}

// Deals ranges out and takes them back in order. Waits for all of them before it goes.
class RangeQueue final {
public:
    RangeQueue(ImportContext& context, TaskPool& pool, const Path& path, const Stat& stat,
               const OnBytes& on_bytes)
        : context_(context),
          pool_(pool),
          path_(path),
          stat_(stat),
          on_bytes_(on_bytes),
          pending_count_max_(pool.thread_count() + 2) {}
    ~RangeQueue() {
        if (!pending_.empty()) has_ended_ = true;
        for (const auto& range : pending_) range->is_done.wait(0);
    }
    RangeQueue(const RangeQueue&) = delete;
    RangeQueue& operator=(const RangeQueue&) = delete;

    // Runs `prepare`, which fills the range's buffer, and hashes it on some thread.
    template <typename Prepare>
    Result<void> submit(std::shared_ptr<Range> range, Prepare prepare) {
        while (pending_.size() >= pending_count_max_) TRY(take_first());
        pending_.push_back(range);
        pool_.submit([this, range = std::move(range), prepare] {
            if (!has_ended_) range->outcome = prepare(*range);
            if (!has_ended_ && range->outcome) {
                range->outcome = hash_range(context_, *range, stat_, path_);
            }
            if (range->buffer) context_.buffers.give(std::move(range->buffer));
            range->is_done.store(1, std::memory_order_release);
            range->is_done.notify_all();
        });
        return {};
    }

    // Whether the file was seen to end before what was submitted last.
    bool has_ended() const { return has_ended_; }

    Result<FileLink> finish() {
        while (!pending_.empty()) TRY(take_first());
        FileLink root;
        if (byte_count_ == 0) {
            LeafWriter leaves(context_, batch_);
            root = TRY(leaves.add_empty(stat_));
            TRY(batch_.put());
            return root;
        }
        root = TRY(layout_->finish(stat_));
        TRY(batch_.put());
        return root;
    }

private:
    Result<void> take_first() {
        const std::shared_ptr<Range> range = pending_.front();
        range->is_done.wait(0);
        // Acquires what the thread wrote.
        ASSERT(range->is_done.load(std::memory_order_acquire) == 1);
        pending_.pop_front();
        if (has_ended_) return {};
        TRY(std::move(range->outcome));
        TRY(context_.check_cancel());
        for (const FileLink& leaf : range->leaves) {
            TRY(layout_->add(leaf));
            byte_count_ += leaf.file_size;
        }
        // What ranges behind it found, if the file grew again, is not part of what was read.
        if (range->is_short) has_ended_ = true;
        return on_bytes_(byte_count_);
    }

    ImportContext& context_;
    TaskPool& pool_;
    const Path& path_;
    const Stat& stat_;
    const OnBytes& on_bytes_;
    const size_t pending_count_max_;
    BlockBatch batch_{context_.target};
    const std::unique_ptr<FileLayout> layout_ = make_layout(context_, batch_);
    std::deque<std::shared_ptr<Range>> pending_;
    uint64_t byte_count_ = 0;
    std::atomic<bool> has_ended_ = false;
};

uint64_t range_size_for(const Chunker& chunker, size_t buffer_size) {
    const uint64_t chunk = chunker.size_bytes_max();
    const uint64_t count = std::max<uint64_t>(1, MiB / chunk);
    ASSERT(chunk * std::min(count, range_chunk_count_max) <= buffer_size);
    return chunk * std::min(count, range_chunk_count_max);
}

// Cuts a stream on the caller's thread, because each cut depends on the one before.
class StreamCutter final {
public:
    StreamCutter(ImportContext& context, RangeQueue& queue, const ReadBytes& read)
        : context_(context),
          queue_(queue),
          read_(read),
          chunk_max_(std::min<uint64_t>(context.chunker.size_bytes_max(),
                                        buffer_size_for(context.chunker) / 2)) {}

    Result<void> run() {
        std::unique_ptr<Buffer> next = context_.buffers.take();
        size_t held = 0;
        for (bool is_end = false; !is_end;) {
            std::unique_ptr<Buffer> buffer = std::move(next);
            is_end = TRY(fill(buffer->bytes, held));
            auto range = std::make_shared<Range>();
            cut(*range, ByteView(buffer->bytes).first(held), is_end);
            range->offset = offset_;
            range->is_whole_file = is_end && offset_ == 0;
            offset_ += range->size;
            if (!is_end) {
                next = context_.buffers.take();
                held -= range->size;
                std::copy_n(buffer->bytes.begin() + static_cast<ptrdiff_t>(range->size), held,
                            next->bytes.begin());
            }
            range->buffer = std::move(buffer);
            if (range->size == 0) {
                context_.buffers.give(std::move(range->buffer));
                break;
            }
            TRY(queue_.submit(std::move(range), [](Range&) { return Result<void>(); }));
        }
        return {};
    }

private:
    // Reads until the buffer is full or the stream ends: true then.
    Result<bool> fill(std::span<uint8_t> out, size_t& held) {
        // No chunk is split by a buffer's end, which would cost a copy.
        size_t end = out.size();
        if (context_.chunker.is_fixed()) {
            end = chunk_max_ * std::min(end / chunk_max_, range_chunk_count_max);
        }
        while (held < end) {
            TRY(context_.check_cancel());
            const size_t size = TRY(read_(out.subspan(held, end - held)));
            if (size == 0) return true;
            held += size;
        }
        return false;
    }

    void cut(Range& range, ByteView bytes, bool is_end) {
        while (!bytes.empty() && (is_end || bytes.size() >= chunk_max_)) {
            const size_t size = context_.chunker.cut(bytes);
            range.chunk_sizes.push_back(size);
            range.size += size;
            bytes = bytes.subspan(size);
        }
    }

    ImportContext& context_;
    RangeQueue& queue_;
    const ReadBytes& read_;
    const uint64_t chunk_max_;
    uint64_t offset_ = 0;
};

}  // namespace

Result<FileLink> import_large_file(ImportContext& context, TaskPool& pool, const File& file,
                                   const Path& path, const Stat& stat, const OnBytes& on_bytes) {
    const uint64_t file_size = TRY(file.size_bytes());
    RangeQueue queue(context, pool, path, stat, on_bytes);
    if (!context.chunker.is_fixed()) {
        uint64_t offset = 0;
        const ReadBytes read = [&](std::span<uint8_t> out) -> Result<size_t> {
            const size_t size = TRY(file.read_at(
                offset, out.first(std::min<uint64_t>(out.size(), file_size - offset))));
            offset += size;
            return size;
        };
        TRY(StreamCutter(context, queue, read).run());
        return queue.finish();
    }
    const uint64_t range_size = range_size_for(context.chunker, buffer_size_for(context.chunker));
    for (uint64_t offset = 0; offset < file_size && !queue.has_ended(); offset += range_size) {
        TRY(context.check_cancel());
        auto range = std::make_shared<Range>();
        range->offset = offset;
        range->size = std::min(range_size, file_size - offset);
        range->is_whole_file = range->size == file_size;
        TRY(queue.submit(std::move(range), [&context, &file](Range& part) -> Result<void> {
            part.buffer = context.buffers.take();
            const size_t wanted = part.size;
            part.size = TRY(file.read_at(part.offset, part.buffer->bytes.first(wanted)));
            part.is_short = part.size < wanted;
            if (part.is_short && part.offset == 0) part.is_whole_file = true;
            return {};
        }));
    }
    return queue.finish();
}

Result<FileLink> import_stream(ImportContext& context, TaskPool& pool, const ReadBytes& read,
                               const Stat& stat, const OnBytes& on_bytes) {
    const Path no_path;
    RangeQueue queue(context, pool, no_path, stat, on_bytes);
    TRY(StreamCutter(context, queue, read).run());
    return queue.finish();
}

}  // namespace kit::unixfs
