// The structures of linux/fuse.h in and out of bytes.
#pragma once

#include <linux/fuse.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "base/bytes.h"
#include "doors/mount/file_system.h"

namespace kit::mount {

// Takes what a request has, from its beginning to its end. Refuses with EINVAL what is too short.
class WireReader final {
public:
    explicit WireReader(ByteView bytes) : left_(bytes) {}

    template <typename T>
    Answer<T> take() {
        return take_some<T>(sizeof(T));
    }
    // A structure that older kernels send less of, at least `size_min` bytes; the rest is zero.
    template <typename T>
    Answer<T> take_some(size_t size_min) {
        T value = {};
        if (left_.size() < size_min) return refuse(EINVAL);
        const size_t size = std::min(sizeof(T), left_.size());
        std::memcpy(&value, left_.data(), size);
        left_ = left_.subspan(size);
        return value;
    }
    Answer<ByteView> take_bytes(size_t size) {
        if (left_.size() < size) return refuse(EINVAL);
        const ByteView taken = left_.first(size);
        left_ = left_.subspan(size);
        return taken;
    }
    // Up to a zero byte, which is passed over.
    Answer<std::string_view> take_text() {
        const std::string_view text = as_text(left_);
        const size_t size = text.find('\0');
        if (size == std::string_view::npos) return refuse(EINVAL);
        left_ = left_.subspan(size + 1);
        return text.substr(0, size);
    }

private:
    ByteView left_;
};

template <typename T>
void append_struct(Bytes& out, const T& value) {
    append(out, ByteView(reinterpret_cast<const uint8_t*>(&value), sizeof(T)));
}

// How attributes are told.
struct WireForm {
    const Traits& traits;
    uint32_t user;
    uint32_t group;

    fuse_attr attributes(const Attributes& from) const {
        constexpr uint64_t stat_block_size_bytes = 512;
        fuse_attr out = {};
        out.ino = from.inode;
        out.size = from.size_bytes;
        // A folder has one: some programs pass over what has none.
        out.blocks = from.is_directory()
                         ? 1
                         : from.size_bytes / stat_block_size_bytes +
                               (from.size_bytes % stat_block_size_bytes == 0 ? 0 : 1);
        out.mtime = out.atime = out.ctime = static_cast<uint64_t>(from.mtime_s);
        out.mtimensec = out.atimensec = out.ctimensec = from.mtime_ns;
        out.mode = from.mode;
        // Of folders too: with two or more, find counts subfolders by it.
        out.nlink = 1;
        out.uid = user;
        out.gid = group;
        out.blksize = traits.block_size_bytes;
        return out;
    }
    fuse_entry_out entry(const Node& node) const {
        fuse_entry_out out = {};
        out.nodeid = node.id;
        out.entry_valid = out.attr_valid = traits.cache_s;
        out.attr = attributes(node.attributes);
        return out;
    }
};

}  // namespace kit::mount
