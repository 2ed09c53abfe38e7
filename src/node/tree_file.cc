#include "node/tree_file.h"

namespace kit::node {

using unixfs::FileLink;
using unixfs::Mfs;

Result<std::unique_ptr<TreeFile>> TreeFile::open(const Files& files, const Cid& cid) {
    std::unique_ptr<TreeFile> file(new TreeFile(files, cid));
    const std::scoped_lock lock(file->mutex_);
    TRY(file->set_content_locked(cid));
    return file;
}

Result<void> TreeFile::set_content_locked(const Cid& cid) {
    auto hold = std::make_unique<Mfs::Hold>(files_.tree(), cid);
    content_ = TRY(ContentFile::open(files_, cid));
    hold_ = std::move(hold);
    cid_ = cid;
    is_content_old_ = false;
    return {};
}

Result<uint64_t> TreeFile::size_bytes() const {
    const std::scoped_lock lock(mutex_);
    TRY(failure_);
    return draft_ ? draft_->size_bytes() : content_->size_bytes();
}

Result<std::vector<SharedBytes>> TreeFile::read(uint64_t offset_bytes, uint64_t length_bytes) {
    std::shared_ptr<const ContentFile> content;
    {
        const std::scoped_lock lock(mutex_);
        TRY(failure_);
        if (is_content_old_) TRY(save_locked());
        content = content_;
    }
    return content->read(offset_bytes, length_bytes);
}

// Nothing may be asked of a draft that has failed.
Result<void> TreeFile::keep_locked(Result<void> outcome) {
    is_content_old_ = true;
    if (!outcome) {
        failure_ = outcome;
        draft_ = nullptr;
    }
    return outcome;
}

Result<Mfs::Draft*> TreeFile::draft_locked() {
    TRY(failure_);
    if (!draft_) draft_ = TRY(Mfs::Draft::open(files_.tree(), cid_));
    return draft_.get();
}

Result<void> TreeFile::write(uint64_t offset_bytes, ByteView bytes) {
    const std::scoped_lock lock(mutex_);
    Mfs::Draft* const draft = TRY(draft_locked());
    return keep_locked(draft->write(offset_bytes, bytes));
}

Result<void> TreeFile::append(ByteView bytes) {
    const std::scoped_lock lock(mutex_);
    Mfs::Draft* const draft = TRY(draft_locked());
    return keep_locked(draft->write(draft->size_bytes(), bytes));
}

Result<void> TreeFile::truncate(uint64_t size_bytes) {
    const std::scoped_lock lock(mutex_);
    TRY(failure_);
    if (!draft_ && content_->size_bytes() == size_bytes) return {};
    Mfs::Draft* const draft = TRY(draft_locked());
    return keep_locked(draft->truncate(size_bytes));
}

// Stores the draft, and shows what it holds.
Result<FileLink> TreeFile::save_locked() {
    auto saved = draft_->save();
    if (!saved) {
        TRY(keep_locked(std::unexpected(saved.error())));
    }
    TRY(set_content_locked(saved->cid));
    return *std::move(saved);
}

Result<Cid> TreeFile::cid() {
    const std::scoped_lock lock(mutex_);
    TRY(failure_);
    if (is_content_old_) TRY(save_locked());
    return cid_;
}

Result<void> TreeFile::store(std::string_view path) {
    const std::scoped_lock lock(mutex_);
    TRY(failure_);
    if (!draft_) return {};
    const FileLink link = TRY(save_locked());
    const bool was_there = TRY(files_.tree().put_file(path, link));
    if (!was_there) {
        return fail(Code::not_found, "the file {} was removed while it was written", path);
    }
    draft_ = nullptr;
    return {};
}

Result<bool> TreeFile::follow(const Cid& cid) {
    const std::scoped_lock lock(mutex_);
    TRY(failure_);
    if (draft_ || cid == cid_) return false;
    TRY(set_content_locked(cid));
    return true;
}

}  // namespace kit::node
