#include "unixfs/file_layout.h"

#include "formats/varint.h"

namespace kit::unixfs {
namespace {

// A node to which children are still added; their links are encoded as they come.
class OpenNode final {
public:
    void add(const FileLink& child) {
        append_pb_link(links_, child.cid.bytes(), {}, {}, child.total_size);
        block_sizes_.push_back(4 << 3);
        formats::append_varint(block_sizes_, child.file_size);
        file_size_ += child.file_size;
        total_size_ += child.total_size;
        if (child_count_++ == 0) first_ = child;
    }

    uint64_t child_count() const { return child_count_; }
    const FileLink& first() const { return first_; }

    // Makes the node and leaves this one empty.
    Result<FileLink> close(const LayoutParts& parts, const Stat& stat) {
        Bytes message = encode_unixfs({.type = NodeType::file, .file_size = file_size_});
        append(message, block_sizes_);
        append_stat(message, stat);
        Bytes block = parts.maker.pb_node(links_, message);
        const ByteView view = block;
        FileLink link;
        link.cid = TRY(parts.maker.cid_of(formats::Codec::dag_pb, {&view, 1}));
        link.file_size = file_size_;
        link.total_size = total_size_ + block.size();
        TRY(parts.batch.add(link.cid, std::move(block)));
        links_.clear();
        block_sizes_.clear();
        file_size_ = total_size_ = child_count_ = 0;
        return link;
    }

private:
    Bytes links_;
    Bytes block_sizes_;
    uint64_t file_size_ = 0;
    uint64_t total_size_ = 0;
    uint64_t child_count_ = 0;
    FileLink first_;
};

class BalancedLayout final : public FileLayout {
public:
    explicit BalancedLayout(LayoutParts parts) : parts_(parts) {}

    Result<void> add(const FileLink& leaf) override { return add_at(0, leaf); }

    Result<FileLink> finish(const Stat& stat) override {
        ASSERT(!levels_.empty());
        if (levels_.size() == 1 && levels_[0].child_count() == 1) return levels_[0].first();
        for (size_t level = 0; level + 1 < levels_.size(); ++level) {
            const FileLink node = TRY(levels_[level].close(parts_, {}));
            TRY(add_at(level + 1, node));
        }
        return levels_.back().close(parts_, stat);
    }

private:
    // A full node is closed only when something follows it: the last one may be the root.
    Result<void> add_at(size_t level, const FileLink& child) {
        if (level == levels_.size()) levels_.emplace_back();
        if (levels_[level].child_count() == parts_.links_max) {
            const FileLink node = TRY(levels_[level].close(parts_, {}));
            TRY(add_at(level + 1, node));
        }
        levels_[level].add(child);
        return {};
    }

    const LayoutParts parts_;
    std::vector<OpenNode> levels_;  // From the leaves' parents up.
};

class TrickleLayout final : public FileLayout {
public:
    explicit TrickleLayout(LayoutParts parts) : parts_(parts) {
        stack_.push_back({.depth_max = UINT64_MAX});
    }

    Result<void> add(const FileLink& leaf) override {
        for (;;) {
            Level& top = stack_.back();
            if (top.node.child_count() < parts_.links_max) {
                top.node.add(leaf);
                return {};
            }
            if (top.child_depth < top.depth_max) {
                const uint64_t depth = top.child_depth;
                if (++top.repeat_count == subtrees_per_depth) {
                    top.repeat_count = 0;
                    ++top.child_depth;
                }
                stack_.push_back({.depth_max = depth});
                continue;
            }
            TRY(close_top());
        }
    }

    Result<FileLink> finish(const Stat& stat) override {
        while (stack_.size() > 1) TRY(close_top());
        return stack_.back().node.close(parts_, stat);
    }

private:
    static constexpr uint32_t subtrees_per_depth = 4;

    struct Level {
        OpenNode node = {};
        uint64_t depth_max;
        uint64_t child_depth = 1;   // Of the next subtree.
        uint32_t repeat_count = 0;  // Subtrees of that depth begun.
    };

    Result<void> close_top() {
        const FileLink node = TRY(stack_.back().node.close(parts_, {}));
        stack_.pop_back();
        stack_.back().node.add(node);
        return {};
    }

    const LayoutParts parts_;
    std::vector<Level> stack_;  // From the root to where leaves are added.
};

}  // namespace

std::unique_ptr<FileLayout> balanced_layout(LayoutParts parts) {
    return std::make_unique<BalancedLayout>(parts);
}

std::unique_ptr<FileLayout> trickle_layout(LayoutParts parts) {
    return std::make_unique<TrickleLayout>(parts);
}

}  // namespace kit::unixfs
