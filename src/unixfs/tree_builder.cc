#include "unixfs/tree_builder.h"

#include <algorithm>

#include "formats/varint.h"

namespace kit::unixfs {
namespace {

// Go's path.Join: an empty part has no slash.
std::string join_names(const std::string& parent, std::string_view name) {
    if (parent.empty() || name.empty()) return parent + std::string(name);
    return join(parent, name);
}

void append_field(Bytes& out, ByteView field) {
    formats::append_varint(out, field.size());
    append(out, field);
}

uint64_t take_number(ByteView& rest) {
    const auto number = formats::read_protobuf_varint(rest);
    ASSERT(number.has_value());
    rest = rest.subspan(number->size_bytes);
    return number->value;
}

ByteView take_field(ByteView& rest) {
    const uint64_t size = take_number(rest);
    const ByteView field = rest.first(size);
    rest = rest.subspan(size);
    return field;
}

}  // namespace

void TreeBuilder::begin_directory(std::string name, const Stat& stat) {
    folders_.push_back(
        {.name = std::move(name), .stat = stat, .builder = DirectoryBuilder(maker_, shape_)});
}

void TreeBuilder::add(std::string_view name, const FileLink& link) {
    ASSERT(!folders_.empty());
    folders_.back().builder.add(name, link.cid, link.total_size);
}

// A directory's record: its name, CID and size, then the records of those in it with their size
// before them. Kept as bytes, since a tree may have a million directories.
Result<void> TreeBuilder::end_directory() {
    ASSERT(!folders_.empty());
    Folder folder = std::move(folders_.back());
    folders_.pop_back();
    const DirectoryNode node = TRY(folder.builder.finish(folder.stat, batch_));
    if (node.is_sharded) {
        // A sharded directory's links come in the order of their hashes.
        Bytes sorted;
        std::vector<std::pair<uint64_t, ByteView>> parts;
        for (size_t i = 0; i < folder.records.size(); ++i) {
            const size_t begin = folder.records[i].begin;
            const size_t end =
                i + 1 < folder.records.size() ? folder.records[i + 1].begin : folder.told.size();
            parts.emplace_back(hamt_hash(folder.records[i].name),
                               ByteView(folder.told).subspan(begin, end - begin));
        }
        std::ranges::sort(parts, {}, &std::pair<uint64_t, ByteView>::first);
        for (const auto& [hash, record] : parts) append(sorted, record);
        folder.told = std::move(sorted);
    }
    Bytes record;
    append_field(record, as_bytes(folder.name));
    append_field(record, node.cid.bytes());
    formats::append_varint(record, node.total_size);
    append_field(record, folder.told);
    if (folders_.empty()) {
        root_ = std::move(record);
        return {};
    }
    Folder& parent = folders_.back();
    parent.builder.add(folder.name, node.cid, node.total_size);
    parent.records.push_back({.name = std::move(folder.name), .begin = parent.told.size()});
    append(parent.told, record);
    return {};
}

std::string TreeBuilder::path_of(std::string_view name) const {
    std::string path;
    for (const Folder& folder : folders_) path = join_names(path, folder.name);
    return join_names(path, name);
}

Result<TreeBuilder::Directory> TreeBuilder::take_root(
    const std::function<Result<void>(const Directory&)>& tell_one) {
    ASSERT(folders_.empty() && !root_.empty());
    Directory root;
    TRY(tell(root_, "", tell_one, root));
    root_.clear();
    return root;
}

// As deep as the tree, which the walk bounds.
Result<size_t> TreeBuilder::tell(ByteView record, const std::string& parent,
                                 const std::function<Result<void>(const Directory&)>& tell_one,
                                 Directory& last) const {
    ByteView rest = record;
    Directory directory;
    directory.path = join_names(parent, as_text(take_field(rest)));
    directory.cid = TRY(formats::Cid::from_bytes(take_field(rest)));
    directory.total_size = take_number(rest);
    ByteView children = take_field(rest);
    while (!children.empty()) {
        const size_t size = TRY(tell(children, directory.path, tell_one, last));
        children = children.subspan(size);
    }
    TRY(tell_one(directory));
    last = std::move(directory);
    return record.size() - rest.size();
}

}  // namespace kit::unixfs
