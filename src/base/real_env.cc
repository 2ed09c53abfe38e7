// Env over POSIX. Each failure names the path and what the system said.
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <ctime>
#include <system_error>

#include "base/env.h"

namespace kit {
namespace {

Code code_of(int number) {
    switch (number) {
        case ENOENT:
        case ENOTDIR:
            return Code::not_found;
        case EEXIST:
            return Code::already_exists;
        case EACCES:
        case EPERM:
        case EROFS:
            return Code::permission_denied;
        case ENOSPC:
        case EDQUOT:
            return Code::storage_full;
        case EINTR:
            return Code::cancelled;
        default:
            return Code::io_error;
    }
}

std::unexpected<Error> fail_system(std::string_view what, const Path& path, int number = errno) {
    return fail(code_of(number), "{} {}: {}", what, path, std::generic_category().message(number));
}

FileType type_of(mode_t mode) {
    if (S_ISREG(mode)) return FileType::regular;
    if (S_ISDIR(mode)) return FileType::directory;
    if (S_ISLNK(mode)) return FileType::symlink;
    return FileType::other;
}

// 0, or the errno of what went wrong.
int write_all(int descriptor, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(descriptor, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno;
        bytes = bytes.subspan(static_cast<size_t>(n));
    }
    return 0;
}

class RealFile final : public File {
public:
    RealFile(int descriptor, Path path) : descriptor_(descriptor), path_(std::move(path)) {}
    ~RealFile() override { ::close(descriptor_); }
    RealFile(const RealFile&) = delete;
    RealFile& operator=(const RealFile&) = delete;

    Result<size_t> read_at(uint64_t offset, std::span<uint8_t> out) const override {
        size_t done = 0;
        while (done < out.size()) {
            const ssize_t n = ::pread(descriptor_, out.data() + done, out.size() - done,
                                      static_cast<off_t>(offset + done));
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return fail_system("cannot read", path_);
            if (n == 0) break;
            done += static_cast<size_t>(n);
        }
        return done;
    }

    Result<void> write_at(uint64_t offset, std::span<const ByteView> pieces) override {
        std::array<iovec, 256> vectors;
        size_t piece = 0;
        size_t skip = 0;  // Bytes of pieces[piece] that are written already.
        while (piece < pieces.size()) {
            int count = 0;
            for (size_t i = piece; i < pieces.size() && count < static_cast<int>(vectors.size());
                 ++i) {
                const ByteView rest = i == piece ? pieces[i].subspan(skip) : pieces[i];
                vectors[static_cast<size_t>(count++)] = {const_cast<uint8_t*>(rest.data()),
                                                         rest.size()};
            }
            const ssize_t n =
                ::pwritev(descriptor_, vectors.data(), count, static_cast<off_t>(offset));
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return fail_system("cannot write", path_);
            offset += static_cast<uint64_t>(n);
            size_t left = static_cast<size_t>(n) + skip;
            while (piece < pieces.size() && left >= pieces[piece].size()) {
                left -= pieces[piece++].size();
            }
            skip = left;
        }
        return {};
    }

    Result<void> sync() override {
        if (::fdatasync(descriptor_) != 0) return fail_system("cannot sync", path_);
        return {};
    }

    Result<void> truncate(uint64_t size_bytes) override {
        if (::ftruncate(descriptor_, static_cast<off_t>(size_bytes)) != 0) {
            return fail_system("cannot truncate", path_);
        }
        return {};
    }

    Result<uint64_t> size_bytes() const override {
        struct stat info = {};
        if (::fstat(descriptor_, &info) != 0) return fail_system("cannot stat", path_);
        return static_cast<uint64_t>(info.st_size);
    }

    int descriptor() const override { return descriptor_; }

    Result<size_t> read(std::span<uint8_t> out) override {
        for (;;) {
            const ssize_t n = ::read(descriptor_, out.data(), out.size());
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return fail_system("cannot read", path_);
            return static_cast<size_t>(n);
        }
    }

private:
    const int descriptor_;
    const Path path_;
};

class RealLock final : public FileLock {
public:
    explicit RealLock(int descriptor) : descriptor_(descriptor) {}
    ~RealLock() override {
        if (::ftruncate(descriptor_, 0) != 0) {
            // The text only helps people; the lock itself goes with the descriptor.
        }
        ::close(descriptor_);
    }
    RealLock(const RealLock&) = delete;
    RealLock& operator=(const RealLock&) = delete;

private:
    const int descriptor_;
};

class RealDisk final : public Disk {
public:
    Result<std::unique_ptr<File>> open(const Path& path, OpenMode mode,
                                       uint32_t permissions) override {
        int flags = O_CLOEXEC;
        switch (mode) {
            case OpenMode::read:
                flags |= O_RDONLY;
                break;
            case OpenMode::write:
                flags |= O_RDWR;
                break;
            case OpenMode::create_new:
                flags |= O_RDWR | O_CREAT | O_EXCL;
                break;
            case OpenMode::create_or_open:
                flags |= O_RDWR | O_CREAT;
                break;
        }
        const int descriptor = ::open(path.c_str(), flags, static_cast<mode_t>(permissions));
        if (descriptor < 0) return fail_system("cannot open", path);
        return std::make_unique<RealFile>(descriptor, path);
    }

    Result<std::optional<FileInfo>> find_info(const Path& path, bool follow) override {
        struct stat info = {};
        const int outcome = follow ? ::stat(path.c_str(), &info) : ::lstat(path.c_str(), &info);
        if (outcome != 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
        if (outcome != 0) return fail_system("cannot stat", path);
        return FileInfo{.type = type_of(info.st_mode),
                        .size_bytes = static_cast<uint64_t>(info.st_size),
                        .mode = static_cast<uint32_t>(info.st_mode & 07777),
                        .mtime_s = info.st_mtim.tv_sec,
                        .mtime_ns = static_cast<uint32_t>(info.st_mtim.tv_nsec),
                        .device = info.st_dev,
                        .inode = info.st_ino};
    }

    Result<std::vector<DirectoryEntry>> list(const Path& path) override {
        DIR* directory = ::opendir(path.c_str());
        if (directory == nullptr) return fail_system("cannot list", path);
        const std::unique_ptr<DIR, int (*)(DIR*)> closer(directory, ::closedir);
        std::vector<DirectoryEntry> entries;
        for (;;) {
            errno = 0;
            const dirent* entry = ::readdir(directory);
            if (entry == nullptr) break;
            const std::string_view name = entry->d_name;
            if (name == "." || name == "..") continue;
            FileType type = FileType::other;
            if (entry->d_type == DT_REG) type = FileType::regular;
            if (entry->d_type == DT_DIR) type = FileType::directory;
            if (entry->d_type == DT_LNK) type = FileType::symlink;
            if (entry->d_type == DT_UNKNOWN) {
                const auto info = TRY(find_info(join(path, name), false));
                if (info) type = info->type;
            }
            entries.push_back({std::string(name), type});
        }
        if (errno != 0) return fail_system("cannot list", path);
        std::ranges::sort(entries, {}, &DirectoryEntry::name);
        return entries;
    }

    Result<std::string> read_link(const Path& path) override {
        std::string target(PATH_MAX, '\0');
        const ssize_t n = ::readlink(path.c_str(), target.data(), target.size());
        if (n < 0) return fail_system("cannot read the link", path);
        target.resize(static_cast<size_t>(n));
        return target;
    }

    Result<void> make_directories(const Path& path, uint32_t permissions) override {
        if (::mkdir(path.c_str(), static_cast<mode_t>(permissions)) == 0) return {};
        if (errno == ENOENT) {
            const size_t slash = path.find_last_of('/');
            if (slash == std::string::npos || slash == 0) return fail_system("cannot make", path);
            TRY(make_directories(path.substr(0, slash), permissions));
            if (::mkdir(path.c_str(), static_cast<mode_t>(permissions)) == 0) return {};
        }
        if (errno != EEXIST) return fail_system("cannot make", path);
        const auto info = TRY(find_info(path, true));
        if (info && info->type == FileType::directory) return {};
        return fail_system("cannot make", path, EEXIST);
    }

    // OPTIMIZATION: four system calls and no allocation.
    Result<void> write_new_file(const Path& path, std::span<const ByteView> pieces,
                                uint32_t permissions) override {
        const int descriptor =
            ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                   static_cast<mode_t>(permissions));
        if (descriptor < 0) return fail_system("cannot make", path);
        int number = 0;
        for (size_t i = 0; i < pieces.size() && number == 0; ++i) {
            number = write_all(descriptor, pieces[i]);
        }
        // Last, because writing takes setuid away.
        if (number == 0 && ::fchmod(descriptor, static_cast<mode_t>(permissions)) != 0) {
            number = errno;
        }
        if (::close(descriptor) != 0 && number == 0) number = errno;
        if (number == 0) return {};
        ::unlink(path.c_str());
        return fail_system("cannot write", path, number);
    }

    Result<void> make_symlink(const std::string& target, const Path& path) override {
        if (::symlink(target.c_str(), path.c_str()) != 0) return fail_system("cannot make", path);
        return {};
    }

    Result<void> set_mode(const Path& path, uint32_t mode) override {
        if (::chmod(path.c_str(), static_cast<mode_t>(mode)) != 0) {
            return fail_system("cannot set the mode of", path);
        }
        return {};
    }

    Result<void> set_mtime(const Path& path, int64_t seconds, uint32_t nanoseconds,
                           bool follow) override {
        const timespec times[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT},
                                   {.tv_sec = seconds, .tv_nsec = nanoseconds}};
        if (::utimensat(AT_FDCWD, path.c_str(), times, follow ? 0 : AT_SYMLINK_NOFOLLOW) != 0) {
            return fail_system("cannot set the time of", path);
        }
        return {};
    }

    Result<void> rename(const Path& from, const Path& to) override {
        if (::rename(from.c_str(), to.c_str()) != 0) return fail_system("cannot rename", from);
        return {};
    }

    Result<void> remove(const Path& path) override {
        if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
        if ((errno == EISDIR || errno == EPERM) && ::rmdir(path.c_str()) == 0) return {};
        return fail_system("cannot remove", path);
    }

    Result<void> remove_all(const Path& path) override {
        const auto info = TRY(find_info(path, false));
        if (!info) return {};
        if (info->type == FileType::directory) {
            const std::vector<DirectoryEntry> entries = TRY(list(path));
            for (const DirectoryEntry& entry : entries) TRY(remove_all(join(path, entry.name)));
        }
        return remove(path);
    }

    Result<void> sync_directory(const Path& path) override {
        const auto file = TRY(open(path, OpenMode::read, 0));
        if (::fsync(file->descriptor()) != 0 && errno != EINVAL) {
            return fail_system("cannot sync", path);
        }
        return {};
    }

    Result<std::unique_ptr<FileLock>> lock(const Path& path, const std::string& holder) override {
        const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (descriptor < 0) return fail_system("cannot open", path);
        if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
            const int number = errno;
            std::array<char, 200> text = {};
            const ssize_t n = ::pread(descriptor, text.data(), text.size() - 1, 0);
            ::close(descriptor);
            if (number != EWOULDBLOCK) return fail_system("cannot lock", path, number);
            return fail(Code::busy, "lock {}: someone else has the lock ({})", path,
                        n > 0 ? text.data() : "another process");
        }
        if (::ftruncate(descriptor, 0) != 0 ||
            ::pwrite(descriptor, holder.data(), holder.size(), 0) < 0) {
            const int number = errno;
            ::close(descriptor);
            return fail_system("cannot write", path, number);
        }
        return std::make_unique<RealLock>(descriptor);
    }

    Result<uint64_t> free_bytes(const Path& path) override {
        struct statvfs info = {};
        if (::statvfs(path.c_str(), &info) != 0) return fail_system("cannot stat", path);
        return static_cast<uint64_t>(info.f_bavail) * info.f_frsize;
    }
};

class RealClock final : public Clock {
public:
    int64_t unix_ns() const override { return now(CLOCK_REALTIME); }
    int64_t monotonic_ns() const override { return now(CLOCK_MONOTONIC); }

private:
    static int64_t now(clockid_t id) {
        timespec time = {};
        ::clock_gettime(id, &time);
        return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
    }
};

class RealRandom final : public Random {
public:
    void fill(std::span<uint8_t> out) override {
        size_t done = 0;
        while (done < out.size()) {
            const ssize_t n = ::getrandom(out.data() + done, out.size() - done, 0);
            ASSERT(n > 0 || errno == EINTR);
            if (n > 0) done += static_cast<size_t>(n);
        }
    }
};

}  // namespace

Env& real_env() {
    static RealClock clock;
    static RealDisk disk;
    static RealRandom random;
    static Env env{clock, disk, random};
    return env;
}

}  // namespace kit
