// One block read as a file-system node: the frame that everything on the reading side starts from.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "blocks/source.h"
#include "formats/cid.h"
#include "formats/dag_pb.h"
#include "unixfs/data_view.h"

namespace kit::unixfs {

// Views point into `block`, which the node keeps alive; it may be moved, and copied.
struct FsNode {
    SharedBytes block;
    formats::PbNodeView pb;  // Empty for a raw block.
    UnixFsView data;         // A raw block is a file whose data is the whole block.
    bool is_raw = false;

    bool is_directory() const {
        return data.type == NodeType::directory || data.type == NodeType::hamt_shard;
    }
    bool is_file() const { return data.type == NodeType::file || data.type == NodeType::raw; }
    // The data as bytes that outlive the node.
    SharedBytes share_data() const;
    // The block and what its links say of theirs; stays at 2^64-1 rather than overflow.
    uint64_t total_size_bytes() const;
};

// Fails with what the source says, unsupported in Kubo's words ("unknown node type") for a codec
// that holds no files, corrupt for a dag-pb block that is no UnixFS node. Any thread.
Result<FsNode> load_node(const blocks::Source& source, const formats::Cid& cid);
Result<FsNode> parse_node(const formats::Cid& cid, SharedBytes block);

// The CID of a link; fails with corrupt, naming the node that has it.
Result<formats::Cid> cid_of_link(const formats::PbLinkView& link, const formats::Cid& node);

// Tells the source that the blocks of the node's links come next.
void announce_links(const blocks::Source& source, const FsNode& node);

// How many bytes of content the file has, its parts agreeing about it: one block size for each
// link, their sum and the node's own data giving the file size. Fails with corrupt.
Result<uint64_t> content_size(const FsNode& node, const formats::Cid& cid);

}  // namespace kit::unixfs
