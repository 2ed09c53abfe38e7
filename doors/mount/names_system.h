// The mount of /ipns: a name is a symbolic link into the mount of /ipfs, to where it leads now.
// `local` is the node's own. What changes is a name's record, by `name publish`; nothing here.
#pragma once

#include "doors/mount/file_system.h"
#include "doors/mount/handle_table.h"
#include "doors/mount/inode_table.h"
#include "node/node.h"

namespace kit::mount {

class NamesSystem final : public FileSystem {
public:
    // `content_path` is where /ipfs is mounted. `node` must outlive it.
    NamesSystem(node::Node& node, Path content_path);

    const Traits& traits() const override { return traits_; }
    Answer<Node> look_up(NodeId parent, std::string_view name) override;
    void forget(NodeId node, uint64_t count) override { nodes_.forget(node, count); }
    Answer<Attributes> attributes(NodeId node) override;
    Answer<std::string> read_link(NodeId node) override;
    Answer<std::string> cid_text(NodeId) override { return refuse(ENODATA); }
    Answer<Opened> open(NodeId, uint32_t) override { return refuse(ENOENT); }
    Answer<std::vector<SharedBytes>> read(HandleId, uint64_t, uint32_t) override {
        return refuse(EBADF);
    }
    void release(HandleId) override {}
    Answer<Opened> open_directory(NodeId node) override;
    Answer<void> read_directory(HandleId handle, uint64_t offset, DirectoryPage& page) override;
    void release_directory(HandleId) override {}
    Answer<struct statvfs> space() override;

private:
    struct Known {
        std::string name;
    };
    Answer<std::string> target_of(const std::string& name) const;
    Answer<std::string> empty_directory() const;
    static Attributes link_attributes(std::string_view name, size_t target_size);

    const Traits traits_{.name = "ipns", .is_writable = false, .cache_s = limits::mutable_cache_s};
    node::Node& node_;
    const Path content_path_;
    const std::string own_name_;  // The peer id, as Kubo writes it.
    InodeTable<std::string, Known> nodes_;
};

}  // namespace kit::mount
