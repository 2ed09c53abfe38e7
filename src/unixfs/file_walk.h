// Walks a file's DAG and gives the pieces of its content in order, each as it lies in its block.
// Balanced and trickle layouts, raw and dag-pb leaves look the same from here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "blocks/source.h"
#include "formats/cid.h"
#include "unixfs/fs_node.h"

namespace kit::unixfs {

// One walk over [offset, offset + length) of a file. Blocks outside the range are not read, except
// the nodes on the way. Every node must bear out the size that its parent gave for it, so neither a
// wrong byte nor an endless walk over empty nodes comes of a malformed DAG. One thread at a time;
// `source` must outlive the walk.
class FileWalk final {
public:
    // Reads the root. A symlink's content is its target, as in Kubo. Fails with invalid_argument
    // for a directory ("this dag node is a directory").
    static Result<FileWalk> open(const blocks::Source& source, const formats::Cid& file,
                                 uint64_t offset_bytes, uint64_t length_bytes_max);
    static Result<FileWalk> open(const blocks::Source& source, const formats::Cid& file,
                                 FsNode root, uint64_t offset_bytes, uint64_t length_bytes_max);

    // The next piece, never empty; nullopt at the end. Not to be called after a failure.
    Result<std::optional<SharedBytes>> next();

    // A run of the content: bytes at hand, or a child whose block nobody has read yet.
    struct Part {
        SharedBytes bytes;
        std::optional<formats::Cid> child;
        uint64_t child_size_bytes = 0;
        uint64_t begin = 0;  // Of the child's content, what is wanted.
        uint64_t end = 0;
    };
    // As next(), but what is small enough to be a leaf is left to open_part(): parts of one walk
    // are read on several threads. Not to be mixed with next().
    Result<std::optional<Part>> next_part();
    // A walk over a part that has a child. Any thread, also while next_part() runs.
    Result<FileWalk> open_part(const Part& part) const;

    // Of the whole file, whatever the range.
    uint64_t file_size_bytes() const { return file_size_bytes_; }
    // Of the part that the walk gives.
    uint64_t range_size_bytes() const { return end_ - begin_; }
    // Whether next() has no more to give.
    bool at_end() const { return position_ >= end_ && !first_piece_; }

private:
    // An inner node with children to come.
    struct Frame {
        formats::Cid cid;
        FsNode node;
        size_t next_link_index = 0;
    };

    FileWalk(const blocks::Source& source, uint64_t file_size, uint64_t begin, uint64_t end)
        : source_(&source), file_size_bytes_(file_size), begin_(begin), end_(end) {}

    struct Child {
        formats::Cid cid;
        uint64_t size_bytes;
    };
    // The next child with wanted content, the position standing where its content starts.
    Result<std::optional<Child>> next_child();
    // Tells the source of the children with wanted content.
    void announce(const Frame& frame) const;
    // Takes over a node whose size is known to be right; gives the part of its data in the range.
    std::optional<SharedBytes> enter(const formats::Cid& cid, FsNode node);
    Result<FsNode> load_child(const formats::Cid& cid, uint64_t expected_size) const;

    const blocks::Source* source_;
    uint64_t file_size_bytes_;
    uint64_t begin_;
    uint64_t end_;
    uint64_t position_ = 0;  // In the file: where the next node's content starts.
    std::vector<Frame> frames_;
    std::optional<SharedBytes> first_piece_;
};

}  // namespace kit::unixfs
