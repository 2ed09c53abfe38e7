// The nodes that a kernel knows: by number, and by the key that makes two look-ups find one. A
// node is dropped when it was forgotten as often as it was looked up.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "base/thread_annotations.h"
#include "doors/mount/file_system.h"
#include "doors/mount/limits.h"

namespace kit::mount {

// Any thread. Numbers are never used again, so that a node needs no generation.
template <typename Key, typename Value>
class InodeTable final {
public:
    explicit InodeTable(size_t count_max = limits::node_count_max) : count_max_(count_max) {}

    // Counts a look-up of the key's node, which has `value` when it is a new one. Refuses with
    // ENFILE when it would be one too many.
    Answer<NodeId> look_up(const Key& key, std::shared_ptr<const Value> value) {
        const std::scoped_lock lock(mutex_);
        const auto known = ids_.find(key);
        if (known != ids_.end()) {
            ++nodes_.at(known->second).look_up_count;
            return known->second;
        }
        if (nodes_.size() >= count_max_) return refuse(ENFILE);
        const NodeId id = next_++;
        const auto at = ids_.emplace(key, id).first;
        nodes_.emplace(id, Entry{std::move(value), 1, at});
        return id;
    }
    // Refuses with ESTALE for what was forgotten.
    Answer<std::shared_ptr<const Value>> get(NodeId id) const {
        const std::scoped_lock lock(mutex_);
        const auto found = nodes_.find(id);
        if (found == nodes_.end()) return refuse(ESTALE);
        return found->second.value;
    }
    void forget(NodeId id, uint64_t count) {
        const std::scoped_lock lock(mutex_);
        const auto found = nodes_.find(id);
        if (found == nodes_.end()) return;
        Entry& entry = found->second;
        entry.look_up_count -= std::min(count, entry.look_up_count);
        if (entry.look_up_count > 0) return;
        ids_.erase(entry.key);
        nodes_.erase(found);
    }
    size_t count() const {
        const std::scoped_lock lock(mutex_);
        return nodes_.size();
    }

private:
    struct Entry {
        std::shared_ptr<const Value> value;
        uint64_t look_up_count;
        typename std::map<Key, NodeId>::iterator key;
    };
    const size_t count_max_;
    mutable std::mutex mutex_;
    std::map<Key, NodeId> ids_ GUARDED_BY(mutex_);
    std::map<NodeId, Entry> nodes_ GUARDED_BY(mutex_);
    NodeId next_ GUARDED_BY(mutex_) = root_id + 1;
};

}  // namespace kit::mount
