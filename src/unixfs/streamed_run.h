// An import of files that come one after the other, as the parts of a request do: each top-level
// entry is a root of its own, directories above a file need not be named before it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "unixfs/import_outcome.h"
#include "unixfs/importer.h"
#include "unixfs/parallel_file.h"

namespace kit::unixfs {

// One thread, the caller's.
class StreamedRun final {
public:
    StreamedRun(ImportContext& context, const DirectoryShape& shape,
                const std::function<Result<void>(const ImportEvent&)>& on_event);
    ~StreamedRun();
    StreamedRun(const StreamedRun&) = delete;
    StreamedRun& operator=(const StreamedRun&) = delete;

    Result<ImportResult> run(const EntryStream& entries);

private:
    struct Told {
        std::string name;  // The last part of the entry's path.
        FileLink link;
        Stat stat;
    };

    struct Awaited {
        std::vector<std::string> names;
        Stat stat;
    };

    Result<void> take(const StreamedEntry& entry);
    Result<void> take_file(const StreamedEntry& entry, std::string name);
    Result<FileLink> import_file(const StreamedEntry& entry, const std::string& path);
    Result<FileLink> import_reference(const StreamedEntry& entry);
    // Ends directories that `folders` is not in and begins those that it is in.
    Result<void> move_to(std::span<const std::string> folders, const Stat& last_stat);
    // Begins the directory that waits for an entry when `names` lie in it, else forgets it.
    Result<void> begin_awaited(std::span<const std::string> names);
    Stat stat_of(const Stat& told) const;
    Result<void> leave();
    // Stores what was packed, and only then tells of it.
    Result<void> settle();

    ImportContext& context_;
    BlockBatch batch_;
    TreeBuilder tree_;
    ImportOutcome outcome_;
    std::vector<std::string> folders_;  // Where the tree is, the wrapping directory left out.
    std::optional<Awaited> awaited_;    // A directory that is left out if it stays empty.
    // Small files lie one behind the other in one buffer, so that they are stored in one batch.
    std::unique_ptr<Buffer> buffer_;
    size_t used_ = 0;
    std::optional<LeafWriter> leaves_;
    std::vector<Told> told_;  // Packed, and not yet told of.
    TaskPool pool_;           // Last, so that its threads end first.
};

}  // namespace kit::unixfs
