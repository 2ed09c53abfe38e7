// The nodes of a tree whose names change, as far as a kernel knows them: a node keeps its number
// when it is renamed, and when its name is gone as long as it is open.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/thread_annotations.h"
#include "doors/mount/file_system.h"
#include "doors/mount/limits.h"

namespace kit::mount {

// Any thread. Numbers are never used again.
class NameTree final {
public:
    explicit NameTree(size_t count_max = limits::node_count_max);

    // Counts a look-up of the entry. `type` is of S_IFMT: a name that has another one than it had
    // leads to another node. Refuses with ENFILE when there are too many, with ESTALE for a parent
    // that is not known.
    Answer<NodeId> look_up(NodeId parent, std::string_view name, uint32_t type);
    void forget(NodeId node, uint64_t count);

    // From the root, "/" first. Refuses with ESTALE what is not known, with ENOENT what has no
    // name any more, with ENAMETOOLONG past directory_depth_max: what changes a tree goes down the
    // path by recursion.
    Answer<std::string> path(NodeId node) const;
    Answer<std::string> path(NodeId parent, std::string_view name) const;

    // Remembers the content that a kernel may keep of a file, "" for none; whether it is the same
    // as before.
    bool see(NodeId node, std::string content);

    // Nothing happens to names that are not known.
    using Place = FileSystem::Place;
    void remove(const Place& place);
    // What had the new name has none.
    void move(const Place& from, const Place& to);

    size_t count() const;

private:
    struct Entry {
        NodeId id = 0;
        Entry* parent = nullptr;  // Null for the root, and for what has no name any more.
        std::string name = {};
        uint32_t type = 0;
        uint64_t look_up_count = 0;
        std::string content = {};  // As see() was told.
        std::map<std::string, Entry*, std::less<>> children = {};
    };
    Entry* find_locked(NodeId node) const REQUIRES(mutex_);
    Entry* find_child_locked(const Place& place) const REQUIRES(mutex_);
    void detach_locked(Entry& entry) REQUIRES(mutex_);
    void drop_unused_locked(Entry* entry) REQUIRES(mutex_);

    const size_t count_max_;
    mutable std::mutex mutex_;
    std::map<NodeId, std::unique_ptr<Entry>> entries_ GUARDED_BY(mutex_);
    NodeId next_ GUARDED_BY(mutex_) = root_id + 1;
};

}  // namespace kit::mount
