#include "unixfs/mfs_file.h"

#include <algorithm>

#include "unixfs/mfs_trickle.h"

namespace kit::unixfs {

using formats::Cid;
using formats::Codec;

namespace {

// Go copies in pieces of 32 KiB, and boxo writes when more than 2 MiB are gathered. (Kubo's daemon
// gets pieces as its network reads them, so that beyond 2 MiB its CIDs differ from run to run.)
constexpr size_t gathered_size_bytes_max = 65 * (32 * KiB);

Mtime now_of(const Clock& clock) {
    constexpr int64_t ns_per_s = 1'000'000'000;
    const int64_t now_ns = clock.unix_ns();
    const auto nanoseconds = static_cast<uint32_t>(now_ns % ns_per_s);
    return {.seconds = now_ns / ns_per_s,
            .nanoseconds = nanoseconds == 0 ? std::nullopt : std::optional(nanoseconds)};
}

Result<void> check_type(const UnixFsData& data) {
    if (data.type == NodeType::symlink) {
        return fail(Code::invalid_argument, "symlinks not yet supported");
    }
    if (data.type == NodeType::file || data.type == NodeType::raw) return {};
    return fail(Code::invalid_argument, "unsupported fsnode type for 'file'");
}

}  // namespace

uint64_t FileEditor::Part::size_bytes() const {
    return is_raw ? raw.size() : node.data.file_size.value_or(0);
}

uint64_t FileEditor::size_bytes() const {
    const uint64_t written_end = gathered_.empty() ? 0 : position_ + gathered_.size();
    return std::max(root_.size_bytes(), written_end);
}

Result<FileEditor> FileEditor::open(FileEditorParts parts, const Cid& file, bool raw_leaves) {
    FileEditor editor(std::move(parts));
    editor.root_ = TRY(editor.load(file));
    if (!editor.root_.is_raw) TRY(check_type(editor.root_.node.data));
    editor.form_ = CidForm::of(file);
    editor.raw_leaves_ = raw_leaves;
    return editor;
}

Result<FileEditor::Part> FileEditor::load(const Cid& cid) const {
    Part part{.cid = cid};
    SharedBytes block = TRY(parts_.source.get(cid));
    if (cid.is(Codec::raw)) {
        part.is_raw = true;
        part.raw = std::move(block);
        return part;
    }
    if (!cid.is(Codec::dag_pb)) {
        return fail(Code::unsupported, "dagmodifier only supports unixfs nodes (proto or raw)");
    }
    part.node = TRY(PbFsNode::from_block(cid, block.view()));
    if (part.node.links.size() != part.node.data.block_sizes.size()) {
        return fail(Code::corrupt, "the file node {} has {} links and {} block sizes",
                    cid.to_text(), part.node.links.size(), part.node.data.block_sizes.size());
    }
    return part;
}

Result<FileLink> FileEditor::save(Part& part) {
    FileLink link;
    if (part.is_raw) {
        const ByteView view = part.raw.view();
        link.cid = TRY(cid_in_form(CidForm::of(part.cid), Codec::raw, {&view, 1}));
        link.file_size = link.total_size = view.size();
        TRY(parts_.put(link.cid, to_bytes(view)));
    } else {
        link = TRY(part.node.save(parts_.put));
    }
    part.cid = link.cid;
    return link;
}

Result<FileLink> FileEditor::link_of(const Part& part) const {
    if (part.is_raw) return FileLink{part.cid, part.raw.size(), part.raw.size()};
    FileLink link =
        TRY(part.node.save({.put = [](const Cid&, const Bytes&) -> Result<void> { return {}; }}));
    // A foreign node that nobody changed keeps its own bytes, and so its name.
    link.cid = part.cid;
    return link;
}

void FileEditor::touch(UnixFsData& data) const {
    if (data.mtime) data.mtime = now_of(parts_.clock);
}

Result<void> FileEditor::seek(uint64_t offset_bytes) {
    TRY(flush());
    const uint64_t size = root_.size_bytes();
    if (offset_bytes > size) TRY(grow_by_zeros(offset_bytes - size));
    position_ = offset_bytes;
    return {};
}

Result<void> FileEditor::write(ByteView bytes) {
    while (!bytes.empty()) {
        const size_t size = std::min(bytes.size(), gathered_size_bytes_max - gathered_.size());
        kit::append(gathered_, bytes.first(size));
        bytes = bytes.subspan(size);
        if (gathered_.size() == gathered_size_bytes_max) TRY(flush());
    }
    return {};
}

Result<void> FileEditor::flush() {
    if (gathered_.empty()) return {};
    const uint64_t size = root_.size_bytes();
    if (size < position_) TRY(grow_by_zeros(position_ - size));
    ByteView rest = gathered_;
    TRY(overwrite(root_, position_, rest));
    TRY(parts_.settle());
    if (!rest.empty()) {
        const bool was_raw = root_.is_raw;
        LeafFeed leaves({.form = form_,
                         .raw_leaves = raw_leaves_ || was_raw,
                         .put = parts_.put,
                         .cancel = parts_.cancel},
                        parts_.chunker, rest);
        TRY(append(leaves));
    }
    position_ += gathered_.size();
    gathered_.clear();
    return parts_.settle();
}

Result<void> FileEditor::grow_by_zeros(uint64_t size_bytes) {
    LeafFeed leaves({.form = form_,
                     .raw_leaves = raw_leaves_ || root_.is_raw,
                     .put = parts_.put,
                     .cancel = parts_.cancel},
                    size_bytes);
    TRY(append(leaves));
    return parts_.settle();
}

Result<void> FileEditor::append(LeafFeed& leaves) {
    if (root_.is_raw) {
        // A raw leaf has no children: it becomes the first one of a new root.
        const FileLink leaf{root_.cid, root_.raw.size(), root_.raw.size()};
        root_.is_raw = false;
        root_.raw = {};
        root_.node = {.data = {.type = NodeType::file, .file_size = 0}, .links = {}, .form = form_};
        root_.node.add_part(leaf);
    }
    TRY(append_trickle(parts_.source, root_.node, leaves, now_of(parts_.clock)));
    TRY(save(root_));
    return {};
}

// Writes as much of `rest` as the part has place for, from `offset` on.
Result<void> FileEditor::overwrite(Part& part, uint64_t offset, ByteView& rest) {
    if (part.is_raw) {
        if (offset >= part.raw.size()) return {};
        Bytes bytes = to_bytes(part.raw.view());
        const size_t size = std::min<size_t>(rest.size(), bytes.size() - offset);
        std::copy_n(rest.begin(), size, bytes.begin() + static_cast<ptrdiff_t>(offset));
        rest = rest.subspan(size);
        part.raw = SharedBytes::from(std::move(bytes));
        TRY(save(part));
        return {};
    }
    UnixFsData& data = part.node.data;
    const bool is_leaf = part.node.links.empty();
    const size_t own_size = data.data ? data.data->size() : 0;
    bool is_changed = false;
    if (offset < own_size) {
        const size_t size = std::min<size_t>(rest.size(), own_size - offset);
        std::copy_n(rest.begin(), size, data.data->begin() + static_cast<ptrdiff_t>(offset));
        rest = rest.subspan(size);
        offset += size;
        is_changed = true;
    }
    if (is_leaf) {
        // As boxo does: appending to a leaf touches it too.
        is_changed = is_changed || data.mtime.has_value();
        touch(data);
    }
    if (is_leaf || rest.empty()) {
        if (is_changed) TRY(save(part));
        return {};
    }
    return overwrite_children(part, offset, rest);
}

// DEPARTURE: boxo forgets bytes that a node holds beside its links (a small file of version 0 that
// was appended to has them) and so writes and cuts at the wrong place; here they count.
Result<void> FileEditor::overwrite_children(Part& part, uint64_t offset, ByteView& rest) {
    UnixFsData& data = part.node.data;
    uint64_t begin = data.data ? data.data->size() : 0;
    for (size_t i = 0; i < data.block_sizes.size() && !rest.empty(); ++i) {
        const uint64_t end = begin + data.block_sizes[i];
        if (end > offset) {
            Part child = TRY(load(part.node.links[i].cid));
            if (child.size_bytes() != data.block_sizes[i]) {
                return fail(Code::corrupt, "{} has {} bytes where {} says {}", child.cid.to_text(),
                            child.size_bytes(), part.cid.to_text(), data.block_sizes[i]);
            }
            TRY(overwrite(child, offset - begin, rest));
            part.node.links[i].cid = child.cid;
            offset = end;
        }
        begin = end;
    }
    TRY(save(part));
    return {};
}

Result<void> FileEditor::truncate(uint64_t size_bytes) {
    TRY(flush());
    const uint64_t size = root_.size_bytes();
    if (size_bytes == size) return {};
    if (size_bytes > size) return grow_by_zeros(size_bytes - size);
    TRY(cut(root_, size_bytes));
    TRY(save(root_));
    return parts_.settle();
}

// Leaves `part` with its first bytes; it is not saved, what is below it is.
Result<void> FileEditor::cut(Part& part, uint64_t size_bytes) {
    if (part.is_raw) {
        part.raw = part.raw.slice(0, size_bytes);
        return {};
    }
    UnixFsData& data = part.node.data;
    if (!part.node.links.empty()) return cut_children(part, size_bytes);
    if (data.data) {
        const uint64_t old_size = data.data->size();
        if (size_bytes > old_size) {
            return fail(Code::corrupt, "the leaf {} has fewer bytes than it says",
                        part.cid.to_text());
        }
        data.data->resize(size_bytes);
    }
    data.file_size = size_bytes;
    touch(data);
    part.node.form = {};  // As boxo does: a leaf that was cut has version 0.
    return {};
}

Result<void> FileEditor::cut_children(Part& part, uint64_t size_bytes) {
    PbFsNode& node = part.node;
    uint64_t begin = node.data.data ? node.data.data->size() : 0;
    size_t kept_count = 0;
    if (size_bytes <= begin && begin > 0) {
        node.data.data->resize(size_bytes);
        node.links.clear();
        node.data.block_sizes.clear();
        node.data.file_size = size_bytes;
        return {};
    }
    while (kept_count < node.links.size() &&
           size_bytes >= begin + node.data.block_sizes[kept_count]) {
        begin += node.data.block_sizes[kept_count++];
    }
    if (kept_count == node.links.size()) {
        return fail(Code::corrupt, "the file node {} has fewer bytes than it says",
                    part.cid.to_text());
    }
    // A cut between two parts leaves an empty one behind it, as in boxo.
    Part child = TRY(load(node.links[kept_count].cid));
    TRY(cut(child, size_bytes - begin));
    FileLink link = TRY(save(child));
    link.file_size = size_bytes - begin;
    node.links.resize(kept_count);
    node.data.block_sizes.resize(kept_count);
    node.data.file_size = begin;
    node.add_part(link);
    return {};
}

Result<FileLink> FileEditor::finish() {
    TRY(flush());
    const bool may_collapse = raw_leaves_ && !root_.is_raw && root_.node.links.size() == 1 &&
                              !root_.node.has_stat() && root_.node.links[0].cid.is(Codec::raw);
    // DEPARTURE: boxo collapses over bytes beside the link too, and loses them.
    const bool has_own_bytes = root_.node.data.data && !root_.node.data.data->empty();
    if (may_collapse && !has_own_bytes) {
        const auto leaf = TRY(parts_.source.find(root_.node.links[0].cid));
        if (leaf) return FileLink{root_.node.links[0].cid, leaf->size(), leaf->size()};
    }
    return link_of(root_);
}

}  // namespace kit::unixfs
