// Changes a file in place, as boxo's DagModifier does, so that the CIDs are Kubo's: overwriting
// rewrites the leaves touched and the nodes above them, appending lays new leaves out as a trickle
// tree whatever the file was, and a gap is filled with zeros in leaves of 4 KiB. No more of the
// file is read than the way to the bytes that change.
// boxo:ipld/unixfs/mod/dagmodifier.go, ipld/unixfs/importer/trickle/trickledag.go
#pragma once

#include <atomic>

#include "base/env.h"
#include "unixfs/chunker.h"
#include "unixfs/mfs_node.h"

namespace kit::unixfs {

// What a change works with; all of it outlives the editor.
struct FileEditorParts {
    const blocks::Source& source;
    PutBlock put;
    // Makes what was put findable in `source`.
    std::function<Result<void>()> settle;
    const Chunker& chunker;
    Clock& clock;
    const std::atomic<bool>& cancel;
};

// One thread. After a failure nothing but the destructor may be called.
class FileEditor final {
public:
    // Fails in Kubo's words for what is no file ("symlinks not yet supported").
    static Result<FileEditor> open(FileEditorParts parts, const formats::Cid& file,
                                   bool raw_leaves);

    // Where the next write() goes. Past the end the file grows with zeros.
    Result<void> seek(uint64_t offset_bytes);
    // Bytes are gathered and written about every 2 MiB: where boxo cuts, because cuts decide CIDs.
    Result<void> write(ByteView bytes);
    Result<void> truncate(uint64_t size_bytes);
    uint64_t size_bytes() const;
    // The file as it is now, which may be changed further. A lone raw leaf without metadata is the
    // file itself.
    Result<FileLink> finish();

private:
    // A node of the file: a raw leaf or anything else.
    struct Part {
        formats::Cid cid;
        bool is_raw = false;
        SharedBytes raw = {};
        PbFsNode node = {};
        uint64_t size_bytes() const;
    };

    explicit FileEditor(FileEditorParts parts) : parts_(std::move(parts)) {}
    Result<Part> load(const formats::Cid& cid) const;
    Result<FileLink> save(Part& part);
    Result<FileLink> link_of(const Part& part) const;
    Result<void> flush();
    Result<void> grow_by_zeros(uint64_t size_bytes);
    Result<void> append(class LeafFeed& leaves);
    Result<void> overwrite(Part& part, uint64_t offset, ByteView& rest);
    Result<void> overwrite_children(Part& part, uint64_t offset, ByteView& rest);
    Result<void> cut(Part& part, uint64_t size_bytes);
    Result<void> cut_children(Part& part, uint64_t size_bytes);
    void touch(UnixFsData& data) const;

    FileEditorParts parts_;
    Part root_;
    CidForm form_;  // Of new nodes: the file's own when it was opened.
    bool raw_leaves_ = false;
    uint64_t position_ = 0;  // Where `gathered_` begins.
    Bytes gathered_;
};

}  // namespace kit::unixfs
