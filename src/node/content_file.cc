#include "node/content_file.h"

#include <algorithm>

#include "unixfs/file_walk.h"

namespace kit::node {

std::shared_ptr<ContentFile::Held::Slot> ContentFile::Held::slot_of(const Cid& cid) const {
    const std::scoped_lock lock(mutex_);
    const auto found = std::ranges::find_if(slots_, [&](const auto& s) { return s->cid == cid; });
    if (found != slots_.end()) {
        std::shared_ptr<Slot> slot = *found;
        slots_.erase(found);
        slots_.push_front(slot);
        return slot;
    }
    slots_.push_front(std::make_shared<Slot>(cid));
    if (slots_.size() > held_block_count_max) slots_.pop_back();
    return slots_.front();
}

Result<std::optional<SharedBytes>> ContentFile::Held::find(const Cid& cid) const {
    const std::shared_ptr<Slot> slot = slot_of(cid);
    const std::scoped_lock lock(slot->mutex);
    if (!slot->block) slot->block = TRY(source_.find(cid));
    return slot->block;
}

Result<std::optional<uint64_t>> ContentFile::Held::find_size(const Cid& cid) const {
    return source_.find_size(cid);
}

Result<std::unique_ptr<ContentFile>> ContentFile::open(Files& files, const Cid& cid) {
    std::unique_ptr<ContentFile> file(new ContentFile(files.tree().source(), cid));
    if (!cid.is(formats::Codec::raw) && !cid.is(formats::Codec::dag_pb)) {
        file->whole_ = TRY(file->held_.get(cid));
        file->size_bytes_ = file->whole_->size();
        return file;
    }
    const unixfs::FileWalk walk = TRY(unixfs::FileWalk::open(file->held_, cid, 0, 0));
    file->size_bytes_ = walk.file_size_bytes();
    return file;
}

Result<std::vector<SharedBytes>> ContentFile::read(uint64_t offset_bytes,
                                                   uint64_t length_bytes) const {
    std::vector<SharedBytes> pieces;
    if (offset_bytes >= size_bytes_ || length_bytes == 0) return pieces;
    const uint64_t length = std::min(length_bytes, size_bytes_ - offset_bytes);
    if (whole_) {
        pieces.push_back(whole_->slice(offset_bytes, length));
        return pieces;
    }
    unixfs::FileWalk walk = TRY(unixfs::FileWalk::open(held_, cid_, offset_bytes, length));
    while (true) {
        auto piece = TRY(walk.next());
        if (!piece) return pieces;
        pieces.push_back(*std::move(piece));
    }
}

}  // namespace kit::node
