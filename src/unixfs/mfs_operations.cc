// The operations on the mutable tree but for writing, step by step as boxo's (mfs/ops.go) and
// Kubo's (core/commands/files.go), so that trees and failures are theirs.
#include "unixfs/mfs.h"
#include "unixfs/mfs_change.h"
#include "unixfs/mfs_path.h"

namespace kit::unixfs {

using formats::Cid;
using formats::Codec;

namespace {

using Folder = MfsTree::Folder;
using Child = MfsTree::Child;

DirectoryEntryLink link_to(const FoundInTree& node) {
    return {.cid = node.cid, .total_size = node.node.total_size_bytes()};
}

Result<void> put_node(MfsTree& tree, std::string_view path, const FoundInTree& node) {
    const SplitPath split = split_mfs_path(path);
    if (split.name.empty()) {
        return fail(Code::invalid_argument, "cannot create file with empty name");
    }
    Folder* const folder = TRY(tree.get_folder(split.folder));
    return tree.add(*folder, split.name, link_to(node));
}

Result<void> unlink_file(MfsTree& tree, std::string_view path) {
    const SplitPath split = split_mfs_path(path);
    const auto parent = TRY(tree.find(split.folder));
    if (!parent) return {};
    if (!parent->is_folder()) {
        return fail(Code::invalid_argument, "not a directory: {}", split.folder);
    }
    const auto child = tree.find_child(*parent->folder, split.name);
    if (!child || !*child) return {};
    if ((*child)->is_folder()) return fail(Code::invalid_argument, "not a file: {}", path);
    return tree.unlink(*parent->folder, split.name);
}

// What Kubo's flush makes of a file that it has put somewhere: a node without metadata over one
// raw leaf becomes the leaf.
Result<FoundInTree> flushed(const blocks::Source& source, const FoundInTree& node) {
    if (node.node.is_directory() || node.node.is_raw) return node;
    if (node.node.data.type == NodeType::symlink) {
        return fail(Code::invalid_argument, "symlinks not yet supported");
    }
    const bool may_collapse = node.cid.version() > 0 && node.node.pb.links.size() == 1 &&
                              !node.node.data.mode && !node.node.data.mtime &&
                              node.node.data.data_or_empty().empty();
    if (!may_collapse) return node;
    Cid leaf = TRY(cid_of_link(node.node.pb.links[0], node.cid));
    if (!leaf.is(Codec::raw)) return node;
    auto block = TRY(source.find(leaf));
    if (!block) return node;
    FsNode leaf_node = TRY(parse_node(leaf, *std::move(block)));
    return FoundInTree{.cid = std::move(leaf), .node = std::move(leaf_node)};
}

bool is_below(const Folder* folder, const Folder* above) {
    for (; folder != nullptr; folder = folder->parent) {
        if (folder == above) return true;
    }
    return false;
}

Result<DirectoryEntryLink> link_of(MfsTree& tree, const Child& child, const PutBlock& put) {
    if (!child.is_folder()) {
        return DirectoryEntryLink{.cid = child.cid, .total_size = child.total_size};
    }
    Folder& folder = *child.folder;
    const FileLink saved = TRY(tree.save(folder, put));
    DirectoryEntryLink link{.cid = saved.cid, .total_size = saved.total_size};
    if (folder.parent != nullptr) TRY(folder.parent->directory.put(folder.name, link));
    return link;
}

Result<void> move_node(MfsTree& tree, std::string_view from, std::string_view to,
                       const PutBlock& put) {
    const SplitPath source = split_mfs_path(from);
    SplitPath target = split_mfs_path(to);
    if (target.name.empty()) target.name = source.name;
    Folder* target_folder = TRY(tree.get_folder(target.folder));
    Folder* const source_folder = TRY(tree.get_folder(source.folder));
    const auto moved = TRY(tree.find_child(*source_folder, source.name));
    if (!moved) return fail_not_there();
    const auto there = TRY(tree.find_child(*target_folder, target.name));
    if (there && there->is_folder()) {
        target_folder = there->folder;
        target.name = source.name;
    }
    // DEPARTURE: boxo loses a directory that is moved into itself.
    if (moved->is_folder() && is_below(target_folder, moved->folder)) {
        return fail(Code::invalid_argument, "cannot move {} into itself", from);
    }
    const DirectoryEntryLink link = TRY(link_of(tree, *moved, put));
    if (there && !there->is_folder()) TRY(tree.unlink(*target_folder, target.name));
    if (source_folder == target_folder && source.name == target.name) {
        // A file onto itself has just gone; what is there still has the name.
        return tree.add(*target_folder, target.name, link);
    }
    TRY(tree.add(*target_folder, target.name, link));
    // Kubo's rule: it compares the names of the folders, not the folders, and then copies.
    const bool is_root_alone = source_folder->parent == nullptr || target_folder->parent == nullptr;
    if (source.name == target.name &&
        (source_folder == target_folder ||
         (!is_root_alone && source_folder->name == target_folder->name))) {
        return {};
    }
    return tree.unlink(*source_folder, source.name);
}

Result<Folder*> parent_of(MfsTree& tree, std::string_view folder) {
    const Child parent = TRY(tree.get(folder));
    if (!parent.is_folder()) {
        return fail(Code::invalid_argument,
                    "expected *mfs.Directory, didn't get it. This is likely a race condition");
    }
    return parent.folder;
}

Result<void> remove_node(MfsTree& tree, std::string_view path, bool recursive, bool force) {
    if (path == "/") return fail(Code::invalid_argument, "cannot delete root");
    if (path.ends_with('/')) path.remove_suffix(1);
    const SplitPath split = split_mfs_path(path);
    const auto parent = TRY(tree.find(split.folder));
    if (!parent) {
        if (force) return {};
        return fail_not_there();
    }
    Folder* const folder = TRY(parent_of(tree, split.folder));
    if (force) {
        const auto held = TRY(folder->directory.find(split.name));
        if (!held && !folder->open.contains(split.name)) return {};
        return tree.unlink(*folder, split.name);
    }
    const auto child = TRY(tree.find_child(*folder, split.name));
    if (!child) return fail_not_there();
    if (child->is_folder() && !recursive) {
        return fail(Code::invalid_argument, "path is a directory, use -r to remove directories");
    }
    return tree.unlink(*folder, split.name);
}

// A file with other metadata. boxo:mfs/file.go, SetMode and SetModTime: a raw leaf is wrapped, and
// then has version 0.
Result<void> set_file_stat(MfsTree& tree, std::string_view path, const Child& file,
                           const std::function<void(Stat&)>& edit, const PutBlock& put) {
    PbFsNode node;
    if (file.node.is_raw) {
        node.data = {.type = NodeType::file,
                     .data = to_bytes(file.node.block.view()),
                     .file_size = file.node.block.size()};
    } else {
        node = TRY(PbFsNode::from_block(file.cid, file.node.block.view()));
    }
    Stat stat = node.stat();
    edit(stat);
    node.data.mode = stat.mode;
    node.data.mtime = stat.mtime;
    const FileLink link = TRY(node.save(put));
    const SplitPath split = split_mfs_path(path);
    Folder* const folder = TRY(tree.get_folder(split.folder));
    return tree.set(*folder, split.name, {.cid = link.cid, .total_size = link.total_size});
}

Result<void> set_stat(MfsTree& tree, std::string_view path, const std::function<void(Stat&)>& edit,
                      const PutBlock& put) {
    path = without_end_slashes(path);
    const Child child = TRY(tree.get(path));
    if (!child.is_folder()) return set_file_stat(tree, path, child, edit, put);
    Stat stat = child.folder->directory.stat();
    edit(stat);
    child.folder->directory.set_stat(stat);
    MfsTree::mark_changed(*child.folder);
    return {};
}

}  // namespace

Result<void> Mfs::make_directory(std::string_view path, const MakeDirectory& options) {
    Change blocks_of(*this);
    const std::scoped_lock lock(mutex_);
    TRY(load_locked());
    TRY(count_locked(options.flush));
    return change_locked(blocks_of, options.flush, [&](MfsTree& tree, const PutBlock& put) {
        return tree.make_directories(path, options.parents, options.form, put);
    });
}

Result<void> Mfs::copy(std::string_view path, const FoundInTree& node, const Copy& options) {
    Change blocks_of(*this);
    const std::scoped_lock lock(mutex_);
    TRY(load_locked());
    Result<void> not_flushed;
    TRY(change_locked(
        blocks_of, options.flush, [&](MfsTree& tree, const PutBlock& put) -> Result<void> {
            if (options.parents) TRY(tree.make_parents(path, options.form, put));
            if (options.force) {
                auto unlinked = unlink_file(tree, path);
                if (!unlinked) {
                    return fail(unlinked.error().code, "cp: cannot unlink existing file: {}",
                                unlinked.error().to_text());
                }
            }
            TRY(count_locked(options.flush));
            Result<FoundInTree> placed = node;
            if (options.flush == Flush::yes) {
                placed = flushed(source_, node);
                if (!placed) {
                    not_flushed =
                        fail(placed.error().code, "cp: cannot flush the created file {}: {}", path,
                             placed.error().to_text());
                    placed = node;
                }
            }
            auto done = put_node(tree, path, *placed);
            if (done) return {};
            return fail(done.error().code, "cp: cannot put node in path {}: {}", path,
                        done.error().to_text());
        }));
    return not_flushed;
}

Result<void> Mfs::put(std::string_view path, const FoundInTree& node) {
    return change(Flush::yes,
                  [&](MfsTree& tree, const PutBlock&) { return put_node(tree, path, node); });
}

Result<void> Mfs::move(std::string_view from, std::string_view to, Flush flush) {
    Change blocks_of(*this);
    const std::scoped_lock lock(mutex_);
    TRY(load_locked());
    TRY(count_locked(flush));
    return change_locked(blocks_of, flush, [&](MfsTree& tree, const PutBlock& put) {
        return move_node(tree, from, to, put);
    });
}

Result<void> Mfs::remove(std::string_view path, bool recursive, bool force) {
    return change(Flush::yes, [&](MfsTree& tree, const PutBlock&) {
        return remove_node(tree, path, recursive, force);
    });
}

Result<void> Mfs::set_form(std::string_view path, CidForm form, Flush flush) {
    return change(flush, [&](MfsTree& tree, const PutBlock&) -> Result<void> {
        const Child child = TRY(tree.get(path));
        if (!child.is_folder()) {
            return fail(Code::invalid_argument, "can only update directories");
        }
        child.folder->directory.set_form(form);
        MfsTree::mark_changed(*child.folder);
        return {};
    });
}

Result<void> Mfs::set_mode(std::string_view path, uint32_t mode) {
    return change(Flush::yes, [&](MfsTree& tree, const PutBlock& put) {
        return set_stat(tree, path, [&](Stat& stat) { stat.mode = mode; }, put);
    });
}

Result<void> Mfs::set_mtime(std::string_view path, const Mtime& mtime) {
    return change(Flush::yes, [&](MfsTree& tree, const PutBlock& put) {
        return set_stat(tree, path, [&](Stat& stat) { stat.mtime = mtime; }, put);
    });
}

Result<Cid> Mfs::flush(std::string_view path) {
    path = without_end_slashes(path);
    TRY(change(Flush::yes, [&](MfsTree& tree, const PutBlock&) -> Result<void> {
        const Child child = TRY(tree.get(path));
        if (child.is_folder()) return {};
        const auto placed = TRY(flushed(source_, {.cid = child.cid, .node = child.node}));
        if (placed.cid == child.cid) return {};
        const SplitPath split = split_mfs_path(path);
        Folder* const folder = TRY(tree.get_folder(split.folder));
        return tree.set(*folder, split.name, link_to(placed));
    }));
    const Cid top = TRY(root());
    const FoundInTree node = TRY(find_in_tree(source_, top, path));
    TRY(store_.sync());
    return node.cid;
}

}  // namespace kit::unixfs
