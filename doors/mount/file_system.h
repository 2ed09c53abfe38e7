// What a mount shows, as the kernel asks for it: nodes by number, open files by handle. The three
// trees implement it; Session speaks with the kernel and knows nothing of content.
#pragma once

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "doors/mount/answer.h"

namespace kit::mount {

using NodeId = uint64_t;
using HandleId = uint64_t;
inline constexpr NodeId root_id = 1;

struct Attributes {
    uint64_t inode = root_id;
    uint32_t mode = 0;  // With the bits of its type.
    uint64_t size_bytes = 0;
    int64_t mtime_s = 0;
    uint32_t mtime_ns = 0;
    bool is_directory() const { return S_ISDIR(mode); }
};

// An entry that the kernel knows from now on, until it forgets it as often as it was looked up.
struct Node {
    NodeId id = 0;  // 0: it is told about, and not to be known.
    Attributes attributes = {};
};

struct Opened {
    HandleId handle = 0;
    bool keeps_cache = false;  // What the kernel holds of the content is still true.
};

struct DirectoryItem {
    std::string_view name;
    uint64_t inode = 0;
    uint32_t mode = 0;  // The bits of its type; 0: unknown.
    Node node = {};     // Asked for with `with_nodes` alone.
};

// Takes items while there is room; false: this one did not fit.
class DirectoryPage {
public:
    virtual ~DirectoryPage() = default;
    virtual bool with_nodes() const = 0;
    // Before add() of an item with a node: whether it would fit, as nobody forgets one that is
    // lost.
    virtual bool has_room(std::string_view name) const = 0;
    // `next` is the offset where the listing goes on behind it.
    virtual bool add(const DirectoryItem& item, uint64_t next) = 0;
};

struct AttributeChange {
    std::optional<HandleId> handle = {};
    std::optional<uint64_t> size_bytes = {};
    std::optional<uint32_t> mode = {};
    bool is_now = false;  // The time is the clock's.
    std::optional<int64_t> mtime_s = {};
    uint32_t mtime_ns = 0;
};

// What distinguishes the mounts before the first request.
struct Traits {
    std::string name;  // "ipfs": what the table of mounts calls it.
    bool is_writable = false;
    uint64_t cache_s = 0;
    uint32_t block_size_bytes = 1 * uint32_t{MiB};  // st_blksize.
};

// Every call is safe from any thread. Calls that change something are refused with EROFS unless a
// tree knows better.
class FileSystem {
public:
    virtual ~FileSystem() = default;
    virtual const Traits& traits() const = 0;

    virtual Answer<Node> look_up(NodeId parent, std::string_view name) = 0;
    virtual void forget(NodeId node, uint64_t count) = 0;
    virtual Answer<Attributes> attributes(NodeId node) = 0;
    virtual Answer<std::string> read_link(NodeId node) = 0;
    virtual Answer<std::string> cid_text(NodeId node) = 0;
    virtual Answer<Opened> open(NodeId node, uint32_t flags) = 0;
    // Fewer bytes only at the end of the file.
    virtual Answer<std::vector<SharedBytes>> read(HandleId handle, uint64_t offset_bytes,
                                                  uint32_t size_bytes) = 0;
    virtual void release(HandleId handle) = 0;
    virtual Answer<Opened> open_directory(NodeId node) = 0;
    virtual Answer<void> read_directory(HandleId handle, uint64_t offset, DirectoryPage& page) = 0;
    virtual void release_directory(HandleId handle) = 0;
    virtual Answer<struct statvfs> space() = 0;

    struct Created {
        Node node;
        Opened opened;
    };
    virtual Answer<Created> create(NodeId, std::string_view, uint32_t) { return refuse(EROFS); }
    virtual Answer<uint32_t> write(HandleId, uint64_t, ByteView) { return refuse(EROFS); }
    // At each close of a descriptor, and at fsync: what was written is in the tree. The kernel asks
    // no more where nothing can be written.
    virtual Answer<void> flush(HandleId) { return refuse(ENOSYS); }
    // What is in the tree is on the disk.
    virtual Answer<void> sync() { return {}; }
    virtual Answer<Attributes> change(NodeId, const AttributeChange&) { return refuse(EROFS); }
    virtual Answer<Node> make_directory(NodeId, std::string_view) { return refuse(EROFS); }
    virtual Answer<Node> make_symlink(NodeId, std::string_view, std::string_view) {
        return refuse(EROFS);
    }
    virtual Answer<void> unlink(NodeId, std::string_view) { return refuse(EROFS); }
    virtual Answer<void> remove_directory(NodeId, std::string_view) { return refuse(EROFS); }
    struct Place {
        NodeId parent;
        std::string_view name;
    };
    virtual Answer<void> rename(Place, Place, bool) { return refuse(EROFS); }
    // After the last request: what was written to files that are still open is in the tree.
    virtual Result<void> finish() { return {}; }
};

}  // namespace kit::mount
