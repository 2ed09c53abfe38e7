// A DAG of files as a tar stream: a directory before its entries, these in the order of its links.
#include <algorithm>

#include "base/limits.h"
#include "base/path_text.h"
#include "unixfs/directory.h"
#include "unixfs/exporter.h"
#include "unixfs/pump_file.h"
#include "unixfs/tar_header.h"

namespace kit::unixfs {
namespace {

using formats::Cid;

constexpr size_t buffer_size_bytes = 256 * KiB;
constexpr uint32_t mode_of_file = 0644;
constexpr uint32_t mode_of_directory = 0755;
constexpr uint32_t mode_of_symlink = 0777;
constexpr size_t trailer_size_bytes = 2 * tar_block_size_bytes;

// Small writes become large ones; large ones pass through.
class BufferedWriter final {
public:
    explicit BufferedWriter(const WriteBytes& write) : write_(write) {
        buffer_.reserve(buffer_size_bytes);
    }
    Result<void> write(ByteView bytes) {
        if (buffer_.size() + bytes.size() > buffer_size_bytes) TRY(flush());
        if (bytes.size() >= buffer_size_bytes) return write_(bytes);
        append(buffer_, bytes);
        return {};
    }
    Result<void> write_zeros(size_t count) {
        if (buffer_.size() + count > buffer_size_bytes) TRY(flush());
        buffer_.resize(buffer_.size() + count);
        return {};
    }
    Result<void> flush() {
        if (buffer_.empty()) return {};
        TRY(write_(buffer_));
        buffer_.clear();
        return {};
    }

private:
    const WriteBytes& write_;
    Bytes buffer_;
};

class TarExport final {
public:
    TarExport(Env& env, const blocks::Source& source, std::string base, TarTimes times,
              const WriteBytes& write, const OnProgress& on_progress,
              const std::atomic<bool>& cancel)
        : env_(env),
          source_(source),
          base_(std::move(base)),
          times_(times),
          writer_(write),
          on_progress_(on_progress),
          cancel_(cancel) {}

    Result<void> run(const Cid& root) {
        TRY(add(root, base_, 0));
        TRY(writer_.write_zeros(trailer_size_bytes));
        return writer_.flush();
    }

private:
    Result<void> add(const Cid& cid, const std::string& name, uint32_t depth) {
        if (cancel_.load(std::memory_order_relaxed)) {
            return fail(Code::cancelled, "the export was cancelled");
        }
        if (depth > limits::directory_depth_max) {
            return fail(Code::too_large, "directories are nested deeper than {} at {}",
                        limits::directory_depth_max, cid.to_text());
        }
        FsNode node = TRY(load_node(source_, cid));
        if (node.is_directory()) return add_directory(cid, std::move(node), name, depth);
        if (node.data.type == NodeType::symlink) return add_symlink(node, name);
        return add_file(cid, std::move(node), name);
    }

    Result<void> add_directory(const Cid& cid, FsNode node, const std::string& name,
                               uint32_t depth) {
        TRY(write_header({.type = TarType::directory,
                          .name = name,
                          .mode = node.data.mode.value_or(mode_of_directory)},
                         node.data.mtime));
        announce_links(source_, node);
        return visit_entries(source_, cid, std::move(node),
                             [&](const Entry& entry) -> Result<bool> {
                                 const std::string path = TRY(join_below(name, entry.name));
                                 TRY(add(entry.cid, path, depth + 1));
                                 return true;
                             });
    }

    // As in Kubo, a recorded mode says nothing for a symlink.
    Result<void> add_symlink(const FsNode& node, const std::string& name) {
        return write_header({.type = TarType::symlink,
                             .name = name,
                             .link_target = std::string(as_text(node.data.data_or_empty())),
                             .mode = mode_of_symlink},
                            node.data.mtime);
    }

    Result<void> add_file(const Cid& cid, FsNode node, const std::string& name) {
        TarEntry entry{
            .type = TarType::file, .name = name, .mode = node.data.mode.value_or(mode_of_file)};
        const std::optional<Mtime> mtime = node.data.mtime;
        FileWalk walk = TRY(FileWalk::open(source_, cid, std::move(node), 0, UINT64_MAX));
        entry.size_bytes = walk.file_size_bytes();
        const size_t padding = tar_padding(entry.size_bytes);
        TRY(write_header(std::move(entry), mtime));
        TRY(pump_file(std::move(walk), &cancel_, [&](ByteView bytes) -> Result<void> {
            TRY(writer_.write(bytes));
            bytes_done_ += bytes.size();
            if (on_progress_) on_progress_(bytes_done_);
            return {};
        }));
        return writer_.write_zeros(padding);
    }

    Result<void> write_header(TarEntry entry, const std::optional<Mtime>& mtime) {
        constexpr int64_t second_ns = 1'000'000'000;
        const int64_t now_ns = env_.clock.unix_ns();
        const Mtime now{now_ns / second_ns, static_cast<uint32_t>(now_ns % second_ns)};
        entry.mtime = mtime.value_or(now);
        entry.times = times_;
        const Bytes header = TRY(tar_header(entry));
        return writer_.write(header);
    }

    // As in Kubo, names such as "./x" are cleaned, and what leads out of the root is refused.
    Result<std::string> join_below(const std::string& folder, const std::string& name) const {
        std::string path = clean_path(folder + '/' + name);
        const bool is_inside = path == base_ || path.starts_with(base_ + '/');
        if (is_inside && !path.starts_with("..")) return path;
        return fail(Code::permission_denied,
                    "relative UnixFS paths outside the root are not allowed, use CAR instead");
    }

    Env& env_;
    const blocks::Source& source_;
    const std::string base_;
    const TarTimes times_;
    BufferedWriter writer_;
    const OnProgress& on_progress_;
    const std::atomic<bool>& cancel_;
    uint64_t bytes_done_ = 0;
};

}  // namespace

Result<void> export_tar(Env& env, const blocks::Source& source, const Cid& root,
                        const std::string& name, TarTimes times, const WriteBytes& write,
                        const OnProgress& on_progress, const std::atomic<bool>& cancel) {
    return TarExport(env, source, name, times, write, on_progress, cancel).run(root);
}

}  // namespace kit::unixfs
