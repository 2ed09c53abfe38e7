// A folder that is being listed, and what a CID's node looks like from outside: what the mounts of
// /ipfs and of the mutable tree share.
#pragma once

#include <mutex>
#include <vector>

#include "base/thread_annotations.h"
#include "doors/mount/file_system.h"
#include "node/node.h"

namespace kit::mount {

// One number for one content, whatever it is called; never 0 nor the root's.
uint64_t inode_of(const node::Cid& cid);

// Permission bits where a node says none.
struct DefaultModes {
    uint32_t file;
    uint32_t directory;
};
inline constexpr DefaultModes content_modes{.file = 0444, .directory = 0555};
inline constexpr DefaultModes mutable_modes{.file = 0644, .directory = 0755};

// Reads the node's block, of a raw one only its size.
Answer<Attributes> attributes_of(const node::Node& node, const node::Cid& cid,
                                 const DefaultModes& modes);

// The entries of a folder by their index. What was not asked for yet is not read: the first comes
// as soon as it is found, however long the folder. Any thread.
class DirectoryList final {
public:
    DirectoryList(const node::Node& node, const node::Cid& cid) : node_(node), cid_(cid) {}

    struct Entry {
        std::string name;
        node::Cid cid;
    };
    // nullptr behind the last. Refuses with EOVERFLOW past the bound of limits.h. What it points
    // to is valid until the next call.
    Answer<const Entry*> at(size_t index);

    const node::Cid& cid() const { return cid_; }
    std::mutex& mutex() { return mutex_; }  // Held around at() and the use of what it gave.

private:
    Answer<void> read_up_to(size_t count);

    const node::Node& node_;
    const node::Cid cid_;
    std::mutex mutex_;
    std::vector<Entry> entries_;
    size_t read_count_ = 0;
    bool is_whole_ = false;
};

}  // namespace kit::mount
