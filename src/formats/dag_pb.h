// dag-pb: a node with named, sized links and opaque data; files and directories are made of it.
// Written in the one canonical form (links first, then data; each link Hash, Name, Tsize); read in
// both field orders. https://ipld.io/specs/codecs/dag-pb/spec/
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/cid.h"

namespace kit::formats {

struct PbLink {
    Cid cid;
    std::string name;         // Written even when empty.
    uint64_t total_size = 0;  // Tsize: the linked DAG's cumulative size in bytes.
    bool has_name = true;     // Whether the block read had the field.
    bool has_total_size = true;
};

struct PbNode {
    std::vector<PbLink> links;
    std::optional<Bytes> data;  // Absent and empty are different blocks.
};

// The canonical bytes. Links are written in the order given: directories sort theirs first.
Bytes encode_dag_pb(const PbNode& node);

// Strict about structure (wire types, repeated fields, order within a link, CIDs), as
// go-codec-dagpb is. Fails with corrupt.
Result<PbNode> decode_dag_pb(ByteView block);

struct PbLinkView {
    ByteView cid;  // Binary and well-formed, not yet parsed.
    std::string_view name;
    uint64_t total_size = 0;
};
struct PbNodeView {
    std::vector<PbLinkView> links;
    std::optional<ByteView> data;
};
// As decode_dag_pb, with views into `block`, which must outlive the result.
Result<PbNodeView> view_dag_pb(ByteView block);
// The CIDs of the links alone, in the order of the block.
Result<std::vector<Cid>> links_of_dag_pb(ByteView block);

// The frame of a node without links, so that a leaf's bytes need no copy: block = head + data + "".
Bytes dag_pb_head_of_data(uint64_t data_size_bytes);

// Exact size of one encoded link, tag and length included (HAMT's "block" estimate needs it).
uint64_t encoded_link_size(uint64_t cid_size_bytes, uint64_t name_size_bytes, uint64_t total_size);

}  // namespace kit::formats
