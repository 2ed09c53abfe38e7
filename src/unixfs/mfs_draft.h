// A file of the mutable tree that is changed at any place for as long as somebody has it open,
// apart from the tree, which takes it by Mfs::put_file(). Changes are FileEditor's, so that a file
// has the CID that `files write` would give it.
#pragma once

#include <atomic>
#include <memory>

#include "unixfs/mfs.h"
#include "unixfs/mfs_change.h"
#include "unixfs/mfs_file.h"

namespace kit::unixfs {

// One thread. Holds up to 2 MiB of what was written. What it has stored is kept from collections
// while it lives. After a failure nothing but the destructor may be called.
class Mfs::Draft final {
public:
    // `mfs` must outlive it. Fails in Kubo's words for what is no file.
    static Result<std::unique_ptr<Draft>> open(Mfs& mfs, const formats::Cid& file);
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;

    // Past the end the file grows with zeros.
    Result<void> write(uint64_t offset_bytes, ByteView bytes);
    Result<void> truncate(uint64_t size_bytes);
    uint64_t size_bytes() const { return editor_->size_bytes(); }
    // The file as it is now, stored.
    Result<FileLink> save();

private:
    Draft(Mfs& mfs, const formats::Cid& file) : hold_(mfs, file), change_(mfs) {}

    const Hold hold_;
    Change change_;
    const std::atomic<bool> never_ = false;
    std::optional<FileEditor> editor_;
    std::optional<uint64_t> next_offset_bytes_;  // Where a write needs no seek.
};

}  // namespace kit::unixfs
