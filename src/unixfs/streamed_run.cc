#include "unixfs/streamed_run.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/limits.h"
#include "base/split.h"
#include "unixfs/file_job.h"
#include "unixfs/tree_walk.h"

namespace kit::unixfs {
namespace {

constexpr size_t packed_count_max = 1024;
constexpr size_t pool_queue_count_max = 64;
constexpr uint64_t progress_step_bytes = 256 * KiB;  // As Kubo tells it.

// The names of an entry's path; a slash at the end adds none.
std::vector<std::string> names_of(std::string_view path) {
    std::vector<std::string_view> names = split(path, '/');
    if (names.back().empty()) names.pop_back();
    return {names.begin(), names.end()};
}

}  // namespace

StreamedRun::StreamedRun(ImportContext& context, const DirectoryShape& shape,
                         const std::function<Result<void>(const ImportEvent&)>& on_event)
    : context_(context),
      batch_(context.target),
      tree_(context.maker, shape, batch_),
      outcome_(context, tree_, batch_, on_event),
      buffer_(context.buffers.take()),
      leaves_(std::in_place, context, batch_),
      pool_(context.thread_count(), pool_queue_count_max) {}

StreamedRun::~StreamedRun() {
    context_.has_failed = true;
}

Result<ImportResult> StreamedRun::run(const EntryStream& entries) {
    bool any = context_.options.wrap;
    outcome_.begin();
    for (;;) {
        // Whoever waits to hear of the last file before sending the next one hears of it.
        if (!entries.has_more_here()) TRY(settle());
        TRY(context_.check_cancel());
        const auto entry = TRY(entries.next());
        if (!entry) break;
        any = true;
        TRY(take(*entry));
    }
    if (!any) return fail(Code::invalid_argument, "expected a file argument");
    TRY(settle());
    TRY(move_to({}, {}));
    return outcome_.finish();
}

Result<void> StreamedRun::take(const StreamedEntry& entry) {
    std::vector<std::string> names = names_of(entry.path);
    if (names.size() > limits::directory_depth_max) {
        return fail(Code::too_large, "directories are nested over {} deep",
                    limits::directory_depth_max);
    }
    TRY(begin_awaited(names));
    if (entry.type == FileType::directory) {
        if (names.empty()) return {};  // The whole itself: its entries follow.
        const bool is_top = names.size() == 1 && !context_.options.wrap;
        if (context_.options.empty_directories || is_top) return move_to(names, entry.stat);
        TRY(move_to(std::span(names).first(names.size() - 1), {}));
        awaited_ = Awaited{std::move(names), entry.stat};
        return {};
    }
    std::string name = names.empty() ? std::string() : std::move(names.back());
    if (!names.empty()) names.pop_back();
    TRY(move_to(names, {}));
    return take_file(entry, std::move(name));
}

// As in Kubo, a directory is empty when nothing was named below it, were it an empty directory.
Result<void> StreamedRun::begin_awaited(std::span<const std::string> names) {
    if (!awaited_) return {};
    const Awaited awaited = *std::exchange(awaited_, std::nullopt);
    const auto differ = std::ranges::mismatch(awaited.names, names);
    const bool is_below = differ.in1 == awaited.names.end() && differ.in2 != names.end();
    return is_below ? move_to(awaited.names, awaited.stat) : Result<void>();
}

Result<void> StreamedRun::move_to(std::span<const std::string> folders, const Stat& last_stat) {
    const auto same =
        static_cast<size_t>(std::ranges::mismatch(folders_, folders).in1 - folders_.begin());
    if (same < folders_.size()) TRY(settle());
    while (folders_.size() > same) TRY(leave());
    if (same < folders.size()) TRY(settle());
    while (folders_.size() < folders.size()) {
        const std::string& name = folders[folders_.size()];
        folders_.push_back(name);
        const bool is_last = folders_.size() == folders.size();
        tree_.begin_directory(name, stat_of(is_last ? last_stat : Stat()));
    }
    return {};
}

// What the DAG says of an entry: the stream's word counts where the options keep it, and those for
// every entry come before it.
Stat StreamedRun::stat_of(const Stat& told) const {
    Stat stat = context_.stat_of(std::nullopt);
    if (context_.options.preserve_mode && !stat.mode && told.mode.value_or(0) != 0) {
        stat.mode = permissions_of(*told.mode);
    }
    if (context_.options.preserve_mtime && !stat.mtime) stat.mtime = told.mtime;
    return stat;
}

Result<void> StreamedRun::leave() {
    folders_.pop_back();
    TRY(tree_.end_directory());
    if (tree_.is_in_directory()) return {};
    outcome_.set_stat({}, {});
    return outcome_.finish_tree();
}

Result<void> StreamedRun::take_file(const StreamedEntry& entry, std::string name) {
    Told told;
    told.stat = entry.stat;
    if (entry.type == FileType::symlink) {
        Stat stat = stat_of(entry.stat);
        stat.mode.reset();  // Symbolic links have none of their own.
        told.link = TRY(import_symlink(context_, batch_, entry.target, stat));
        if (folders_.empty() && !context_.options.wrap) told.stat.mode = go_mode_of_symlink;
    } else if (context_.options.nocopy) {
        TRY(settle());
        told.link = TRY(import_reference(entry));
    } else {
        told.link = TRY(import_file(entry, tree_.path_of(name)));
    }
    outcome_.result().bytes_read += told.link.file_size;
    told.name = name.empty() ? told.link.cid.to_text() : std::move(name);
    told_.push_back(std::move(told));
    return told_.size() < packed_count_max ? Result<void>() : settle();
}

// The bytes are taken from the user's file itself, which the store will refer to.
Result<FileLink> StreamedRun::import_reference(const StreamedEntry& entry) {
    const Path& path = entry.original_path;
    TRY(check_reference(context_.options, path));
    FileJob job;
    job.items.push_back({.path = path});
    run_file_job(context_, job);
    FileItem& item = job.items.front();
    TRY(std::move(item.outcome));
    if (!item.large) return item.link;
    return import_large_file(context_, pool_, *item.large, path, item.stat,
                             [&](uint64_t bytes) { return outcome_.tell_progress(path, bytes); });
}

Result<FileLink> StreamedRun::import_file(const StreamedEntry& entry, const std::string& path) {
    const Stat stat = stat_of(entry.stat);
    if (used_ > buffer_->bytes.size() / 2) TRY(settle());
    const std::span<uint8_t> room = buffer_->bytes.subspan(used_);
    size_t filled = 0;
    bool ended = false;
    while (!ended && filled < room.size()) {
        const size_t count = TRY(entry.read(room.subspan(filled)));
        filled += count;
        ended = count == 0;
    }
    if (ended) {
        FileLink link =
            TRY(import_content(context_, *leaves_, batch_, room.first(filled), stat, Path()));
        used_ += filled;
        for (uint64_t done = progress_step_bytes; done <= filled; done += progress_step_bytes) {
            TRY(outcome_.tell_progress(path, done));
        }
        TRY(outcome_.tell_progress(path, filled));
        return link;
    }
    // It is no small one: what was read comes first, and the rest from where it comes.
    TRY(settle());
    size_t given = 0;
    const ReadBytes read = [&](std::span<uint8_t> out) -> Result<size_t> {
        if (given == filled) return entry.read(out);
        const size_t count = std::min(out.size(), filled - given);
        std::memcpy(out.data(), room.data() + given, count);
        given += count;
        return count;
    };
    return import_stream(context_, pool_, read, stat,
                         [&](uint64_t bytes) { return outcome_.tell_progress(path, bytes); });
}

Result<void> StreamedRun::settle() {
    TRY(batch_.put());
    leaves_.emplace(context_, batch_);
    used_ = 0;
    for (const Told& each : told_) {
        outcome_.set_stat(each.stat.mode, each.stat.mtime);
        TRY(outcome_.add_file(each.name, each.link));
    }
    told_.clear();
    return {};
}

}  // namespace kit::unixfs
