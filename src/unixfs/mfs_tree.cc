#include "unixfs/mfs_tree.h"

#include "unixfs/mfs_path.h"
#include "unixfs/reader.h"

namespace kit::unixfs {

using blocks::Source;
using formats::Cid;
using formats::Codec;

namespace {

std::string joined(std::span<const std::string_view> names) {
    std::string path;
    for (const std::string_view name : names) {
        if (!path.empty()) path += '/';
        path += name;
    }
    return path;
}

std::unexpected<Error> fail_file_on_the_way(std::span<const std::string_view> names) {
    return fail(Code::invalid_argument, "cannot access {}: Not a directory", joined(names));
}

}  // namespace

Result<FsNode> load_tree_node(const Source& source, const Cid& cid) {
    if (!cid.is(Codec::raw) && !cid.is(Codec::dag_pb)) {
        TRY(source.get(cid));
        return fail(Code::unsupported, "unrecognized node type in cache node");
    }
    FsNode node = TRY(load_node(source, cid));
    if (node.data.type == NodeType::metadata) {
        return fail(Code::unsupported, "not yet implemented");
    }
    return node;
}

std::unexpected<Error> fail_not_there() {
    return fail(Code::not_found, "file does not exist");
}

Result<MfsTree> MfsTree::load(const Source& source, const DirectoryShape& shape, const Cid& root) {
    MfsTree tree(source, shape);
    FsNode node = TRY(load_node(source, root));
    EditableDirectory directory =
        TRY(EditableDirectory::load(source, shape, root, std::move(node)));
    tree.root_ = std::make_unique<Folder>(nullptr, "", std::move(directory));
    return tree;
}

MfsTree MfsTree::empty(const Source& source, const DirectoryShape& shape, CidForm form) {
    MfsTree tree(source, shape);
    tree.root_ = std::make_unique<Folder>(nullptr, "", EditableDirectory(source, shape, form, {}));
    tree.root_->is_changed = true;
    return tree;
}

Result<std::optional<MfsTree::Child>> MfsTree::find_child(Folder& folder, std::string_view name) {
    const auto open = folder.open.find(name);
    if (open != folder.open.end()) return Child{.folder = open->second.get()};
    const auto link = TRY(folder.directory.find(name));
    if (!link) return std::nullopt;
    FsNode node = TRY(load_tree_node(*source_, link->cid));
    if (node.is_directory()) {
        EditableDirectory directory =
            TRY(EditableDirectory::load(*source_, *shape_, link->cid, std::move(node)));
        auto opened = std::make_unique<Folder>(&folder, std::string(name), std::move(directory));
        Folder* const pointer = opened.get();
        folder.open.emplace(name, std::move(opened));
        return Child{.folder = pointer};
    }
    Child child{.cid = link->cid, .total_size = node.total_size_bytes()};
    child.node = std::move(node);
    return child;
}

Result<std::optional<MfsTree::Child>> MfsTree::find(std::string_view path) {
    const std::vector<std::string_view> names = names_of_mfs_path(path);
    Child child{.folder = root_.get()};
    for (size_t i = 0; i < names.size(); ++i) {
        if (!child.is_folder()) return fail_file_on_the_way(std::span(names).first(i + 1));
        auto next = TRY(find_child(*child.folder, names[i]));
        if (!next) return std::nullopt;
        child = *std::move(next);
    }
    return child;
}

Result<MfsTree::Child> MfsTree::get(std::string_view path) {
    auto child = TRY(find(path));
    if (!child) return fail_not_there();
    return *std::move(child);
}

Result<MfsTree::Folder*> MfsTree::get_folder(std::string_view path) {
    const Child child = TRY(get(path));
    if (!child.is_folder()) return fail(Code::invalid_argument, "{} is not a directory", path);
    return child.folder;
}

Result<void> MfsTree::add(Folder& folder, std::string_view name, const DirectoryEntryLink& link) {
    const auto held = find_child(folder, name);
    if (held && *held) {
        return fail(Code::already_exists, "directory already has entry by that name");
    }
    return set(folder, name, link);
}

Result<void> MfsTree::set(Folder& folder, std::string_view name, const DirectoryEntryLink& link) {
    ASSERT(!folder.open.contains(name));
    TRY(folder.directory.put(name, link));
    linked_.push_back(link.cid);
    mark_changed(folder);
    return {};
}

Result<void> MfsTree::unlink(Folder& folder, std::string_view name) {
    const auto open = folder.open.find(name);
    if (open != folder.open.end()) folder.open.erase(open);
    const bool was_there = TRY(folder.directory.remove(name));
    if (!was_there) return fail_not_there();
    mark_changed(folder);
    return {};
}

Result<MfsTree::Folder*> MfsTree::make_folder(Folder& folder, std::string_view name, CidForm form,
                                              const Stat& stat, const PutBlock& put) {
    EditableDirectory directory(*source_, *shape_, form, stat);
    const FileLink link = TRY(directory.save(put));
    TRY(folder.directory.put(name, {.cid = link.cid, .total_size = link.total_size}));
    auto made = std::make_unique<Folder>(&folder, std::string(name), std::move(directory));
    Folder* const pointer = made.get();
    folder.open.insert_or_assign(std::string(name), std::move(made));
    mark_changed(folder);
    return pointer;
}

Result<void> MfsTree::make_directories(std::string_view path, bool parents, CidForm form,
                                       const PutBlock& put) {
    const std::vector<std::string_view> names = names_of_mfs_path(path);
    if (names.empty()) {
        if (parents) return {};
        return fail(Code::already_exists, "cannot create directory '/': Already exists");
    }
    Folder* folder = root_.get();
    for (size_t i = 0; i + 1 < names.size(); ++i) {
        const auto child = TRY(find_child(*folder, names[i]));
        if (!child && !parents) return fail_not_there();
        if (!child) {
            folder = TRY(make_folder(*folder, names[i], form, {}, put));
            continue;
        }
        if (!child->is_folder()) {
            return fail(Code::invalid_argument, "{} was not a directory",
                        joined(std::span(names).first(i)));
        }
        folder = child->folder;
    }
    // What cannot be read makes way, as in boxo.
    const auto last = find_child(*folder, names.back());
    if (last && *last) {
        if (parents && (*last)->is_folder()) return {};
        return fail(Code::already_exists, "file already exists");
    }
    TRY(make_folder(*folder, names.back(), form, {}, put));
    return {};
}

Result<void> MfsTree::make_parents(std::string_view path, CidForm form, const PutBlock& put) {
    const std::string folder = folder_of_mfs_path(path);
    if (folder == "/") return {};
    return make_directories(folder, true, form, put);
}

void MfsTree::mark_changed(Folder& folder) {
    for (Folder* at = &folder; at != nullptr; at = at->parent) at->is_changed = true;
}

// Depth is that of the paths that users write, which check_mfs_path() bounds.
Result<FileLink> MfsTree::save(Folder& folder, const PutBlock& put) {
    for (auto& [name, child] : folder.open) {
        if (!child->is_changed) continue;
        const FileLink link = TRY(save(*child, put));
        TRY(folder.directory.put(name, {.cid = link.cid, .total_size = link.total_size}));
    }
    FileLink link = TRY(folder.directory.save(put));
    folder.is_changed = false;
    return link;
}

Result<FoundInTree> find_in_tree(const Source& source, const Cid& root, std::string_view path) {
    const DirectoryLookup lookup;
    const std::vector<std::string_view> names = names_of_mfs_path(path);
    FoundInTree found{.cid = root, .node = TRY(load_node(source, root))};
    for (size_t i = 0; i < names.size(); ++i) {
        if (!found.node.is_directory()) {
            return fail_file_on_the_way(std::span(names).first(i + 1));
        }
        auto child = TRY(lookup.find_entry(source, found.cid, names[i]));
        if (!child) return fail_not_there();
        found.node = TRY(load_tree_node(source, *child));
        found.cid = *std::move(child);
    }
    return found;
}

}  // namespace kit::unixfs
