// A DAG of files onto the disk, by several threads. What is left to do is a stack of listings
// (the links of one directory block each): a thread takes a few links off the top one, and a
// directory that it finds there becomes a listing of its own. So memory follows the depth of the
// tree, not its size, and a folder exists before anything is put into it.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/limits.h"
#include "base/path_text.h"
#include "base/task_pool.h"
#include "unixfs/disk_writer.h"
#include "unixfs/entry_name.h"
#include "unixfs/exporter.h"
#include "unixfs/listing.h"

namespace kit::unixfs {
namespace {

using formats::Cid;

// Links that a thread takes at once: enough to make the lock cheap, few enough to share a folder.
constexpr size_t batch_count = 16;
constexpr auto progress_interval = std::chrono::milliseconds(50);

// The tree that is being exported. run() belongs to one thread; the others call work().
class TreeExport final {
public:
    TreeExport(const blocks::Source& source, DiskWriter& writer, const ExportOptions& options)
        : source_(source), writer_(writer), options_(options) {}

    // `root` is a directory whose folder was made.
    Result<void> run(const Cid& root, FsNode node, const Path& path,
                     const OnProgress& on_progress) {
        announce_links(source_, node);
        auto listing = TRY(Listing::create(root, std::move(node), {path, 0}, {}));
        push(std::move(listing));
        const size_t thread_count =
            options_.thread_count != 0 ? options_.thread_count : hardware_thread_count();
        std::vector<std::jthread> threads;
        threads.reserve(thread_count);
        for (size_t i = 0; i < thread_count; ++i) threads.emplace_back([this] { work(); });
        std::unique_lock lock(mutex_);
        while (!changed_.wait_for(lock, progress_interval, [&] { return is_done(); })) {
            lock.unlock();
            if (on_progress) on_progress(writer_.bytes_done());
            lock.lock();
        }
        return outcome_;
    }

private:
    struct Batch {
        std::shared_ptr<const Listing> listing;
        size_t begin = 0;
        size_t end = 0;
    };
    struct OpenListing {
        std::shared_ptr<const Listing> listing;
        size_t next = 0;
    };

    bool is_done() const { return busy_count_ == 0 && (open_.empty() || !outcome_); }

    void push(Listing listing) {
        if (listing.links().empty()) return;
        auto shared = std::make_shared<const Listing>(std::move(listing));
        std::scoped_lock lock(mutex_);
        open_.push_back({std::move(shared)});
        changed_.notify_all();
    }

    // Waits for something to do; nothing is left when the answer is empty.
    std::optional<Batch> take() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return is_done() || (outcome_ && !open_.empty()); });
        if (is_done()) return std::nullopt;
        OpenListing& top = open_.back();
        Batch batch{top.listing, top.next,
                    std::min(top.next + batch_count, top.listing->links().size())};
        top.next = batch.end;
        if (batch.end == top.listing->links().size()) open_.pop_back();
        ++busy_count_;
        return batch;
    }

    void work() {
        for (;;) {
            const auto batch = take();
            if (!batch) return;
            Result<void> outcome = export_batch(*batch);
            std::scoped_lock lock(mutex_);
            --busy_count_;
            if (!outcome && outcome_) outcome_ = std::move(outcome);
            if (is_done()) changed_.notify_all();
        }
    }

    Result<void> export_batch(const Batch& batch) {
        for (size_t i = batch.begin; i < batch.end; ++i) {
            TRY(writer_.check_cancelled());
            TRY(export_link(*batch.listing, batch.listing->links()[i]));
        }
        return {};
    }

    Result<void> export_link(const Listing& listing, const ListedLink& link) {
        const Cid cid = TRY(cid_of_link(link.link, listing.cid()));
        FsNode node = TRY(load_node(source_, cid));
        if (link.is_shard()) {
            announce_links(source_, node);
            push(TRY(Listing::create(cid, std::move(node), listing.folder(), link.shard_path)));
            return {};
        }
        TRY(check_entry_name(link.name, listing.cid()));
        const Path path = join(listing.folder().path, link.name);
        if (!node.is_directory()) return writer_.write(cid, std::move(node), path);
        const uint32_t depth = listing.folder().depth + 1;
        if (depth > limits::directory_depth_max) {
            return fail(Code::too_large, "directories are nested deeper than {} at {}",
                        limits::directory_depth_max, path);
        }
        TRY(writer_.make_folder(node, path));
        announce_links(source_, node);
        push(TRY(Listing::create(cid, std::move(node), {path, depth}, {})));
        return {};
    }

    const blocks::Source& source_;
    DiskWriter& writer_;
    const ExportOptions& options_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<OpenListing> open_;  // The last is worked on first.
    size_t busy_count_ = 0;
    Result<void> outcome_;  // The first failure; no new batch is taken after it.
};

// "If the output path directory exists then put the file/symlink into the directory" under its own
// name. A link at the destination is replaced, not followed.
Result<Path> place_of_file(Env& env, const Cid& root, const Path& destination,
                           const std::string& name) {
    const auto info = TRY(env.disk.find_info(destination, false));
    if (!info || info->type != FileType::directory) return destination;
    TRY(check_entry_name(name, root));
    return join(destination, name);
}

}  // namespace

Result<void> export_to_disk(Env& env, const blocks::Source& source, const Cid& root,
                            const Path& destination, const ExportOptions& options,
                            const OnProgress& on_progress) {
    if (destination.find('\0') != Path::npos) {
        return fail(Code::invalid_argument,
                    "invalid platform path: path components cannot contain null");
    }
    if (destination == "/dev/null") return {};
    const Path cleaned = clean_path(destination);
    DiskWriter writer(env, source, options.cancel);
    FsNode node = TRY(load_node(source, root));
    if (!node.is_directory()) {
        const Path path = TRY(place_of_file(env, root, cleaned, options.name));
        return writer.write(root, std::move(node), path, on_progress);
    }
    TRY(writer.make_folder(node, cleaned));
    Result<void> outcome;
    {
        TreeExport tree(source, writer, options);
        outcome = tree.run(root, std::move(node), cleaned, on_progress);
    }
    // What is there gets its modes and times even when the rest failed.
    Result<void> finished = writer.finish_folders();
    if (!outcome) return outcome;
    if (on_progress) on_progress(writer.bytes_done());
    return finished;
}

}  // namespace kit::unixfs
