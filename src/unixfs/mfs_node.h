// A node of the mutable tree on its way to being another: a dag-pb block opened, changed and saved
// under a new name of the same form (CID version and hash function).
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "blocks/source.h"
#include "formats/cid.h"
#include "formats/dag_pb.h"
#include "unixfs/data.h"
#include "unixfs/fs_node.h"
#include "unixfs/node_maker.h"

namespace kit::unixfs {

// What a node's CID is made with. A node keeps its form while it changes.
struct CidForm {
    int version = 0;
    uint64_t hash_code = 0x12;  // sha2-256.
    static CidForm of(const formats::Cid& cid);
    friend bool operator==(const CidForm&, const CidForm&) = default;
};

// Takes a block that is to be stored; it need not be found before the operation ends.
struct PutBlock {
    std::function<Result<void>(const formats::Cid& cid, Bytes block)> put;
    bool is_data_first = false;  // A node's Data before its links: DagShape::data_first.
    Result<void> operator()(const formats::Cid& cid, Bytes block) const {
        return put(cid, std::move(block));
    }
};

// The CID of a block. What is too long for an identity CID gets sha2-256 instead, as in boxo
// (ipld/unixfs/mod/dagmodifier.go, safePrefixForSize). A raw block has no version 0.
// DEPARTURE: directories too; boxo fails to store them and cannot flush the tree any more.
Result<formats::Cid> cid_in_form(CidForm form, formats::Codec codec,
                                 std::span<const ByteView> pieces);

// A dag-pb node with UnixFS data, taken apart. A value.
struct PbFsNode {
    UnixFsData data;
    std::vector<formats::PbLink> links;
    CidForm form;

    // Fails with corrupt.
    static Result<PbFsNode> from_block(const formats::Cid& cid, ByteView block);
    // For files: adds a link without name with the size of what is below it.
    void add_part(const FileLink& part);
    // Puts the block. Changes nothing here.
    Result<FileLink> save(const PutBlock& put) const;
    bool has_stat() const { return data.mode.value_or(0) != 0 || data.mtime.has_value(); }
    Stat stat() const { return {.mode = data.mode, .mtime = data.mtime}; }
};

}  // namespace kit::unixfs
