#include "doors/mount/content_system.h"

#include <cerrno>

namespace kit::mount {

using node::Cid;

Answer<std::shared_ptr<const ContentSystem::Known>> ContentSystem::get(NodeId node) const {
    return nodes_.get(node);
}

Answer<Node> ContentSystem::know(const Cid& cid) {
    const Attributes attributes = TRY_ANSWER(attributes_of(node_, cid, content_modes));
    const NodeId id =
        TRY_ANSWER(nodes_.look_up(cid, std::make_shared<const Known>(Known{cid, attributes})));
    return Node{id, attributes};
}

Answer<Node> ContentSystem::look_up(NodeId parent, std::string_view name) {
    if (parent == root_id) {
        const auto cid = Cid::from_text(name);
        if (!cid) return refuse(ENOENT);
        // As Kubo: a block of another codec is shown below a folder, and not by itself.
        if (!cid->is(formats::Codec::raw) && !cid->is(formats::Codec::dag_pb)) {
            return refuse(ENOTSUP);
        }
        const auto known = know(*cid);
        // Whatever was typed, it is not here.
        if (!known && known.error().number != ENFILE) return refuse(ENOENT);
        return known;
    }
    const auto folder = TRY_ANSWER(get(parent));
    if (!folder->attributes.is_directory()) return refuse(ENOTDIR);
    const std::string segment(name);
    const node::Trail trail = TRY_ANSWER(node_.follow(folder->cid, {&segment, 1}));
    if (!trail.remainder.empty()) return refuse(ENOENT);
    return know(trail.last);
}

Answer<Attributes> ContentSystem::attributes(NodeId node) {
    if (node == root_id) return Attributes{.inode = root_id, .mode = S_IFDIR | 0111};
    return TRY_ANSWER(get(node))->attributes;
}

Answer<std::string> ContentSystem::read_link(NodeId node) {
    const auto known = TRY_ANSWER(get(node));
    if (!S_ISLNK(known->attributes.mode)) return refuse(EINVAL);
    return TRY_ANSWER(node_.info(known->cid)).symlink_target;
}

Answer<std::string> ContentSystem::cid_text(NodeId node) {
    if (node == root_id) return refuse(ENODATA);
    return TRY_ANSWER(get(node))->cid.to_text();
}

Answer<Opened> ContentSystem::open(NodeId node, uint32_t) {
    const auto known = TRY_ANSWER(get(node));
    std::shared_ptr<node::ContentFile> file =
        TRY_ANSWER(node::ContentFile::open(files_, known->cid));
    return Opened{TRY_ANSWER(handles_.add(std::move(file))), true};
}

Answer<std::vector<SharedBytes>> ContentSystem::read(HandleId handle, uint64_t offset_bytes,
                                                     uint32_t size_bytes) {
    const auto file = TRY_ANSWER(handles_.get(handle));
    return answer_of(file->read(offset_bytes, size_bytes));
}

Answer<Opened> ContentSystem::open_directory(NodeId node) {
    // Opening the root is allowed, as a shell does on its way; listing it is not.
    if (node == root_id) return Opened{};
    const auto known = TRY_ANSWER(get(node));
    auto list = std::make_shared<List>(node_, known->cid);
    return Opened{TRY_ANSWER(lists_.add(std::move(list))), true};
}

Answer<void> ContentSystem::read_directory(HandleId handle, uint64_t offset, DirectoryPage& page) {
    if (handle == 0) return refuse(EPERM);
    const auto list = TRY_ANSWER(lists_.get(handle));
    const std::scoped_lock lock(list->entries.mutex());
    for (; offset < 2; ++offset) {
        const DirectoryItem item{
            .name = offset == 0 ? "." : "..", .inode = list->inode, .mode = S_IFDIR};
        if (!page.add(item, offset + 1)) return {};
    }
    while (true) {
        const auto* const entry = TRY_ANSWER(list->entries.at(offset - 2));
        if (entry == nullptr || !page.has_room(entry->name)) return {};
        DirectoryItem item{.name = entry->name, .inode = inode_of(entry->cid)};
        if (page.with_nodes()) {
            // One that is not here is listed all the same, without a type.
            const auto known = know(entry->cid);
            if (known) item.node = *known;
            item.mode = item.node.attributes.mode;
        } else {
            const auto attributes = attributes_of(node_, entry->cid, content_modes);
            if (attributes) item.mode = attributes->mode;
        }
        page.add(item, ++offset);
    }
}

Answer<struct statvfs> ContentSystem::space() {
    struct statvfs found = {};
    if (::statvfs(node_.repo().c_str(), &found) != 0) return refuse(errno);
    return found;
}

}  // namespace kit::mount
