#include "doors/mount/protocol.h"

#include <fcntl.h>
#include <linux/fuse.h>

#include <cstring>

#include "doors/mount/directory_page.h"
#include "doors/mount/limits.h"
#include "doors/mount/wire.h"

namespace kit::mount {
namespace {

// All that is used here is in it; a later kernel speaks it.
constexpr uint32_t minor_version = 31;
constexpr std::string_view cid_attribute = "ipfs.cid";
constexpr std::string_view cid_attribute_deprecated = "ipfs_cid";  // Kubo reads it still.
constexpr uint32_t background_count_max = 64;
constexpr uint32_t rename_without_replacing = 1;  // RENAME_NOREPLACE of linux/fs.h.

}  // namespace

size_t request_size_bytes_max(const Traits& traits) {
    const size_t written = traits.is_writable ? limits::transfer_size_bytes_max : 0;
    return written + limits::request_overhead_bytes_max + FUSE_MIN_READ_BUFFER;
}

// One request on its way.
class Protocol::Call final {
public:
    Call(Protocol& protocol, const fuse_in_header& header, WireReader body)
        : protocol_(protocol), system_(protocol.system_), header_(header), body_(body) {
        reply_.request = header.unique;
    }

    Reply run() {
        const Answer<void> answer = dispatch();
        if (!answer) {
            reply_.error = answer.error().number;
            reply_.head.clear();
            reply_.pieces.clear();
        }
        return std::move(reply_);
    }

private:
    Answer<void> dispatch() {
        switch (header_.opcode) {
            case FUSE_INIT:
                return init();
            case FUSE_DESTROY:
                return {};
            case FUSE_FSYNCDIR:
            case FUSE_SYNCFS:
                return system_.sync();
            case FUSE_LOOKUP:
                return look_up();
            case FUSE_FORGET:
            case FUSE_BATCH_FORGET:
                return forget();
            case FUSE_INTERRUPT:
                // Nothing waits for the network: what was asked is answered soon.
                reply_.is_wanted = false;
                return {};
            case FUSE_GETATTR:
                return put_attributes(system_.attributes(header_.nodeid));
            case FUSE_READLINK:
                return put_text(system_.read_link(header_.nodeid));
            case FUSE_STATFS:
                return space();
            case FUSE_GETXATTR:
            case FUSE_LISTXATTR:
                return extended_attribute();
            case FUSE_OPENDIR:
                return put_opened(system_.open_directory(header_.nodeid));
            case FUSE_READDIR:
            case FUSE_READDIRPLUS:
                return read_directory();
            case FUSE_RELEASEDIR:
                system_.release_directory(TRY_ANSWER(body_.take<fuse_release_in>()).fh);
                return {};
            default:
                return dispatch_file();
        }
    }

    Answer<void> dispatch_file() {
        switch (header_.opcode) {
            case FUSE_OPEN:
                return put_opened(
                    system_.open(header_.nodeid, TRY_ANSWER(body_.take<fuse_open_in>()).flags));
            case FUSE_READ:
                return read();
            case FUSE_WRITE:
                return write();
            case FUSE_FLUSH:
                return system_.flush(TRY_ANSWER(body_.take<fuse_flush_in>()).fh);
            case FUSE_FSYNC:
                TRY_ANSWER(system_.flush(TRY_ANSWER(body_.take<fuse_fsync_in>()).fh));
                return system_.sync();
            case FUSE_RELEASE:
                system_.release(TRY_ANSWER(body_.take<fuse_release_in>()).fh);
                return {};
            case FUSE_CREATE:
                return create();
            case FUSE_SETATTR:
                return change();
            case FUSE_MKDIR:
                TRY_ANSWER(body_.take<fuse_mkdir_in>());
                return put_entry(
                    system_.make_directory(header_.nodeid, TRY_ANSWER(body_.take_text())));
            case FUSE_SYMLINK: {
                const std::string_view name = TRY_ANSWER(body_.take_text());
                const std::string_view target = TRY_ANSWER(body_.take_text());
                return put_entry(system_.make_symlink(header_.nodeid, name, target));
            }
            case FUSE_UNLINK:
                return system_.unlink(header_.nodeid, TRY_ANSWER(body_.take_text()));
            case FUSE_RMDIR:
                return system_.remove_directory(header_.nodeid, TRY_ANSWER(body_.take_text()));
            case FUSE_RENAME:
                return rename(TRY_ANSWER(body_.take<fuse_rename_in>()).newdir, 0);
            case FUSE_RENAME2: {
                const auto in = TRY_ANSWER(body_.take<fuse_rename2_in>());
                return rename(in.newdir, in.flags);
            }
            case FUSE_LINK:
                return refuse(EPERM);  // A tree of content has no second names.
            default:
                // The kernel does without, or tells its caller ENOTSUP, and asks no more.
                return refuse(ENOSYS);
        }
    }

    Answer<void> init() {
        const auto in = TRY_ANSWER(body_.take_some<fuse_init_in>(2 * sizeof(uint32_t)));
        if (in.major < FUSE_KERNEL_VERSION) return refuse(EPROTO);
        fuse_init_out out = {};
        out.major = FUSE_KERNEL_VERSION;
        out.minor = minor_version;
        if (in.major == FUSE_KERNEL_VERSION) {
            const Traits& traits = system_.traits();
            uint32_t wanted = FUSE_ASYNC_READ | FUSE_BIG_WRITES | FUSE_PARALLEL_DIROPS |
                              FUSE_DO_READDIRPLUS | FUSE_MAX_PAGES;
            // A listing without nodes has no numbers that are those of its entries: where they are
            // not made of the content, there is none.
            if (!traits.is_writable) wanted |= FUSE_READDIRPLUS_AUTO;
            if (traits.is_writable) {
                // Without the last one each write would first ask for an attribute.
                wanted |= FUSE_ATOMIC_O_TRUNC | FUSE_HANDLE_KILLPRIV_V2;
            } else if (traits.cache_s > limits::mutable_cache_s) {
                wanted |= FUSE_CACHE_SYMLINKS;  // Names lead elsewhere from time to time.
            }
            out.flags = in.flags & wanted;
            out.max_readahead = std::min(in.max_readahead, limits::read_ahead_bytes_max);
            out.max_background = background_count_max;
            out.congestion_threshold = background_count_max * 3 / 4;
            out.max_write = traits.is_writable ? limits::transfer_size_bytes_max
                                               : uint32_t{FUSE_MIN_READ_BUFFER};
            out.time_gran = 1;
            out.max_pages = limits::page_count_max;
        }
        append_struct(reply_.head, out);
        return {};
    }

    Answer<void> look_up() {
        const std::string_view name = TRY_ANSWER(body_.take_text());
        return put_entry(system_.look_up(header_.nodeid, name));
    }

    Answer<void> forget() {
        reply_.is_wanted = false;
        if (header_.opcode == FUSE_FORGET) {
            system_.forget(header_.nodeid, TRY_ANSWER(body_.take<fuse_forget_in>()).nlookup);
            return {};
        }
        const auto batch = TRY_ANSWER(body_.take<fuse_batch_forget_in>());
        for (uint32_t i = 0; i < batch.count; ++i) {
            const auto one = TRY_ANSWER(body_.take<fuse_forget_one>());
            system_.forget(one.nodeid, one.nlookup);
        }
        return {};
    }

    Answer<void> read() {
        const auto in = TRY_ANSWER(body_.take<fuse_read_in>());
        reply_.pieces = TRY_ANSWER(system_.read(in.fh, in.offset, in.size));
        return {};
    }

    Answer<void> write() {
        const auto in = TRY_ANSWER(body_.take<fuse_write_in>());
        const ByteView bytes = TRY_ANSWER(body_.take_bytes(in.size));
        fuse_write_out out = {};
        out.size = TRY_ANSWER(system_.write(in.fh, in.offset, bytes));
        append_struct(reply_.head, out);
        return {};
    }

    Answer<void> create() {
        const auto in = TRY_ANSWER(body_.take<fuse_create_in>());
        const std::string_view name = TRY_ANSWER(body_.take_text());
        const auto created = TRY_ANSWER(system_.create(header_.nodeid, name, in.flags));
        TRY_ANSWER(put_entry(created.node));
        return put_opened(created.opened);
    }

    Answer<void> change() {
        const auto in = TRY_ANSWER(body_.take<fuse_setattr_in>());
        AttributeChange change;
        if ((in.valid & FATTR_FH) != 0) change.handle = in.fh;
        if ((in.valid & FATTR_SIZE) != 0) change.size_bytes = in.size;
        if ((in.valid & FATTR_MODE) != 0) change.mode = in.mode;
        change.is_now = (in.valid & FATTR_MTIME_NOW) != 0;
        if ((in.valid & FATTR_MTIME) != 0 && !change.is_now) {
            change.mtime_s = static_cast<int64_t>(in.mtime);
            change.mtime_ns = in.mtimensec;
        }
        return put_attributes(system_.change(header_.nodeid, change));
    }

    Answer<void> rename(NodeId parent, uint32_t flags) {
        if ((flags & ~rename_without_replacing) != 0) return refuse(EINVAL);
        const std::string_view from = TRY_ANSWER(body_.take_text());
        const std::string_view to = TRY_ANSWER(body_.take_text());
        const bool may_replace = (flags & rename_without_replacing) == 0;
        return system_.rename({header_.nodeid, from}, {parent, to}, may_replace);
    }

    Answer<void> read_directory() {
        const auto in = TRY_ANSWER(body_.take<fuse_read_in>());
        const WireForm form{system_.traits(), protocol_.user_, protocol_.group_};
        WirePage page(reply_.head, std::min(in.size, limits::transfer_size_bytes_max),
                      header_.opcode == FUSE_READDIRPLUS, form);
        return system_.read_directory(in.fh, in.offset, page);
    }

    Answer<void> extended_attribute() {
        const auto in = TRY_ANSWER(body_.take<fuse_getxattr_in>());
        std::string value;
        if (header_.opcode == FUSE_LISTXATTR) {
            if (system_.cid_text(header_.nodeid)) value = std::string(cid_attribute) + '\0';
        } else {
            const std::string_view name = TRY_ANSWER(body_.take_text());
            if (name != cid_attribute && name != cid_attribute_deprecated) return refuse(ENODATA);
            value = TRY_ANSWER(system_.cid_text(header_.nodeid));
        }
        if (in.size == 0) {
            fuse_getxattr_out out = {};
            out.size = static_cast<uint32_t>(value.size());
            append_struct(reply_.head, out);
            return {};
        }
        if (value.size() > in.size) return refuse(ERANGE);
        return put_text(std::move(value));
    }

    Answer<void> space() {
        const struct statvfs found = TRY_ANSWER(system_.space());
        fuse_statfs_out out = {};
        out.st.blocks = found.f_blocks;
        out.st.bfree = found.f_bfree;
        out.st.bavail = found.f_bavail;
        out.st.files = found.f_files;
        out.st.ffree = found.f_ffree;
        out.st.bsize = static_cast<uint32_t>(found.f_bsize);
        out.st.frsize = static_cast<uint32_t>(found.f_frsize);
        out.st.namelen = static_cast<uint32_t>(found.f_namemax);
        append_struct(reply_.head, out);
        return {};
    }

    Answer<void> put_entry(const Answer<Node>& node) {
        if (!node) return std::unexpected(node.error());
        const WireForm form{system_.traits(), protocol_.user_, protocol_.group_};
        append_struct(reply_.head, form.entry(*node));
        return {};
    }

    Answer<void> put_attributes(const Answer<Attributes>& attributes) {
        if (!attributes) return std::unexpected(attributes.error());
        const WireForm form{system_.traits(), protocol_.user_, protocol_.group_};
        fuse_attr_out out = {};
        out.attr_valid = system_.traits().cache_s;
        out.attr = form.attributes(*attributes);
        append_struct(reply_.head, out);
        return {};
    }

    Answer<void> put_opened(const Answer<Opened>& opened) {
        if (!opened) return std::unexpected(opened.error());
        fuse_open_out out = {};
        out.fh = opened->handle;
        if (opened->keeps_cache) {
            out.open_flags = FOPEN_KEEP_CACHE;
            if (header_.opcode == FUSE_OPENDIR) out.open_flags |= FOPEN_CACHE_DIR;
        }
        append_struct(reply_.head, out);
        return {};
    }

    Answer<void> put_text(Answer<std::string> text) {
        if (!text) return std::unexpected(text.error());
        append(reply_.head, as_bytes(*text));
        return {};
    }

    Protocol& protocol_;
    FileSystem& system_;
    const fuse_in_header& header_;
    WireReader body_;
    Reply reply_;
};

Reply Protocol::serve(ByteView request) {
    WireReader reader(request);
    const auto header = reader.take<fuse_in_header>();
    if (!header) return {.is_wanted = false};
    return Call(*this, *header, reader).run();
}

}  // namespace kit::mount
