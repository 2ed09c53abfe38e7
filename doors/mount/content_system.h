// The mount of /ipfs: each CID is a name of the root, below it is what it holds. Nothing changes,
// so the kernel is told to keep what it has seen. The root cannot be listed.
#pragma once

#include <memory>

#include "doors/mount/directory_list.h"
#include "doors/mount/file_system.h"
#include "doors/mount/handle_table.h"
#include "doors/mount/inode_table.h"
#include "node/content_file.h"
#include "node/files.h"
#include "node/node.h"

namespace kit::mount {

class ContentSystem final : public FileSystem {
public:
    // `node` must outlive it.
    ContentSystem(node::Node& node, const node::Files& files) : node_(node), files_(files) {}

    const Traits& traits() const override { return traits_; }
    Answer<Node> look_up(NodeId parent, std::string_view name) override;
    void forget(NodeId node, uint64_t count) override { nodes_.forget(node, count); }
    Answer<Attributes> attributes(NodeId node) override;
    Answer<std::string> read_link(NodeId node) override;
    Answer<std::string> cid_text(NodeId node) override;
    Answer<Opened> open(NodeId node, uint32_t flags) override;
    Answer<std::vector<SharedBytes>> read(HandleId handle, uint64_t offset_bytes,
                                          uint32_t size_bytes) override;
    void release(HandleId handle) override { handles_.take(handle); }
    Answer<Opened> open_directory(NodeId node) override;
    Answer<void> read_directory(HandleId handle, uint64_t offset, DirectoryPage& page) override;
    void release_directory(HandleId handle) override { lists_.take(handle); }
    Answer<struct statvfs> space() override;

private:
    struct Known {
        node::Cid cid;
        Attributes attributes;
    };
    struct List {
        List(node::Node& node, const node::Cid& cid) : entries(node, cid), inode(inode_of(cid)) {}
        DirectoryList entries;
        const uint64_t inode;
    };
    Answer<std::shared_ptr<const Known>> get(NodeId node) const;
    Answer<Node> know(const node::Cid& cid);

    const Traits traits_{
        .name = "ipfs", .is_writable = false, .cache_s = limits::immutable_cache_s};
    node::Node& node_;
    node::Files files_;
    InodeTable<node::Cid, Known> nodes_;
    HandleTable<node::ContentFile> handles_;
    HandleTable<List> lists_;
};

}  // namespace kit::mount
