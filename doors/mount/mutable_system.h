// The mount of the mutable tree, to be read and written: what `files` shows. Folders and names are
// in the tree as soon as a call returns, what is written to a file when it is closed or synced.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "doors/mount/directory_list.h"
#include "doors/mount/file_system.h"
#include "doors/mount/handle_table.h"
#include "doors/mount/name_tree.h"
#include "node/files.h"
#include "node/node.h"
#include "node/tree_file.h"

namespace kit::mount {

// What the tree is told that a kernel tells of times and modes, which changes CIDs.
struct Stored {
    bool mtime = false;  // Mounts.StoreMtime.
    bool mode = false;   // Mounts.StoreMode.
};

class MutableSystem final : public FileSystem {
public:
    // `node` must outlive it.
    MutableSystem(node::Node& node, const node::Files& files, Stored stored)
        : node_(node), files_(files), stored_(stored) {}

    const Traits& traits() const override { return traits_; }
    Answer<Node> look_up(NodeId parent, std::string_view name) override;
    void forget(NodeId node, uint64_t count) override { names_.forget(node, count); }
    Answer<Attributes> attributes(NodeId node) override;
    Answer<std::string> read_link(NodeId node) override;
    Answer<std::string> cid_text(NodeId node) override;
    Answer<Opened> open(NodeId node, uint32_t flags) override;
    Answer<std::vector<SharedBytes>> read(HandleId handle, uint64_t offset_bytes,
                                          uint32_t size_bytes) override;
    void release(HandleId handle) override;
    Answer<Opened> open_directory(NodeId node) override;
    Answer<void> read_directory(HandleId handle, uint64_t offset, DirectoryPage& page) override;
    void release_directory(HandleId handle) override { lists_.take(handle); }
    Answer<struct statvfs> space() override;

    Answer<Created> create(NodeId parent, std::string_view name, uint32_t flags) override;
    Answer<uint32_t> write(HandleId handle, uint64_t offset_bytes, ByteView bytes) override;
    Answer<void> flush(HandleId handle) override;
    Answer<void> sync() override;
    Answer<Attributes> change(NodeId node, const AttributeChange& change) override;
    Answer<Node> make_directory(NodeId parent, std::string_view name) override;
    Answer<Node> make_symlink(NodeId parent, std::string_view name,
                              std::string_view target) override;
    Answer<void> unlink(NodeId parent, std::string_view name) override;
    Answer<void> remove_directory(NodeId parent, std::string_view name) override;
    Answer<void> rename(Place from, Place to, bool may_replace) override;
    // Files that are still open; their writers are gone.
    Result<void> finish() override;

private:
    using TreeFile = node::TreeFile;
    struct Handle {
        NodeId node;
        std::shared_ptr<TreeFile> file;
        bool is_writable;
        bool appends;
    };
    struct List {
        List(node::Node& node, const node::Cid& cid, node::Cid root_given, NodeId id_given)
            : entries(node, cid), root(std::move(root_given)), id(id_given) {}
        DirectoryList entries;
        const node::Cid root;  // Of the tree when it was opened.
        const NodeId id;
    };
    // One for each node, whoever has it open.
    struct OpenFile {
        std::shared_ptr<TreeFile> file;
        size_t handle_count = 0;
        size_t writer_count = 0;  // Of these handles.
    };

    Answer<node::Cid> cid_at(const node::Cid& root, std::string_view path) const;
    Answer<node::Cid> cid_at(std::string_view path);
    std::shared_ptr<TreeFile> find_open(NodeId node);
    // These are called with names_mutex_ held.
    Answer<Attributes> attributes_at(NodeId node, const node::Cid& cid);
    Answer<Node> know(NodeId parent, std::string_view name, const node::Cid& cid);
    Answer<Node> look_up_locked(NodeId parent, std::string_view name);
    Answer<Opened> open_locked(NodeId node, uint32_t flags);
    Answer<std::shared_ptr<TreeFile>> get_file(NodeId node, bool for_writing);
    Answer<std::shared_ptr<TreeFile>> add_handle(NodeId node, std::shared_ptr<TreeFile> file,
                                                 bool is_writable);
    bool keeps_cache(NodeId node, TreeFile& file);
    void close(NodeId node, bool was_writable);
    Answer<std::string> new_path(NodeId parent, std::string_view name) const;
    Answer<void> store(NodeId node, TreeFile& file);
    Answer<void> truncate(NodeId node, const AttributeChange& change);
    Answer<void> touch(NodeId node, const std::string& path, const unixfs::Mtime& mtime);
    Answer<void> touch_now(NodeId node, const std::string& path);

    const Traits traits_{.name = "mfs", .is_writable = true, .cache_s = limits::mutable_cache_s};
    node::Node& node_;
    node::Files files_;
    const Stored stored_;

    // Shared by whoever goes to the tree by a path, so that it leads to the same place until then.
    std::shared_mutex names_mutex_;
    NameTree names_;
    std::mutex open_mutex_;
    std::map<NodeId, OpenFile> open_ GUARDED_BY(open_mutex_);
    size_t writer_count_ GUARDED_BY(open_mutex_) = 0;  // Of all of them.
    HandleTable<Handle> handles_;
    HandleTable<List> lists_;
};

}  // namespace kit::mount
