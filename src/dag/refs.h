// The links below content, edge by edge: what `ipfs refs` lists, in its order.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "blocks/source.h"
#include "formats/cid.h"

namespace kit::dag {

struct Ref {
    formats::Cid from;
    formats::Cid to;
    std::string link_name;
};

struct RefsOptions {
    bool unique = false;    // Each CID once.
    int64_t depth_max = 1;  // Of the edges' far ends; -1: no bound.
};

// Depth-first, in the order of the links, until `visit` returns false. Every block listed is
// looked for first; a missing one fails with not_found, as in Kubo. Bounds and pruning are those
// of kubo:core/commands/refs.go: with both, a CID met again nearer to a root is not listed again,
// and what the bound had hidden below it is.
Result<void> each_ref(const blocks::Source& source, std::span<const formats::Cid> roots,
                      const RefsOptions& options,
                      const std::function<Result<bool>(const Ref&)>& visit);

}  // namespace kit::dag
