// One answer to readdir or readdirplus: entries one behind the other, up to what the kernel takes.
#pragma once

#include "doors/mount/limits.h"
#include "doors/mount/wire.h"

namespace kit::mount {

class WirePage final : public DirectoryPage {
public:
    WirePage(Bytes& out, size_t size_bytes_max, bool with_nodes, const WireForm& form)
        : out_(out), size_bytes_max_(size_bytes_max), with_nodes_(with_nodes), form_(form) {}

    bool with_nodes() const override { return with_nodes_; }
    bool has_room(std::string_view name) const override {
        return out_.size() + size_of(name) <= size_bytes_max_;
    }
    bool add(const DirectoryItem& item, uint64_t next) override {
        if (!has_room(item.name)) return false;
        const size_t begin = out_.size();
        if (with_nodes_) append_struct(out_, form_.entry(item.node));
        fuse_dirent entry = {};
        entry.ino = item.inode;
        entry.off = next;
        entry.namelen = static_cast<uint32_t>(item.name.size());
        entry.type = (item.mode & S_IFMT) >> 12;  // DT_REG and its fellows.
        append(out_, ByteView(reinterpret_cast<const uint8_t*>(&entry), FUSE_NAME_OFFSET));
        append(out_, as_bytes(item.name));
        out_.resize(begin + size_of(item.name));
        return true;
    }

private:
    size_t size_of(std::string_view name) const {
        const size_t head = with_nodes_ ? sizeof(fuse_entry_out) : 0;
        return FUSE_REC_ALIGN(head + FUSE_NAME_OFFSET + name.size());
    }

    Bytes& out_;
    const size_t size_bytes_max_;
    const bool with_nodes_;
    const WireForm form_;
};

// What a kernel refuses a whole folder for.
inline bool is_name_for_kernel(std::string_view name) {
    return !name.empty() && name != "." && name != ".." &&
           name.size() <= limits::name_size_bytes_max &&
           name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

}  // namespace kit::mount
