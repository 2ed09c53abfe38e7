#include "unixfs/mfs_draft.h"

namespace kit::unixfs {

using formats::Cid;

Result<std::unique_ptr<Mfs::Draft>> Mfs::Draft::open(Mfs& mfs, const Cid& file) {
    std::unique_ptr<Draft> draft(new Draft(mfs, file));
    Change& change = draft->change_;
    const bool raw_leaves = file.version() > 0;
    FileEditor editor = TRY(FileEditor::open({.source = mfs.source_,
                                              .put = change.put(),
                                              .settle = [&change] { return change.settle(); },
                                              .chunker = *mfs.chunker_,
                                              .clock = mfs.env_.clock,
                                              .cancel = draft->never_},
                                             file, raw_leaves));
    draft->editor_.emplace(std::move(editor));
    return draft;
}

Result<void> Mfs::Draft::write(uint64_t offset_bytes, ByteView bytes) {
    if (next_offset_bytes_ != offset_bytes) TRY(editor_->seek(offset_bytes));
    next_offset_bytes_ = offset_bytes + bytes.size();
    return editor_->write(bytes);
}

Result<void> Mfs::Draft::truncate(uint64_t size_bytes) {
    next_offset_bytes_ = std::nullopt;
    return editor_->truncate(size_bytes);
}

Result<FileLink> Mfs::Draft::save() {
    FileLink link = TRY(editor_->finish());
    TRY(change_.settle());
    return link;
}

}  // namespace kit::unixfs
