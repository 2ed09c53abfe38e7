#include "unixfs/file_job.h"

#include <algorithm>

namespace kit::unixfs {
namespace {

// A file larger than this is worth spreading over all threads.
constexpr uint64_t file_size_bytes_max = 16 * MiB;
// A job ends after so many bytes, so that no thread is left alone with a long one.
constexpr uint64_t job_size_bytes_max = 16 * MiB;
// A read that could get less than this is not begun: the batch is put and the buffer used anew.
constexpr size_t read_size_bytes_min = 128 * KiB;

class FileJobRunner final {
public:
    explicit FileJobRunner(ImportContext& context)
        : context_(context), buffer_(context.buffers.take()) {}
    ~FileJobRunner() { context_.buffers.give(std::move(buffer_)); }
    FileJobRunner(const FileJobRunner&) = delete;
    FileJobRunner& operator=(const FileJobRunner&) = delete;

    void run(FileJob& job) {
        const size_t first = job.done_count;
        uint64_t size = 0;
        while (job.done_count < job.items.size() && size < job_size_bytes_max) {
            FileItem& item = job.items[job.done_count++];
            item.outcome = import(item);
            if (!item.outcome) break;
            size += item.link.file_size;
            if (item.large) break;
        }
        const Result<void> put = batch_.put();
        if (put) return;
        // Whose blocks are missing is not known: the first one tells of it.
        job.items[first].outcome = put;
    }

private:
    Result<void> import(FileItem& item) {
        TRY(context_.check_cancel());
        std::optional<FileInfo> info;
        if (context_.preserves_stat()) {
            info = TRY(context_.env.disk.find_info(item.path, item.follows_links));
        }
        item.stat = context_.stat_of(info);
        if (item.type == FileType::symlink) {
            const std::string target = TRY(context_.env.disk.read_link(item.path));
            item.link = TRY(import_symlink(context_, batch_, target, item.stat));
            return {};
        }
        // Kubo says nothing of a file that stays where it is.
        if (context_.options.nocopy) item.stat = {};
        return import_file(item);
    }

    Result<void> import_file(FileItem& item) {
        std::unique_ptr<File> file = TRY(open_for_import(context_.env, item.path));
        if (batch_.empty()) used_ = 0;
        if (used_ > 0 && buffer_->bytes.size() - used_ < read_size_bytes_min) TRY(reuse_buffer());
        std::span<uint8_t> room = buffer_->bytes.subspan(used_);
        size_t size = TRY(file->read_at(0, room));
        if (size == room.size() && used_ > 0) {
            TRY(reuse_buffer());
            room = buffer_->bytes;
            size = TRY(file->read_at(0, room));
        }
        if (size < room.size()) {
            used_ += size;
            item.link = TRY(
                import_content(context_, leaves_, batch_, room.first(size), item.stat, item.path));
            return {};
        }
        const uint64_t file_size = TRY(file->size_bytes());
        if (file_size > file_size_bytes_max) {
            item.large = std::move(file);
            return {};
        }
        return import_by_buffers(item, *file);
    }

    // A file of several buffers; the first one is full.
    Result<void> import_by_buffers(FileItem& item, const File& file) {
        const std::unique_ptr<FileLayout> layout = make_layout(context_, batch_);
        const uint64_t chunk_max =
            std::min<uint64_t>(context_.chunker.size_bytes_max(), buffer_->bytes.size() / 2);
        uint64_t offset = 0;  // Of the next chunk.
        size_t held = buffer_->bytes.size();
        for (bool is_end = false;;) {
            size_t done = 0;
            while (done < held && (is_end || held - done >= chunk_max)) {
                TRY(context_.check_cancel());
                const ByteView rest = ByteView(buffer_->bytes).subspan(done, held - done);
                const ByteView chunk = rest.first(context_.chunker.cut(rest));
                const FileLink leaf = TRY(leaves_.add(chunk, {}, item.path, offset));
                TRY(layout->add(leaf));
                done += chunk.size();
                offset += chunk.size();
            }
            if (is_end) break;
            TRY(reuse_buffer());
            std::copy(buffer_->bytes.begin() + static_cast<ptrdiff_t>(done),
                      buffer_->bytes.begin() + static_cast<ptrdiff_t>(held),
                      buffer_->bytes.begin());
            held -= done;
            const std::span<uint8_t> room = buffer_->bytes.subspan(held);
            const size_t size = TRY(file.read_at(offset + held, room));
            held += size;
            is_end = size < room.size();
        }
        used_ = held;
        item.link = TRY(layout->finish(item.stat));
        return {};
    }

    Result<void> reuse_buffer() {
        TRY(batch_.put());
        used_ = 0;
        return {};
    }

    ImportContext& context_;
    std::unique_ptr<Buffer> buffer_;
    size_t used_ = 0;  // Bytes at the buffer's front that blocks in the batch lie in.
    BlockBatch batch_{context_.target};
    LeafWriter leaves_{context_, batch_};
};

}  // namespace

void run_file_job(ImportContext& context, FileJob& job) {
    FileJobRunner(context).run(job);
    job.is_done.store(1, std::memory_order_release);
    job.is_done.notify_all();
}

}  // namespace kit::unixfs
