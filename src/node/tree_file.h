// A file of the mutable tree that is open, as a mount has it: whoever has it open reads and writes
// the same bytes. The tree gets them when it is told to, so that it never shows half a write.
#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "base/thread_annotations.h"
#include "node/content_file.h"
#include "unixfs/mfs_draft.h"

namespace kit::node {

// Every call is safe from any thread. The node that `files` came from must outlive it. A failure
// to write is remembered: every later call fails with it, so that nobody takes the file for whole.
class TreeFile final {
public:
    // What it holds is kept from collections while it is open. Fails as ContentFile::open().
    static Result<std::unique_ptr<TreeFile>> open(const Files& files, const Cid& cid);

    Result<uint64_t> size_bytes() const;
    // The pieces of [offset, offset + length), fewer bytes only at the end of the file.
    Result<std::vector<SharedBytes>> read(uint64_t offset_bytes, uint64_t length_bytes);
    // Past the end the file grows with zeros.
    Result<void> write(uint64_t offset_bytes, ByteView bytes);
    Result<void> append(ByteView bytes);
    Result<void> truncate(uint64_t size_bytes);
    // What it is now; stored, and not yet in the tree.
    Result<Cid> cid();

    // Puts what was written into the tree, in place of the file at `path`. Fails with not_found
    // when there is none any more; then what was written is in this file alone.
    Result<void> store(std::string_view path);
    // It is `cid` from now on, unless it holds what the tree does not have yet. Whether it was
    // another.
    Result<bool> follow(const Cid& cid);

private:
    TreeFile(const Files& files, Cid cid) : files_(files), cid_(std::move(cid)) {}
    Result<unixfs::Mfs::Draft*> draft_locked() REQUIRES(mutex_);
    Result<void> keep_locked(Result<void> outcome) REQUIRES(mutex_);
    Result<unixfs::FileLink> save_locked() REQUIRES(mutex_);
    Result<void> set_content_locked(const Cid& cid) REQUIRES(mutex_);

    Files files_;
    mutable std::mutex mutex_;
    Cid cid_ GUARDED_BY(mutex_);  // Of `content_`.
    std::unique_ptr<unixfs::Mfs::Hold> hold_ GUARDED_BY(mutex_);
    std::shared_ptr<const ContentFile> content_ GUARDED_BY(mutex_);
    // What is written since store(); null when nothing was.
    std::unique_ptr<unixfs::Mfs::Draft> draft_ GUARDED_BY(mutex_);
    bool is_content_old_ GUARDED_BY(mutex_) = false;  // The draft has other bytes.
    Result<void> failure_ GUARDED_BY(mutex_);
};

}  // namespace kit::node
