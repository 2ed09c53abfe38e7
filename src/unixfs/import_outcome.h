// What an import tells of as it goes, and what it gives in the end: events with the path from the
// argument's own name on, roots in their order.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "unixfs/file_import.h"
#include "unixfs/tree_builder.h"

namespace kit::unixfs {

// One thread, the import's own. Everything given must outlive it.
class ImportOutcome final {
public:
    ImportOutcome(const ImportContext& context, TreeBuilder& tree, BlockBatch& batch,
                  const std::function<Result<void>(const ImportEvent&)>& on_event)
        : context_(context), tree_(tree), batch_(batch), on_event_(on_event) {}

    // Before everything else: begins the directory that wraps all, where the options want one.
    void begin();
    // What is said with every event from now on.
    void set_stat(std::optional<uint32_t> mode, std::optional<Mtime> mtime);
    // Into the directory that the tree is in, or as a root.
    Result<void> add_file(std::string_view name, const FileLink& link);
    // Also fails with cancelled when the import is to end.
    Result<void> tell_progress(const std::string& path, uint64_t bytes);
    // Tells of the outermost directory and all below it, once they are stored.
    Result<void> finish_tree();

    // After everything else: ends the wrapping directory and stores what is left.
    Result<ImportResult> finish();

    ImportResult& result() { return result_; }

private:
    const ImportContext& context_;
    TreeBuilder& tree_;
    BlockBatch& batch_;
    const std::function<Result<void>(const ImportEvent&)>& on_event_;
    ImportEvent event_;  // Reused; its mode and time are the source's.
    ImportResult result_;
};

}  // namespace kit::unixfs
