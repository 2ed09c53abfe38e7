#include "unixfs/file_walk.h"

#include <algorithm>

#include "base/limits.h"

namespace kit::unixfs {
namespace {

using formats::Cid;

// A metadata node wraps the file that is its first link; nobody makes them any more.
constexpr int metadata_depth_max = 8;
// A child with more content than fits into a block that peers exchange has children of its own.
constexpr uint64_t part_size_bytes_max = limits::block_size_bytes_soft_max;

std::string_view type_name(NodeType type) {
    switch (type) {
        case NodeType::raw:
            return "Raw";
        case NodeType::directory:
            return "Directory";
        case NodeType::file:
            return "File";
        case NodeType::metadata:
            return "Metadata";
        case NodeType::symlink:
            return "Symlink";
        case NodeType::hamt_shard:
            return "HAMTShard";
    }
    return "unknown";
}

struct Root {
    Cid cid;
    FsNode node;
};

Result<Root> unwrap_metadata(const blocks::Source& source, Root root) {
    for (int depth = 0; root.node.data.type == NodeType::metadata; ++depth) {
        if (root.node.pb.links.empty()) {
            return fail(Code::corrupt, "incorrectly formatted metadata object");
        }
        if (depth == metadata_depth_max) {
            return fail(Code::too_large, "{} wraps metadata in metadata more than {} times",
                        root.cid.to_text(), metadata_depth_max);
        }
        root.cid = TRY(cid_of_link(root.node.pb.links.front(), root.cid));
        root.node = TRY(load_node(source, root.cid));
    }
    return root;
}

}  // namespace

Result<FileWalk> FileWalk::open(const blocks::Source& source, const Cid& file,
                                uint64_t offset_bytes, uint64_t length_bytes_max) {
    FsNode node = TRY(load_node(source, file));
    return open(source, file, std::move(node), offset_bytes, length_bytes_max);
}

Result<FileWalk> FileWalk::open(const blocks::Source& source, const Cid& file, FsNode node,
                                uint64_t offset_bytes, uint64_t length_bytes_max) {
    Root root = TRY(unwrap_metadata(source, {file, std::move(node)}));
    if (root.node.is_directory()) {
        return fail(Code::invalid_argument, "this dag node is a directory");
    }
    const bool is_symlink = root.node.data.type == NodeType::symlink;
    if (is_symlink) root.node.pb.links.clear();
    const uint64_t size =
        is_symlink ? root.node.data.data_or_empty().size() : TRY(content_size(root.node, root.cid));
    const uint64_t begin = std::min(offset_bytes, size);
    const uint64_t end = begin + std::min(length_bytes_max, size - begin);
    FileWalk walk(source, size, begin, end);
    walk.first_piece_ = walk.enter(root.cid, std::move(root.node));
    return walk;
}

std::optional<SharedBytes> FileWalk::enter(const Cid& cid, FsNode node) {
    const SharedBytes data = node.share_data();
    const uint64_t from = std::clamp(begin_, position_, position_ + data.size());
    const uint64_t to = std::clamp(end_, from, position_ + data.size());
    const size_t skipped = static_cast<size_t>(from - position_);
    position_ += data.size();
    // DEPARTURE: Kubo's reader passes over the data of a node with links. The specification puts
    // it before the children, and the node's own file size counts it.
    if (!node.pb.links.empty()) {
        frames_.push_back({cid, std::move(node)});
        announce(frames_.back());
    }
    if (from == to) return std::nullopt;
    return data.slice(skipped, static_cast<size_t>(to - from));
}

void FileWalk::announce(const Frame& frame) const {
    std::vector<Cid> cids;
    uint64_t start = position_;
    for (size_t i = 0; i < frame.node.pb.links.size() && start < end_; ++i) {
        const uint64_t size = frame.node.data.block_sizes[i];
        if (size > 0 && start + size > begin_) {
            auto cid = Cid::from_bytes(frame.node.pb.links[i].cid);
            if (cid) cids.push_back(*std::move(cid));
        }
        start += size;
    }
    if (cids.size() > 1) source_->want_soon(cids);
}

Result<FsNode> FileWalk::load_child(const Cid& cid, uint64_t expected_size) const {
    FsNode child = TRY(load_node(*source_, cid));
    if (!child.is_file()) {
        return fail(Code::corrupt, "found {} node in unexpected place: {} is part of a file",
                    type_name(child.data.type), cid.to_text());
    }
    const uint64_t size = TRY(content_size(child, cid));
    if (size != expected_size) {
        return fail(Code::corrupt, "the file node {} has {} bytes where its parent says {}",
                    cid.to_text(), size, expected_size);
    }
    return child;
}

Result<std::optional<FileWalk::Child>> FileWalk::next_child() {
    while (!frames_.empty() && position_ < end_) {
        Frame& frame = frames_.back();
        ASSERT(frame.next_link_index < frame.node.pb.links.size());
        const size_t index = frame.next_link_index++;
        const uint64_t size = frame.node.data.block_sizes[index];
        const bool is_last = frame.next_link_index == frame.node.pb.links.size();
        // An empty child adds nothing, and reading it could go on for ever.
        const bool is_wanted = size > 0 && position_ + size > begin_;
        if (!is_wanted) {
            position_ += size;
            if (is_last) frames_.pop_back();
            continue;
        }
        Cid cid = TRY(cid_of_link(frame.node.pb.links[index], frame.cid));
        // Before its last child a node is done with: a chain of nodes costs no memory.
        if (is_last) frames_.pop_back();
        if (frames_.size() >= limits::file_depth_max) {
            return fail(Code::too_large, "the file is nested deeper than {} nodes at {}",
                        limits::file_depth_max, cid.to_text());
        }
        return Child{std::move(cid), size};
    }
    frames_.clear();
    return std::nullopt;
}

Result<std::optional<SharedBytes>> FileWalk::next() {
    if (first_piece_) return std::exchange(first_piece_, std::nullopt);
    for (;;) {
        const auto child = TRY(next_child());
        if (!child) return std::nullopt;
        FsNode node = TRY(load_child(child->cid, child->size_bytes));
        auto piece = enter(child->cid, std::move(node));
        if (piece) return piece;
    }
}

Result<std::optional<FileWalk::Part>> FileWalk::next_part() {
    if (first_piece_) return Part{.bytes = *std::exchange(first_piece_, std::nullopt), .child = {}};
    for (;;) {
        auto child = TRY(next_child());
        if (!child) return std::nullopt;
        if (child->cid.is(formats::Codec::raw) || child->size_bytes <= part_size_bytes_max) {
            const uint64_t start = std::exchange(position_, position_ + child->size_bytes);
            return Part{.bytes = {},
                        .child = std::move(child->cid),
                        .child_size_bytes = child->size_bytes,
                        .begin = std::max(begin_, start) - start,
                        .end = std::min(end_, position_) - start};
        }
        FsNode node = TRY(load_child(child->cid, child->size_bytes));
        auto piece = enter(child->cid, std::move(node));
        if (piece) return Part{.bytes = *std::move(piece), .child = {}};
    }
}

Result<FileWalk> FileWalk::open_part(const Part& part) const {
    ASSERT(part.child.has_value());
    FsNode node = TRY(load_child(*part.child, part.child_size_bytes));
    FileWalk walk(*source_, part.child_size_bytes, part.begin, part.end);
    walk.first_piece_ = walk.enter(*part.child, std::move(node));
    return walk;
}

}  // namespace kit::unixfs
