#include "doors/mount/name_tree.h"

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/limits.h"

namespace kit::mount {

NameTree::NameTree(size_t count_max) : count_max_(count_max) {
    const std::scoped_lock lock(mutex_);
    auto root = std::make_unique<Entry>(Entry{.id = root_id, .type = S_IFDIR});
    root->look_up_count = 1;  // The kernel knows it without asking.
    entries_.emplace(root_id, std::move(root));
}

NameTree::Entry* NameTree::find_locked(NodeId node) const {
    const auto found = entries_.find(node);
    return found == entries_.end() ? nullptr : found->second.get();
}

NameTree::Entry* NameTree::find_child_locked(const Place& place) const {
    const Entry* const parent = find_locked(place.parent);
    if (parent == nullptr) return nullptr;
    const auto found = parent->children.find(place.name);
    return found == parent->children.end() ? nullptr : found->second;
}

Answer<NodeId> NameTree::look_up(NodeId parent, std::string_view name, uint32_t type) {
    const std::scoped_lock lock(mutex_);
    Entry* const folder = find_locked(parent);
    if (folder == nullptr) return refuse(ESTALE);
    Entry* const known = find_child_locked({parent, name});
    if (known != nullptr && known->type == type) {
        ++known->look_up_count;
        return known->id;
    }
    if (entries_.size() >= count_max_) return refuse(ENFILE);
    if (known != nullptr) detach_locked(*known);
    const NodeId id = next_++;
    auto entry = std::make_unique<Entry>(Entry{
        .id = id, .parent = folder, .name = std::string(name), .type = type, .look_up_count = 1});
    folder->children.emplace(entry->name, entry.get());
    entries_.emplace(id, std::move(entry));
    return id;
}

void NameTree::forget(NodeId node, uint64_t count) {
    const std::scoped_lock lock(mutex_);
    Entry* const entry = find_locked(node);
    if (entry == nullptr || node == root_id) return;
    entry->look_up_count -= std::min(count, entry->look_up_count);
    drop_unused_locked(entry);
}

// A folder is needed while something below it is known: that has its path from it.
void NameTree::drop_unused_locked(Entry* entry) {
    while (entry->id != root_id && entry->look_up_count == 0 && entry->children.empty()) {
        Entry* const parent = entry->parent;
        if (parent != nullptr) parent->children.erase(entry->name);
        entries_.erase(entry->id);
        if (parent == nullptr) return;
        entry = parent;
    }
}

void NameTree::detach_locked(Entry& entry) {
    entry.parent->children.erase(entry.name);
    entry.parent = nullptr;
}

Answer<std::string> NameTree::path(NodeId node) const {
    const std::scoped_lock lock(mutex_);
    const Entry* entry = find_locked(node);
    if (entry == nullptr) return refuse(ESTALE);
    std::vector<std::string_view> names;
    for (; entry->id != root_id; entry = entry->parent) {
        if (entry->parent == nullptr) return refuse(ENOENT);
        names.emplace_back(entry->name);
    }
    if (names.size() > kit::limits::directory_depth_max) return refuse(ENAMETOOLONG);
    std::string path;
    for (auto name = names.rbegin(); name != names.rend(); ++name) {
        path += '/';
        path += *name;
    }
    return path.empty() ? "/" : path;
}

Answer<std::string> NameTree::path(NodeId parent, std::string_view name) const {
    if (name.empty() || name == "." || name == ".." || name.find('/') != std::string_view::npos) {
        return refuse(EINVAL);
    }
    Answer<std::string> path = this->path(parent);
    if (!path) return path;
    if (parent != root_id) *path += '/';
    *path += name;
    if (std::ranges::count(*path, '/') > int64_t{kit::limits::directory_depth_max}) {
        return refuse(ENAMETOOLONG);
    }
    return path;
}

bool NameTree::see(NodeId node, std::string content) {
    const std::scoped_lock lock(mutex_);
    Entry* const entry = find_locked(node);
    if (entry == nullptr) return false;
    const bool is_same = !content.empty() && entry->content == content;
    entry->content = std::move(content);
    return is_same;
}

void NameTree::remove(const Place& place) {
    const std::scoped_lock lock(mutex_);
    Entry* const entry = find_child_locked(place);
    if (entry == nullptr) return;
    Entry* const parent = entry->parent;
    detach_locked(*entry);
    drop_unused_locked(entry);
    drop_unused_locked(parent);
}

void NameTree::move(const Place& from, const Place& to) {
    remove(to);
    const std::scoped_lock lock(mutex_);
    Entry* const entry = find_child_locked(from);
    Entry* const target = find_locked(to.parent);
    if (entry == nullptr || target == nullptr) return;
    Entry* const source = entry->parent;
    detach_locked(*entry);
    entry->name = to.name;
    entry->parent = target;
    target->children.emplace(entry->name, entry);
    drop_unused_locked(source);
}

size_t NameTree::count() const {
    const std::scoped_lock lock(mutex_);
    return entries_.size();
}

}  // namespace kit::mount
