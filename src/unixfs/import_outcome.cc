#include "unixfs/import_outcome.h"

namespace kit::unixfs {

void ImportOutcome::begin() {
    if (context_.options.wrap) tree_.begin_directory("", context_.stat_of(std::nullopt));
}

Result<ImportResult> ImportOutcome::finish() {
    if (context_.options.wrap) {
        TRY(tree_.end_directory());
        TRY(finish_tree());
    }
    TRY(batch_.put());
    result_.bytes_stored = context_.target.bytes_stored;
    return std::move(result_);
}

void ImportOutcome::set_stat(std::optional<uint32_t> mode, std::optional<Mtime> mtime) {
    event_.mode = mode;
    event_.mtime = mtime;
}

Result<void> ImportOutcome::add_file(std::string_view name, const FileLink& link) {
    event_.kind = ImportEvent::Kind::added;
    event_.name = tree_.path_of(name);
    event_.cid = link.cid;
    event_.bytes = 0;
    event_.total_size = link.total_size;
    if (tree_.is_in_directory()) {
        tree_.add(name, link);
    } else {
        result_.roots.push_back(link.cid);
    }
    return on_event_(event_);
}

Result<void> ImportOutcome::tell_progress(const std::string& path, uint64_t bytes) {
    TRY(context_.check_cancel());
    event_.kind = ImportEvent::Kind::progress;
    event_.name = path;
    event_.cid = {};
    event_.bytes = bytes;
    event_.total_size = 0;
    return on_event_(event_);
}

Result<void> ImportOutcome::finish_tree() {
    TRY(batch_.put());
    const TreeBuilder::Directory root =
        TRY(tree_.take_root([this](const TreeBuilder::Directory& directory) {
            event_.kind = ImportEvent::Kind::added;
            event_.name = directory.path;
            event_.cid = directory.cid;
            event_.bytes = 0;
            event_.total_size = directory.total_size;
            return on_event_(event_);
        }));
    result_.roots.push_back(root.cid);
    return {};
}

}  // namespace kit::unixfs
