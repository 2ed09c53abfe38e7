// Appends to a file as boxo's trickle layout does: first leaves, then four subtrees of each depth.
// boxo:ipld/unixfs/importer/trickle/trickledag.go, Append
#pragma once

#include <atomic>

#include "unixfs/chunker.h"
#include "unixfs/mfs_node.h"

namespace kit::unixfs {

// The leaves that are to be appended, one after the other. One thread.
class LeafFeed final {
public:
    struct Options {
        CidForm form;
        bool raw_leaves = false;
        const PutBlock& put;
        const std::atomic<bool>& cancel;
    };
    // Cuts `bytes`, which must outlive the feed.
    LeafFeed(Options options, const Chunker& chunker, ByteView bytes)
        : options_(options), chunker_(&chunker), rest_(bytes) {}
    // So many zeros, in leaves of 4 KiB.
    LeafFeed(Options options, uint64_t zero_count) : options_(options), zero_count_(zero_count) {}

    bool done() const { return rest_.empty() && zero_count_ == 0; }
    // Not to be called when done().
    Result<FileLink> next();
    const Options& options() const { return options_; }

private:
    Result<FileLink> next_zeros();
    Result<FileLink> make(ByteView bytes) const;

    const Options options_;
    const Chunker* chunker_ = nullptr;
    ByteView rest_;
    uint64_t zero_count_ = 0;
    std::optional<FileLink> zeros_;  // OPTIMIZATION: all full leaves of zeros are one block.
};

// Adds the leaves below `root`, which is not saved. `now` stands in for a time of modification
// that the root has. Fails with corrupt, and in boxo's words where the last subtree is a leaf.
Result<void> append_trickle(const blocks::Source& source, PbFsNode& root, LeafFeed& leaves,
                            const Mtime& now);

}  // namespace kit::unixfs
