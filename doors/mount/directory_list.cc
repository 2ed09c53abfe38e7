#include "doors/mount/directory_list.h"

#include <algorithm>

#include "doors/mount/directory_page.h"
#include "doors/mount/limits.h"

namespace kit::mount {

using node::Cid;

uint64_t inode_of(const Cid& cid) {
    // FNV-1a. The kernel tells nodes apart by their id; this is for people and programs.
    uint64_t hash = 0xcbf29ce484222325;
    const auto add = [&](uint8_t byte) { hash = (hash ^ byte) * 0x100000001b3; };
    for (const uint8_t byte : cid.hash().bytes()) add(byte);
    add(static_cast<uint8_t>(cid.codec()));
    hash &= INT64_MAX;
    return hash <= root_id ? hash + root_id + 1 : hash;
}

Answer<Attributes> attributes_of(const node::Node& node, const Cid& cid,
                                 const DefaultModes& modes) {
    Attributes found;
    found.inode = inode_of(cid);
    if (!cid.is(formats::Codec::dag_pb)) {
        found.mode = S_IFREG | modes.file;
        found.size_bytes = TRY_ANSWER(node.block_size(cid));
        return found;
    }
    const unixfs::NodeInfo info = TRY_ANSWER(node.info(cid));
    uint32_t permissions = modes.file;
    switch (info.type) {
        case unixfs::EntryType::file:
            found.mode = S_IFREG;
            found.size_bytes = info.file_size_bytes;
            break;
        case unixfs::EntryType::directory:
            found.mode = S_IFDIR;
            permissions = modes.directory;
            break;
        case unixfs::EntryType::symlink:
            found.mode = S_IFLNK;
            permissions = 0777;
            found.size_bytes = info.symlink_target.size();
            break;
    }
    // Zero is as good as absent.
    if (info.mode.value_or(0) != 0) permissions = *info.mode & 07777;
    found.mode |= permissions;
    if (info.mtime) {
        found.mtime_s = info.mtime->seconds;
        found.mtime_ns = info.mtime->nanoseconds.value_or(0);
    }
    return found;
}

Answer<const DirectoryList::Entry*> DirectoryList::at(size_t index) {
    if (index >= limits::listed_entry_count_max) return refuse(EOVERFLOW);
    while (index >= entries_.size() && !is_whole_) {
        const size_t count = std::max(limits::first_listed_entry_count, read_count_ * 4);
        TRY_ANSWER(read_up_to(count));
    }
    return index < entries_.size() ? &entries_[index] : nullptr;
}

// From the start, since a walk cannot be kept; each goes four times as far as the one before.
Answer<void> DirectoryList::read_up_to(size_t count) {
    size_t seen_count = 0;
    is_whole_ = true;
    const auto walked = node_.each_entry(cid_, [&](const unixfs::Entry& entry) -> Result<bool> {
        if (seen_count == count) {
            is_whole_ = false;
            return false;
        }
        if (++seen_count <= read_count_) return true;
        std::string name = entry.name.empty() ? entry.cid.to_text() : entry.name;
        if (is_name_for_kernel(name)) entries_.push_back({std::move(name), entry.cid});
        return true;
    });
    read_count_ = seen_count;
    if (!walked) is_whole_ = false;
    return answer_of(walked);
}

}  // namespace kit::mount
