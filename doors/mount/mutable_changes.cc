// What is changed of the mutable tree. As in Kubo the modes that new entries are asked for are not
// kept, and owners are nobody's but the daemon's.
#include <fcntl.h>

#include <cerrno>
#include <ctime>

#include "doors/mount/mutable_system.h"

namespace kit::mount {
namespace {

using Replace = unixfs::Mfs::Replace;

constexpr uint32_t permission_bits = 0777;  // What boxo's tree keeps of a mode.

// The tree says busy of a folder that holds something.
Answer<void> answer_of_removal(const Result<void>& result) {
    if (!result && result.error().code == Code::busy) return refuse(ENOTEMPTY);
    return answer_of(result);
}

unixfs::Mtime mtime_of(int64_t seconds, uint32_t nanoseconds) {
    return {.seconds = seconds,
            .nanoseconds = nanoseconds == 0 ? std::nullopt : std::optional(nanoseconds)};
}

// What would have to be filled with zeros first is bounded: they are written one block after the
// other, and nobody can stop that.
Answer<void> expect_near(const node::TreeFile& file, uint64_t position_bytes) {
    const uint64_t size_bytes = TRY_ANSWER(file.size_bytes());
    if (position_bytes <= size_bytes) return {};
    return position_bytes - size_bytes <= limits::hole_size_bytes_max ? Answer<void>()
                                                                      : refuse(EFBIG);
}

}  // namespace

// For a name that is to be given; what has a longer one already is found by it.
Answer<std::string> MutableSystem::new_path(NodeId parent, std::string_view name) const {
    if (name.size() > limits::new_name_size_bytes_max) return refuse(ENAMETOOLONG);
    return names_.path(parent, name);
}

// A file that has no name any more is stored nowhere.
Answer<void> MutableSystem::store(NodeId node, TreeFile& file) {
    const auto path = names_.path(node);
    if (!path) return {};
    return answer_of(file.store(*path));
}

Answer<FileSystem::Created> MutableSystem::create(NodeId parent, std::string_view name,
                                                  uint32_t flags) {
    const std::shared_lock lock(names_mutex_);
    const std::string path = TRY_ANSWER(new_path(parent, name));
    const auto made = files_.tree().make_file(path);
    const bool is_there = !made && made.error().code == Code::already_exists;
    if (!made && (!is_there || (flags & O_EXCL) != 0)) return refuse(made.error());
    Node node = TRY_ANSWER(look_up_locked(parent, name));
    auto opened = open_locked(node.id, flags);
    if (!opened) {
        names_.forget(node.id, 1);
        return std::unexpected(opened.error());
    }
    // Opening may have given it a time.
    if (const auto cid = cid_at(path)) {
        if (const auto now = attributes_at(node.id, *cid)) node.attributes = *now;
    }
    return Created{node, *opened};
}

Answer<uint32_t> MutableSystem::write(HandleId handle, uint64_t offset_bytes, ByteView bytes) {
    const auto open = TRY_ANSWER(handles_.get(handle));
    if (!open->is_writable) return refuse(EBADF);
    if (open->appends) {
        TRY_ANSWER(open->file->append(bytes));
    } else {
        TRY_ANSWER(expect_near(*open->file, offset_bytes));
        TRY_ANSWER(open->file->write(offset_bytes, bytes));
    }
    return static_cast<uint32_t>(bytes.size());
}

Answer<void> MutableSystem::flush(HandleId handle) {
    const auto open = TRY_ANSWER(handles_.get(handle));
    const std::shared_lock lock(names_mutex_);
    return store(open->node, *open->file);
}

Answer<void> MutableSystem::sync() {
    TRY_ANSWER(files_.tree().flush("/"));
    return {};
}

// The time of a file that is open for writing is that of the tree's file: what was written before
// is stored first.
Answer<void> MutableSystem::touch(NodeId node, const std::string& path,
                                  const unixfs::Mtime& mtime) {
    if (const auto file = find_open(node)) TRY_ANSWER(store(node, *file));
    return answer_of(files_.tree().set_mtime(path, mtime));
}

Answer<void> MutableSystem::touch_now(NodeId node, const std::string& path) {
    timespec now = {};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return touch(node, path, mtime_of(now.tv_sec, static_cast<uint32_t>(now.tv_nsec)));
}

// By its path, or by a handle: a file that nobody has open is stored at once.
Answer<void> MutableSystem::truncate(NodeId node, const AttributeChange& change) {
    if (change.handle) {
        const auto open = TRY_ANSWER(handles_.get(*change.handle));
        TRY_ANSWER(expect_near(*open->file, *change.size_bytes));
        return answer_of(open->file->truncate(*change.size_bytes));
    }
    const std::string path = TRY_ANSWER(names_.path(node));
    std::shared_ptr<TreeFile> file = find_open(node);
    if (!file) {
        const node::Cid cid = TRY_ANSWER(cid_at(path));
        file = TRY_ANSWER(TreeFile::open(files_, cid));
    }
    names_.see(node, "");
    TRY_ANSWER(expect_near(*file, *change.size_bytes));
    TRY_ANSWER(file->truncate(*change.size_bytes));
    return answer_of(file->store(path));
}

Answer<Attributes> MutableSystem::change(NodeId node, const AttributeChange& change) {
    {
        const std::shared_lock lock(names_mutex_);
        if (change.size_bytes) TRY_ANSWER(truncate(node, change));
        const auto path = names_.path(node);
        if (path && change.mode && stored_.mode) {
            if (const auto file = find_open(node)) TRY_ANSWER(store(node, *file));
            TRY_ANSWER(files_.tree().set_mode(*path, *change.mode & permission_bits));
        }
        if (path && stored_.mtime && change.is_now) TRY_ANSWER(touch_now(node, *path));
        if (path && stored_.mtime && change.mtime_s) {
            TRY_ANSWER(touch(node, *path, mtime_of(*change.mtime_s, change.mtime_ns)));
        }
    }
    return attributes(node);
}

Answer<Node> MutableSystem::make_directory(NodeId parent, std::string_view name) {
    const std::shared_lock lock(names_mutex_);
    const std::string path = TRY_ANSWER(new_path(parent, name));
    TRY_ANSWER(files_.tree().make_folder(path));
    return look_up_locked(parent, name);
}

Answer<Node> MutableSystem::make_symlink(NodeId parent, std::string_view name,
                                         std::string_view target) {
    const std::shared_lock lock(names_mutex_);
    const std::string path = TRY_ANSWER(new_path(parent, name));
    TRY_ANSWER(files_.tree().make_symlink(path, target));
    return look_up_locked(parent, name);
}

Answer<void> MutableSystem::unlink(NodeId parent, std::string_view name) {
    const std::scoped_lock lock(names_mutex_);
    const std::string path = TRY_ANSWER(names_.path(parent, name));
    TRY_ANSWER(files_.tree().remove_file(path));
    names_.remove({parent, name});
    return {};
}

Answer<void> MutableSystem::remove_directory(NodeId parent, std::string_view name) {
    const std::scoped_lock lock(names_mutex_);
    const std::string path = TRY_ANSWER(names_.path(parent, name));
    TRY_ANSWER(answer_of_removal(files_.tree().remove_folder(path)));
    names_.remove({parent, name});
    return {};
}

Answer<void> MutableSystem::rename(Place from, Place to, bool may_replace) {
    const std::scoped_lock lock(names_mutex_);
    const std::string source = TRY_ANSWER(names_.path(from.parent, from.name));
    const std::string target = TRY_ANSWER(new_path(to.parent, to.name));
    const Replace replace = may_replace ? Replace::yes : Replace::no;
    TRY_ANSWER(answer_of_removal(files_.tree().rename(source, target, replace)));
    if (source != target) names_.move(from, to);
    return {};
}

Result<void> MutableSystem::finish() {
    const std::shared_lock names_lock(names_mutex_);
    const std::scoped_lock lock(open_mutex_);
    Result<void> outcome;
    for (const auto& [node, open] : open_) {
        const auto path = names_.path(node);
        if (!path) continue;
        auto stored = open.file->store(*path);
        if (!stored && outcome) outcome = std::move(stored);
    }
    return outcome;
}

}  // namespace kit::mount
