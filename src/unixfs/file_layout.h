// Builds the tree over a file's leaves while they come, so that a file of any size costs one
// unfinished node per level and no more. https://specs.ipfs.tech/unixfs/#layout
#pragma once

#include <memory>
#include <vector>

#include "unixfs/node_maker.h"

namespace kit::unixfs {

// One thread. Leaves come in the order of their bytes.
class FileLayout {
public:
    virtual ~FileLayout() = default;
    virtual Result<void> add(const FileLink& leaf) = 0;
    // The root, which says `stat` of the file unless it is itself the only leaf.
    virtual Result<FileLink> finish(const Stat& stat) = 0;
};

// What every node of a file needs.
struct LayoutParts {
    const NodeMaker& maker;
    BlockBatch& batch;  // Takes the inner nodes.
    uint32_t links_max;
};

// All leaves equally deep, every node but the last of its level full; a single leaf is the root.
std::unique_ptr<FileLayout> balanced_layout(LayoutParts parts);
// A node holds leaves first, then four subtrees each of depth 1, 2, ...: the beginning of a stream
// is near the root. The root is never a leaf.
std::unique_ptr<FileLayout> trickle_layout(LayoutParts parts);

}  // namespace kit::unixfs
