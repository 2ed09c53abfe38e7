// Changes of the mutable tree as a kernel asks for them: at the very names that it says, each whole
// or not at all. What `files` makes of such names (a target that is a folder, a slash at the end)
// is in mfs_operations.cc.
#include "unixfs/mfs.h"
#include "unixfs/mfs_change.h"
#include "unixfs/mfs_path.h"

namespace kit::unixfs {

using formats::Cid;

namespace {

using Folder = MfsTree::Folder;
using Child = MfsTree::Child;

struct Place {
    Folder* folder;
    std::string_view name;
};

Result<Place> place_of(MfsTree& tree, std::string_view path) {
    const SplitPath split = split_mfs_path(path);
    if (split.name.empty()) return fail(Code::invalid_argument, "{} is the root", path);
    return Place{.folder = TRY(tree.get_folder(split.folder)), .name = split.name};
}

Result<void> make_node(MfsTree& tree, std::string_view path, UnixFsData data, const PutBlock& put) {
    const Place place = TRY(place_of(tree, path));
    const PbFsNode node{
        .data = std::move(data), .links = {}, .form = place.folder->directory.form()};
    const FileLink link = TRY(node.save(put));
    return tree.add(*place.folder, place.name, {.cid = link.cid, .total_size = link.total_size});
}

std::unexpected<Error> fail_not_empty(std::string_view path) {
    return fail(Code::busy, "the folder {} is not empty", path);
}

bool is_below(const Folder* folder, const Folder* above) {
    for (; folder != nullptr; folder = folder->parent) {
        if (folder == above) return true;
    }
    return false;
}

// Whether what is at `to` may make way for `moved`.
Result<void> check_replaced(const Child& there, const Child& moved, std::string_view to) {
    if (there.is_folder() != moved.is_folder()) {
        return fail(Code::invalid_argument, "{} and what would replace it: one is a folder", to);
    }
    if (there.is_folder() && !there.folder->directory.is_empty()) return fail_not_empty(to);
    return {};
}

Result<void> rename_node(MfsTree& tree, std::string_view from, std::string_view to,
                         Mfs::Replace replace, const PutBlock& put) {
    const Place source = TRY(place_of(tree, from));
    const Place target = TRY(place_of(tree, to));
    const auto moved = TRY(tree.find_child(*source.folder, source.name));
    if (!moved) return fail_not_there();
    const auto there = TRY(tree.find_child(*target.folder, target.name));
    if (there && replace == Mfs::Replace::no) {
        return fail(Code::already_exists, "{} is there already", to);
    }
    if (source.folder == target.folder && source.name == target.name) return {};
    if (moved->is_folder() && is_below(target.folder, moved->folder)) {
        return fail(Code::invalid_argument, "cannot move {} into itself", from);
    }
    if (there) TRY(check_replaced(*there, *moved, to));
    DirectoryEntryLink link{.cid = moved->cid, .total_size = moved->total_size};
    if (moved->is_folder()) {
        const FileLink saved = TRY(tree.save(*moved->folder, put));
        link = {.cid = saved.cid, .total_size = saved.total_size};
    }
    if (there) TRY(tree.unlink(*target.folder, target.name));
    TRY(tree.unlink(*source.folder, source.name));
    return tree.set(*target.folder, target.name, link);
}

}  // namespace

Result<void> Mfs::make_file(std::string_view path) {
    return change(Flush::yes, [&](MfsTree& tree, const PutBlock& put) {
        return make_node(tree, path, {.type = NodeType::file, .file_size = 0}, put);
    });
}

Result<void> Mfs::make_symlink(std::string_view path, std::string_view target) {
    return change(Flush::yes, [&](MfsTree& tree, const PutBlock& put) {
        return make_node(tree, path,
                         {.type = NodeType::symlink, .data = to_bytes(as_bytes(target))}, put);
    });
}

Result<void> Mfs::make_folder(std::string_view path) {
    return change(Flush::yes, [&](MfsTree& tree, const PutBlock& put) -> Result<void> {
        const Place place = TRY(place_of(tree, path));
        return tree.make_directories(path, false, place.folder->directory.form(), put);
    });
}

Result<void> Mfs::remove_file(std::string_view path) {
    return change(Flush::yes, [&](MfsTree& tree, const PutBlock&) -> Result<void> {
        const Place place = TRY(place_of(tree, path));
        const auto child = TRY(tree.find_child(*place.folder, place.name));
        if (!child) return fail_not_there();
        if (child->is_folder()) return fail(Code::invalid_argument, "{} is a folder", path);
        return tree.unlink(*place.folder, place.name);
    });
}

Result<void> Mfs::remove_folder(std::string_view path) {
    return change(Flush::yes, [&](MfsTree& tree, const PutBlock&) -> Result<void> {
        const Place place = TRY(place_of(tree, path));
        const auto child = TRY(tree.find_child(*place.folder, place.name));
        if (!child) return fail_not_there();
        if (!child->is_folder()) return fail(Code::invalid_argument, "{} is no folder", path);
        if (!child->folder->directory.is_empty()) return fail_not_empty(path);
        return tree.unlink(*place.folder, place.name);
    });
}

Result<void> Mfs::rename(std::string_view from, std::string_view to, Replace replace) {
    return change(Flush::yes, [&](MfsTree& tree, const PutBlock& put) {
        return rename_node(tree, from, to, replace, put);
    });
}

Result<bool> Mfs::put_file(std::string_view path, const FileLink& file) {
    bool was_there = false;
    TRY(change(Flush::yes, [&](MfsTree& tree, const PutBlock&) -> Result<void> {
        const auto child = TRY(tree.find(path));
        if (!child || child->is_folder()) return {};
        was_there = true;
        if (child->cid == file.cid) return {};
        const Place place = TRY(place_of(tree, path));
        return tree.set(*place.folder, place.name,
                        {.cid = file.cid, .total_size = file.total_size});
    }));
    return was_there;
}

}  // namespace kit::unixfs
