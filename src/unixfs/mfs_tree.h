// The mutable tree in memory: the folders that an operation opened, changed and not yet saved.
// A file is never held here, only the link to it; a folder is until the tree is saved and dropped.
// Names, orders and failures are boxo's (mfs/dir.go, mfs/ops.go).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "unixfs/mfs_directory.h"

namespace kit::unixfs {

// One thread at a time.
class MfsTree final {
public:
    struct Folder {
        Folder(Folder* parent_given, std::string name_given, EditableDirectory directory_given)
            : parent(parent_given),
              name(std::move(name_given)),
              directory(std::move(directory_given)) {}
        Folder* parent;  // Null for the root.
        std::string name;
        EditableDirectory directory;
        std::map<std::string, std::unique_ptr<Folder>, std::less<>> open = {};
        bool is_changed = false;
    };
    // What a name leads to: a folder of the tree, or a file.
    struct Child {
        Folder* folder = nullptr;
        // Of a file.
        formats::Cid cid = {};
        uint64_t total_size = 0;
        FsNode node = {};
        bool is_folder() const { return folder != nullptr; }
    };

    // `source` and `shape` must outlive the tree.
    static Result<MfsTree> load(const blocks::Source& source, const DirectoryShape& shape,
                                const formats::Cid& root);
    static MfsTree empty(const blocks::Source& source, const DirectoryShape& shape, CidForm form);

    Folder& root() { return *root_; }
    bool is_changed() const { return root_->is_changed; }

    // nullopt when there is no such name. Fails when it leads to what is no file or directory, or
    // to what is not here.
    Result<std::optional<Child>> find_child(Folder& folder, std::string_view name);
    // Slashes at both ends mean nothing. nullopt when a name on the way or the last is not there;
    // fails when one on the way is a file.
    Result<std::optional<Child>> find(std::string_view path);
    // Fails with not_found, "file does not exist".
    Result<Child> get(std::string_view path);
    // A folder, or fails: "<path> is not a directory".
    Result<Folder*> get_folder(std::string_view path);

    // Fails with already_exists.
    Result<void> add(Folder& folder, std::string_view name, const DirectoryEntryLink& link);
    // A file's entry leads elsewhere.
    Result<void> set(Folder& folder, std::string_view name, const DirectoryEntryLink& link);
    // Fails with not_found.
    Result<void> unlink(Folder& folder, std::string_view name);
    Result<Folder*> make_folder(Folder& folder, std::string_view name, CidForm form,
                                const Stat& stat, const PutBlock& put);
    // Every folder of a path, or with `parents` those that are not there. Fails with
    // already_exists when the last one is, unless `parents`.
    Result<void> make_directories(std::string_view path, bool parents, CidForm form,
                                  const PutBlock& put);
    // The folder that a path lies in, made when it is not there.
    Result<void> make_parents(std::string_view path, CidForm form, const PutBlock& put);
    static void mark_changed(Folder& folder);

    // The folder and what changed below it, as blocks.
    Result<FileLink> save(Folder& folder, const PutBlock& put);
    // What was linked since the last call: a collection must keep it until it is below a root.
    std::vector<formats::Cid> take_linked() { return std::exchange(linked_, {}); }

private:
    MfsTree(const blocks::Source& source, const DirectoryShape& shape)
        : source_(&source), shape_(&shape) {}

    const blocks::Source* source_;
    const DirectoryShape* shape_;
    std::unique_ptr<Folder> root_;
    std::vector<formats::Cid> linked_;
};

// As MfsTree::get() for reading alone, on the tree below `root` as it is stored.
struct FoundInTree {
    formats::Cid cid;
    FsNode node;
};
Result<FoundInTree> find_in_tree(const blocks::Source& source, const formats::Cid& root,
                                 std::string_view path);

// A node that an entry leads to. Fails in boxo's words for what is no file and no directory
// (mfs/dir.go, cacheNode).
Result<FsNode> load_tree_node(const blocks::Source& source, const formats::Cid& cid);

// The words of Go's os.ErrNotExist.
std::unexpected<Error> fail_not_there();

}  // namespace kit::unixfs
