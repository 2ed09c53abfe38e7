// The entries of a directory whose root block is at hand already.
#pragma once

#include <functional>

#include "blocks/source.h"
#include "unixfs/fs_node.h"
#include "unixfs/reader.h"

namespace kit::unixfs {

using VisitEntry = std::function<Result<bool>(const Entry&)>;

// As each_entry(), for any node: what is no sharded directory shows its links.
Result<void> visit_entries(const blocks::Source& source, const formats::Cid& cid, FsNode node,
                           const VisitEntry& visit);

}  // namespace kit::unixfs
