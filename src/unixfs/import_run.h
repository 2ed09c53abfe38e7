// One run of an importer: walks the sources, deals files out to threads, and takes the outcomes
// back in the walk's order, so that events and directories do not depend on who was faster.
#pragma once

#include <deque>

#include "base/task_pool.h"
#include "unixfs/file_job.h"
#include "unixfs/import_outcome.h"
#include "unixfs/tree_builder.h"
#include "unixfs/tree_walk.h"

namespace kit::unixfs {

// A source with everything known of it before any byte is read.
struct ResolvedSource {
    std::string name;
    Path path;                     // Empty: a stream.
    std::optional<FileInfo> info;  // Of what `path` is, links followed as the options say.
    const ReadBytes* stream = nullptr;
    size_t position = 0;  // Among the arguments.
};

// One thread, the caller's.
class ImportRun final {
public:
    ImportRun(ImportContext& context, const IgnoreRules& rules, const DirectoryShape& shape,
              const std::function<Result<void>(const ImportEvent&)>& on_event);
    ~ImportRun();
    ImportRun(const ImportRun&) = delete;
    ImportRun& operator=(const ImportRun&) = delete;

    Result<ImportResult> run(const std::vector<ResolvedSource>& sources);

private:
    // A step of the walk whose outcome is still to be taken.
    struct Pending {
        WalkStep step;
        std::shared_ptr<FileJob> job = {};
        size_t index = 0;
        const ResolvedSource* source = nullptr;  // When it is a source by itself.
    };

    Result<void> import_source(const ResolvedSource& source);
    Result<void> import_tree(const ResolvedSource& source);
    Result<void> import_streamed(const ResolvedSource& source);
    Result<void> walk_ahead(TreeWalk& walk);
    void enqueue_file(WalkStep step, const ResolvedSource* source);
    void submit_open_job();
    Result<void> take_first();
    Result<void> take_all();
    Result<void> take(Pending pending);
    void set_event_stat(const ResolvedSource& source);
    Result<FileItem*> wait_for(const Pending& pending);
    Result<FileLink> link_of(FileItem& item, const std::string& path);
    void submit(const std::shared_ptr<FileJob>& job);

    ImportContext& context_;
    const IgnoreRules& rules_;
    BlockBatch batch_;
    TreeBuilder tree_;
    ImportOutcome outcome_;
    std::deque<Pending> pending_;
    bool has_walked_ = true;
    std::optional<Error> walk_failure_;
    std::shared_ptr<FileJob> open_job_;  // Not yet submitted.
    TaskPool pool_;                      // Last, so that its threads end first.
};

}  // namespace kit::unixfs
