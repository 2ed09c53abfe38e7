// What is read of the mutable tree, and how its files are open; changes are in mutable_changes.cc.
#include "doors/mount/mutable_system.h"

#include <fcntl.h>

#include <cerrno>

#include "doors/mount/directory_page.h"

namespace kit::mount {

using node::Cid;

Answer<Cid> MutableSystem::cid_at(const Cid& root, std::string_view path) const {
    std::vector<std::string> names;
    for (size_t begin = 1; begin < path.size();) {
        const size_t end = std::min(path.find('/', begin), path.size());
        names.emplace_back(path.substr(begin, end - begin));
        begin = end + 1;
    }
    node::Trail trail = TRY_ANSWER(node_.follow(root, names));
    if (!trail.remainder.empty()) return refuse(ENOENT);
    return std::move(trail.last);
}

Answer<Cid> MutableSystem::cid_at(std::string_view path) {
    const Cid root = TRY_ANSWER(files_.tree().root());
    return cid_at(root, path);
}

std::shared_ptr<node::TreeFile> MutableSystem::find_open(NodeId node) {
    const std::scoped_lock lock(open_mutex_);
    const auto found = open_.find(node);
    return found == open_.end() ? nullptr : found->second.file;
}

// An open file has the bytes that were written to it, and in time those that `files` writes.
Answer<Attributes> MutableSystem::attributes_at(NodeId node, const Cid& cid) {
    Attributes found = TRY_ANSWER(attributes_of(node_, cid, mutable_modes));
    found.inode = node;
    if (const auto file = find_open(node)) {
        const bool is_other = TRY_ANSWER(file->follow(cid));
        if (is_other) names_.see(node, "");
        found.size_bytes = TRY_ANSWER(file->size_bytes());
    }
    return found;
}

Answer<Node> MutableSystem::know(NodeId parent, std::string_view name, const Cid& cid) {
    Attributes found = TRY_ANSWER(attributes_of(node_, cid, mutable_modes));
    const NodeId id = TRY_ANSWER(names_.look_up(parent, name, found.mode & S_IFMT));
    auto attributes = attributes_at(id, cid);
    if (!attributes) {
        names_.forget(id, 1);
        return std::unexpected(attributes.error());
    }
    return Node{id, *attributes};
}

Answer<Node> MutableSystem::look_up_locked(NodeId parent, std::string_view name) {
    const std::string path = TRY_ANSWER(names_.path(parent, name));
    const Cid cid = TRY_ANSWER(cid_at(path));
    return know(parent, name, cid);
}

Answer<Node> MutableSystem::look_up(NodeId parent, std::string_view name) {
    const std::shared_lock lock(names_mutex_);
    return look_up_locked(parent, name);
}

Answer<Attributes> MutableSystem::attributes(NodeId node) {
    const std::shared_lock lock(names_mutex_);
    const auto path = names_.path(node);
    if (path) {
        const Cid cid = TRY_ANSWER(cid_at(*path));
        return attributes_at(node, cid);
    }
    // What has no name is there as long as it is open.
    const auto file = find_open(node);
    if (!file) return std::unexpected(path.error());
    return Attributes{.inode = node,
                      .mode = S_IFREG | mutable_modes.file,
                      .size_bytes = TRY_ANSWER(file->size_bytes())};
}

Answer<std::string> MutableSystem::read_link(NodeId node) {
    const std::shared_lock lock(names_mutex_);
    const std::string path = TRY_ANSWER(names_.path(node));
    const Cid cid = TRY_ANSWER(cid_at(path));
    unixfs::NodeInfo info = TRY_ANSWER(node_.info(cid));
    if (info.type != unixfs::EntryType::symlink) return refuse(EINVAL);
    return std::move(info.symlink_target);
}

// Of an open file: what it has now, which the tree has once it is closed.
Answer<std::string> MutableSystem::cid_text(NodeId node) {
    const std::shared_lock lock(names_mutex_);
    Cid cid;
    if (const auto file = find_open(node)) {
        cid = TRY_ANSWER(file->cid());
    } else {
        const std::string path = TRY_ANSWER(names_.path(node));
        cid = TRY_ANSWER(cid_at(path));
    }
    return cid.to_text();
}

Answer<Opened> MutableSystem::open(NodeId node, uint32_t flags) {
    const std::shared_lock lock(names_mutex_);
    return open_locked(node, flags);
}

Answer<Opened> MutableSystem::open_locked(NodeId node, uint32_t flags) {
    const bool is_writable = (flags & O_ACCMODE) != O_RDONLY;
    std::shared_ptr<TreeFile> file = TRY_ANSWER(get_file(node, is_writable));
    file = TRY_ANSWER(add_handle(node, std::move(file), is_writable));
    auto handle = handles_.add(
        std::make_shared<Handle>(Handle{node, file, is_writable, (flags & O_APPEND) != 0}));
    if (!handle) {
        close(node, is_writable);
        return std::unexpected(handle.error());
    }
    if (is_writable && (flags & O_TRUNC) != 0) {
        if (const auto cut = file->truncate(0); !cut) {
            handles_.take(*handle);
            close(node, is_writable);
            return refuse(cut.error());
        }
    }
    return Opened{*handle, keeps_cache(node, *file)};
}

// The file as the tree has it now, or as somebody has it open.
Answer<std::shared_ptr<node::TreeFile>> MutableSystem::get_file(NodeId node, bool for_writing) {
    std::shared_ptr<TreeFile> file = find_open(node);
    const auto path = names_.path(node);
    if (!path && !file) return std::unexpected(path.error());
    if (!path) return file;
    if (for_writing && stored_.mtime) TRY_ANSWER(touch_now(node, *path));
    const Cid cid = TRY_ANSWER(cid_at(*path));
    if (!file) return answer_of(TreeFile::open(files_, cid));
    const bool is_other = TRY_ANSWER(file->follow(cid));
    if (is_other) names_.see(node, "");
    return file;
}

// Two may have opened a file at once: what is returned is for both.
Answer<std::shared_ptr<node::TreeFile>> MutableSystem::add_handle(NodeId node,
                                                                  std::shared_ptr<TreeFile> file,
                                                                  bool is_writable) {
    const std::scoped_lock lock(open_mutex_);
    if (is_writable && writer_count_ >= limits::writer_count_max) return refuse(ENFILE);
    OpenFile& open = open_[node];
    if (!open.file) open.file = std::move(file);
    ++open.handle_count;
    if (is_writable) {
        ++open.writer_count;
        ++writer_count_;
    }
    return open.file;
}

// What a kernel has read of a file is true as long as nobody writes to it, not even by `files`.
bool MutableSystem::keeps_cache(NodeId node, TreeFile& file) {
    const std::scoped_lock lock(open_mutex_);
    const auto found = open_.find(node);
    const bool is_written = found == open_.end() || found->second.writer_count > 0;
    std::string content;
    if (!is_written) {
        if (const auto cid = file.cid()) content = as_text(cid->bytes());
    }
    return names_.see(node, std::move(content));
}

void MutableSystem::close(NodeId node, bool was_writable) {
    const std::scoped_lock lock(open_mutex_);
    const auto found = open_.find(node);
    ASSERT(found != open_.end());
    if (was_writable) {
        --found->second.writer_count;
        --writer_count_;
    }
    if (--found->second.handle_count == 0) open_.erase(found);
}

Answer<std::vector<SharedBytes>> MutableSystem::read(HandleId handle, uint64_t offset_bytes,
                                                     uint32_t size_bytes) {
    const auto open = TRY_ANSWER(handles_.get(handle));
    return answer_of(open->file->read(offset_bytes, size_bytes));
}

// A kernel writes what was mapped after the last close: it is stored here, and nobody can be told
// of a failure.
void MutableSystem::release(HandleId handle) {
    const auto open = handles_.take(handle);
    if (!open) return;
    const std::shared_lock names_lock(names_mutex_);
    const auto stored = store(open->node, *open->file);
    static_cast<void>(stored);
    close(open->node, open->is_writable);
}

Answer<Opened> MutableSystem::open_directory(NodeId node) {
    const std::shared_lock lock(names_mutex_);
    const std::string path = TRY_ANSWER(names_.path(node));
    const Cid root = TRY_ANSWER(files_.tree().root());
    const Cid cid = TRY_ANSWER(cid_at(root, path));
    const HandleId handle = TRY_ANSWER(lists_.add(std::make_shared<List>(node_, cid, root, node)));
    return Opened{handle, false};
}

Answer<void> MutableSystem::read_directory(HandleId handle, uint64_t offset, DirectoryPage& page) {
    const auto list = TRY_ANSWER(lists_.get(handle));
    const std::shared_lock names_lock(names_mutex_);
    const std::scoped_lock lock(list->entries.mutex());
    for (; offset < 2; ++offset) {
        const DirectoryItem item{
            .name = offset == 0 ? "." : "..", .inode = list->id, .mode = S_IFDIR};
        if (!page.add(item, offset + 1)) return {};
    }
    const Cid root = TRY_ANSWER(files_.tree().root());
    const bool is_current = root == list->root;
    while (true) {
        const auto* const entry = TRY_ANSWER(list->entries.at(offset - 2));
        if (entry == nullptr || !page.has_room(entry->name)) return {};
        ++offset;
        // What has gone since the folder was opened would come to life again by being told of.
        const auto node = is_current ? know(list->id, entry->name, entry->cid)
                                     : look_up_locked(list->id, entry->name);
        if (!node && node.error().number == ENOENT) continue;
        DirectoryItem item{.name = entry->name, .inode = inode_of(entry->cid)};
        if (node) {
            item.inode = node->attributes.inode;
            item.mode = node->attributes.mode;
            if (page.with_nodes()) item.node = *node;
        }
        page.add(item, offset);
        if (node && !page.with_nodes()) names_.forget(node->id, 1);
    }
}

Answer<struct statvfs> MutableSystem::space() {
    struct statvfs found = {};
    if (::statvfs(node_.repo().c_str(), &found) != 0) return refuse(errno);
    return found;
}

}  // namespace kit::mount
