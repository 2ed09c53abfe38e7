#include "unixfs/mfs_trickle.h"

#include <algorithm>

namespace kit::unixfs {
namespace {

using formats::Cid;
using formats::Codec;

constexpr size_t links_count_max = 174;       // boxo:importer/helpers, DefaultLinksPerBlock.
constexpr int64_t subtrees_per_depth = 4;     // depthRepeat.
constexpr size_t zeros_size_bytes = 4 * KiB;  // boxo:mod, expandSparse.

// Where filling was left off in a node.
struct Left {
    int64_t depth = 0;         // 0: its leaves are not all there.
    int64_t repeat_count = 0;  // Subtrees of that depth begun.
};

Left left_off(const PbFsNode& node) {
    if (node.links.size() < links_count_max) return {};
    const auto subtree_count = static_cast<int64_t>(node.links.size() - links_count_max);
    return {subtree_count / subtrees_per_depth + 1, subtree_count % subtrees_per_depth};
}

class Trickle final {
public:
    Trickle(const blocks::Source& source, LeafFeed& leaves) : source_(source), leaves_(leaves) {}

    Result<void> append(PbFsNode& root, const Mtime& now) {
        TRY(check(root));
        Left left = left_off(root);
        if (left.depth == 0) {
            TRY(fill_leaves(root));
            if (leaves_.done()) {
                if (root.data.mtime) root.data.mtime = now;
                return {};
            }
            ++left.depth;
        }
        TRY(fill_last_child(root, left.depth - 1, left.repeat_count));
        if (!leaves_.done()) ++left.depth;
        return add_subtrees(root, left.depth, INT64_MAX);
    }

private:
    static Result<void> check(const PbFsNode& node) {
        if (node.links.size() == node.data.block_sizes.size()) return {};
        return fail(Code::corrupt, "a node of the file has {} links and {} block sizes",
                    node.links.size(), node.data.block_sizes.size());
    }

    Result<void> fill_leaves(PbFsNode& node) {
        while (node.links.size() < links_count_max && !leaves_.done()) {
            const FileLink leaf = TRY(leaves_.next());
            node.add_part(leaf);
        }
        return {};
    }

    // A new subtree whose own subtrees are less than `depth_max` deep.
    Result<FileLink> make_subtree(int64_t depth_max) {
        PbFsNode node{.data = {.type = NodeType::file, .file_size = 0},
                      .links = {},
                      .form = leaves_.options().form};
        TRY(fill_leaves(node));
        TRY(add_subtrees(node, 1, depth_max));
        return node.save(leaves_.options().put);
    }

    Result<void> add_subtrees(PbFsNode& node, int64_t depth, int64_t depth_max) {
        for (; depth < depth_max && !leaves_.done(); ++depth) {
            for (int64_t i = 0; i < subtrees_per_depth && !leaves_.done(); ++i) {
                const FileLink subtree = TRY(make_subtree(depth));
                node.add_part(subtree);
            }
        }
        return {};
    }

    // The last subtree may not be full: it is filled before new ones are begun.
    Result<void> fill_last_child(PbFsNode& node, int64_t depth, int64_t repeat_count) {
        if (node.links.size() <= links_count_max) return {};
        const Cid cid = node.links.back().cid;
        if (!cid.is(Codec::dag_pb))
            return fail(Code::invalid_argument, "expected protobuf dag node");
        const SharedBytes block = TRY(source_.get(cid));
        PbFsNode child = TRY(PbFsNode::from_block(cid, block.view()));
        // May be -1: then leaves are filled and nothing else.
        TRY(append_below(child, depth - 1));
        const uint64_t old_size = node.data.block_sizes.back();
        node.links.pop_back();
        node.data.block_sizes.pop_back();
        node.data.file_size = node.data.file_size.value_or(0) - old_size;
        const FileLink link = TRY(child.save(leaves_.options().put));
        node.add_part(link);
        if (repeat_count == 0) return {};
        for (; repeat_count < subtrees_per_depth && !leaves_.done(); ++repeat_count) {
            const FileLink subtree = TRY(make_subtree(depth));
            node.add_part(subtree);
        }
        return {};
    }

    Result<void> append_below(PbFsNode& node, int64_t depth_max) {
        if (depth_max == 0 || leaves_.done()) return {};
        TRY(check(node));
        Left left = left_off(node);
        if (left.depth == 0) {
            TRY(fill_leaves(node));
            ++left.depth;
        }
        if (left.depth == depth_max) return {};
        TRY(fill_last_child(node, left.depth, left.repeat_count));
        if (!leaves_.done()) ++left.depth;
        return add_subtrees(node, left.depth, depth_max);
    }

    const blocks::Source& source_;
    LeafFeed& leaves_;
};

}  // namespace

Result<FileLink> LeafFeed::next() {
    ASSERT(!done());
    if (options_.cancel.load(std::memory_order_relaxed)) {
        return fail(Code::cancelled, "writing was cancelled");
    }
    if (zero_count_ > 0) return next_zeros();
    const size_t size = chunker_->cut(rest_);
    const ByteView chunk = rest_.first(size);
    rest_ = rest_.subspan(size);
    return make(chunk);
}

Result<FileLink> LeafFeed::next_zeros() {
    const size_t size = static_cast<size_t>(std::min<uint64_t>(zero_count_, zeros_size_bytes));
    zero_count_ -= size;
    if (size == zeros_size_bytes && zeros_) return *zeros_;
    const Bytes zeros(size);
    FileLink leaf = TRY(make(zeros));
    if (size == zeros_size_bytes) zeros_ = leaf;
    return leaf;
}

Result<FileLink> LeafFeed::make(ByteView bytes) const {
    FileLink leaf;
    leaf.file_size = bytes.size();
    if (options_.raw_leaves) {
        leaf.cid = TRY(cid_in_form(options_.form, Codec::raw, {&bytes, 1}));
        leaf.total_size = bytes.size();
        TRY(options_.put(leaf.cid, to_bytes(bytes)));
        return leaf;
    }
    const LeafFrame frame = frame_unixfs_data(NodeType::raw, bytes.size(), {});
    Bytes block;
    block.reserve(frame.head.size() + bytes.size() + frame.tail.size());
    kit::append(block, frame.head);
    kit::append(block, bytes);
    kit::append(block, frame.tail);
    const ByteView view = block;
    leaf.cid = TRY(cid_in_form(options_.form, Codec::dag_pb, {&view, 1}));
    leaf.total_size = block.size();
    TRY(options_.put(leaf.cid, std::move(block)));
    return leaf;
}

Result<void> append_trickle(const blocks::Source& source, PbFsNode& root, LeafFeed& leaves,
                            const Mtime& now) {
    return Trickle(source, leaves).append(root, now);
}

}  // namespace kit::unixfs
