#include "unixfs/import_run.h"

#include <algorithm>

#include "unixfs/parallel_file.h"

namespace kit::unixfs {
namespace {

// A job has about one batch of small files; the walk is some jobs ahead of the outcomes.
constexpr size_t job_item_count_max = 128;
constexpr size_t pending_count_max = 16 * job_item_count_max;

}  // namespace

ImportRun::ImportRun(ImportContext& context, const IgnoreRules& rules, const DirectoryShape& shape,
                     const std::function<Result<void>(const ImportEvent&)>& on_event)
    : context_(context),
      rules_(rules),
      batch_(context.target),
      tree_(context.maker, shape, batch_),
      outcome_(context, tree_, batch_, on_event),
      pool_(context.thread_count(), pending_count_max) {}

ImportRun::~ImportRun() {
    context_.has_failed = true;
}

Result<ImportResult> ImportRun::run(const std::vector<ResolvedSource>& sources) {
    outcome_.begin();
    for (const ResolvedSource& source : sources) TRY(import_source(source));
    TRY(take_all());
    return outcome_.finish();
}

Result<void> ImportRun::import_source(const ResolvedSource& source) {
    const FileType type = source.info ? source.info->type : FileType::other;
    if (type == FileType::regular || type == FileType::symlink) {
        enqueue_file({.type = type, .name = source.name, .path = source.path}, &source);
        if (pending_.size() >= pending_count_max) TRY(take_first());
        return {};
    }
    TRY(take_all());
    set_event_stat(source);
    return type == FileType::directory ? import_tree(source) : import_streamed(source);
}

// Kubo tells the argument's own mode and time with each event below it.
void ImportRun::set_event_stat(const ResolvedSource& source) {
    if (!source.info || context_.options.wrap) return outcome_.set_stat({}, {});
    Mtime mtime{.seconds = source.info->mtime_s};
    if (source.info->mtime_ns != 0) mtime.nanoseconds = source.info->mtime_ns;
    outcome_.set_stat(go_mode_of(*source.info), mtime);
}

// A stream or a named pipe. Without a name it goes by its CID.
Result<void> ImportRun::import_streamed(const ResolvedSource& source) {
    if (context_.options.nocopy) {
        return fail(Code::invalid_argument,
                    "missing file path or URL, can't create filestore reference");
    }
    const std::string path = tree_.path_of(source.name);
    const auto on_bytes = [&](uint64_t bytes) { return outcome_.tell_progress(path, bytes); };
    const Stat stat = context_.stat_of(std::nullopt);
    FileLink link;
    if (source.stream != nullptr) {
        link = TRY(import_stream(context_, pool_, *source.stream, stat, on_bytes));
    } else {
        const auto pipe = TRY(open_for_import(context_.env, source.path));
        const ReadBytes read = [&pipe](std::span<uint8_t> out) { return pipe->read(out); };
        link = TRY(import_stream(context_, pool_, read, stat, on_bytes));
    }
    if (link.file_size == 0) TRY(outcome_.tell_progress(path, 0));
    outcome_.result().bytes_read += link.file_size;
    return outcome_.add_file(source.name.empty() ? link.cid.to_text() : source.name, link);
}

Result<void> ImportRun::import_tree(const ResolvedSource& source) {
    TreeWalk walk(context_.env.disk, rules_,
                  {.follows_links = context_.options.dereference_symlinks,
                   .empty_directories = context_.options.empty_directories});
    const bool is_top = !tree_.is_in_directory();
    TRY(walk.begin(source.name, source.path, !is_top));
    has_walked_ = false;
    for (;;) {
        TRY(walk_ahead(walk));
        if (pending_.empty()) break;
        TRY(take_first());
    }
    if (walk_failure_) return std::unexpected(*std::move(walk_failure_));
    if (is_top) return outcome_.finish_tree();
    return {};
}

Result<void> ImportRun::walk_ahead(TreeWalk& walk) {
    while (!has_walked_ && pending_.size() < pending_count_max) {
        TRY(context_.check_cancel());
        auto next = walk.next();
        // What was reached before a failure is imported and told of, as Kubo does.
        std::optional<WalkStep> step;
        if (next) {
            step = *std::move(next);
        } else {
            walk_failure_ = std::move(next).error();
        }
        if (!step) {
            has_walked_ = true;
            submit_open_job();
        } else if (step->kind == WalkStep::Kind::file) {
            enqueue_file(*std::move(step), nullptr);
        } else {
            pending_.push_back({.step = *std::move(step)});
        }
    }
    return {};
}

void ImportRun::enqueue_file(WalkStep step, const ResolvedSource* source) {
    if (!open_job_) {
        open_job_ = std::make_shared<FileJob>();
        open_job_->items.reserve(job_item_count_max);
    }
    open_job_->items.push_back({.path = std::move(step.path),
                                .type = step.type,
                                .follows_links = context_.options.dereference_symlinks});
    step.path.clear();
    pending_.push_back({.step = std::move(step),
                        .job = open_job_,
                        .index = open_job_->items.size() - 1,
                        .source = source});
    if (open_job_->items.size() == job_item_count_max) submit_open_job();
}

void ImportRun::submit_open_job() {
    if (open_job_) submit(std::exchange(open_job_, nullptr));
}

void ImportRun::submit(const std::shared_ptr<FileJob>& job) {
    pool_.submit([this, job] { run_file_job(context_, *job); });
}

Result<void> ImportRun::take_first() {
    Pending first = std::move(pending_.front());
    pending_.pop_front();
    return take(std::move(first));
}

Result<void> ImportRun::take_all() {
    while (!pending_.empty()) TRY(take_first());
    return {};
}

Result<void> ImportRun::take(Pending pending) {
    switch (pending.step.kind) {
        case WalkStep::Kind::begin_directory: {
            std::optional<FileInfo> info;
            if (context_.preserves_stat()) {
                info = TRY(context_.env.disk.find_info(pending.step.path,
                                                       context_.options.dereference_symlinks));
            }
            tree_.begin_directory(std::move(pending.step.name), context_.stat_of(info));
            return {};
        }
        case WalkStep::Kind::end_directory:
            return tree_.end_directory();
        case WalkStep::Kind::file:
            break;
    }
    if (pending.source != nullptr) set_event_stat(*pending.source);
    FileItem* const item = TRY(wait_for(pending));
    const FileLink link = TRY(link_of(*item, tree_.path_of(pending.step.name)));
    return outcome_.add_file(pending.step.name, link);
}

Result<FileItem*> ImportRun::wait_for(const Pending& pending) {
    const std::shared_ptr<FileJob>& job = pending.job;
    if (job == open_job_) submit_open_job();
    for (;;) {
        job->is_done.wait(0);
        ASSERT(job->is_done.load(std::memory_order_acquire) == 1);
        if (pending.index < job->done_count) break;
        // It got long and left the rest.
        job->is_done = 0;
        submit(job);
    }
    FileItem& item = job->items[pending.index];
    TRY(std::move(item.outcome));
    return &item;
}

Result<FileLink> ImportRun::link_of(FileItem& item, const std::string& path) {
    FileLink link = item.link;
    if (item.large) {
        const std::unique_ptr<File> file = std::move(item.large);
        link = TRY(
            import_large_file(context_, pool_, *file, item.path, item.stat,
                              [&](uint64_t bytes) { return outcome_.tell_progress(path, bytes); }));
    } else if (item.type == FileType::regular) {
        TRY(outcome_.tell_progress(path, link.file_size));
    }
    outcome_.result().bytes_read += link.file_size;
    return link;
}

}  // namespace kit::unixfs
