// Everything impure enters through Env: time, disk and randomness. The real one asks the
// operating system; the simulated one (base/simulated_env.h) forgets unsynced bytes, fails the
// n-th call and owns the clock, so that every fault can be tested.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace kit {

// A path of the operating system, UTF-8 by convention, never interpreted beyond '/'.
using Path = std::string;

// `folder` + '/' + `name`, without doubling the slash.
Path join(std::string_view folder, std::string_view name);

class Clock {
public:
    virtual ~Clock() = default;
    // Time since 1970 in nanoseconds; may jump.
    virtual int64_t unix_ns() const = 0;
    // Never goes back; its zero means nothing.
    virtual int64_t monotonic_ns() const = 0;
    // Waits until `changed` is notified or monotonic_ns() reaches `until_ns`; may return earlier.
    // `lock` is held by the caller, and `changed` and its mutex outlive the call.
    virtual void wait(std::condition_variable& changed, std::unique_lock<std::mutex>& lock,
                      int64_t until_ns) const;
};

enum class FileType : uint8_t { regular, directory, symlink, other };

struct FileInfo {
    FileType type = FileType::other;
    uint64_t size_bytes = 0;
    uint32_t mode = 0;  // Permission bits with setuid, setgid and sticky: 07777.
    int64_t mtime_s = 0;
    uint32_t mtime_ns = 0;
    uint64_t device = 0;
    uint64_t inode = 0;
};

struct DirectoryEntry {
    std::string name;
    FileType type = FileType::other;  // Of the entry itself; links are not followed.
};

// An open file. Positions are given with each call, so const calls are safe from any thread;
// writes to one file come from one thread at a time.
class File {
public:
    virtual ~File() = default;
    // Reads up to out.size() bytes from `offset`; fewer only at the end of the file.
    virtual Result<size_t> read_at(uint64_t offset, std::span<uint8_t> out) const = 0;
    // Writes the pieces one after the other from `offset`, all of them or fails; after a failure
    // any part may have reached the file.
    virtual Result<void> write_at(uint64_t offset, std::span<const ByteView> pieces) = 0;
    // Returns when what was written before the call survives a loss of power.
    virtual Result<void> sync() = 0;
    virtual Result<void> truncate(uint64_t size_bytes) = 0;
    virtual Result<uint64_t> size_bytes() const = 0;
    // The descriptor for calls that the kernel does best (sendfile); -1 when there is none.
    virtual int descriptor() const { return -1; }
    // Reads from where the stream stands: pipes and terminals. 0 at the end.
    virtual Result<size_t> read(std::span<uint8_t> out) = 0;
};

enum class OpenMode : uint8_t {
    read,           // Must exist.
    write,          // Must exist; reading and writing.
    create_new,     // Must not exist; reading and writing.
    create_or_open  // Reading and writing.
};

// Holds an advisory lock until it is destroyed.
class FileLock {
public:
    virtual ~FileLock() = default;
};

class Disk {
public:
    virtual ~Disk() = default;
    virtual Result<std::unique_ptr<File>> open(const Path& path, OpenMode mode,
                                               uint32_t permissions = 0644) = 0;
    // What `path` is; absent is nullopt. `follow` looks through a symbolic link.
    virtual Result<std::optional<FileInfo>> find_info(const Path& path, bool follow = true) = 0;
    // Sorted by name bytes, without "." and "..".
    virtual Result<std::vector<DirectoryEntry>> list(const Path& path) = 0;
    virtual Result<std::string> read_link(const Path& path) = 0;
    virtual Result<void> make_directories(const Path& path, uint32_t permissions = 0755) = 0;
    // Makes a new file that holds the pieces and has exactly these permissions, whatever the umask.
    // For many small files: one pass, nothing synced. Fails with already_exists; after any other
    // failure nothing is left under `path`.
    virtual Result<void> write_new_file(const Path& path, std::span<const ByteView> pieces,
                                        uint32_t permissions);
    virtual Result<void> make_symlink(const std::string& target, const Path& path) = 0;
    virtual Result<void> set_mode(const Path& path, uint32_t mode) = 0;
    virtual Result<void> set_mtime(const Path& path, int64_t seconds, uint32_t nanoseconds,
                                   bool follow = true) = 0;
    virtual Result<void> rename(const Path& from, const Path& to) = 0;
    // Removing what is not there succeeds.
    virtual Result<void> remove(const Path& path) = 0;
    virtual Result<void> remove_all(const Path& path) = 0;
    // Makes names created, renamed or removed in the directory survive a loss of power.
    virtual Result<void> sync_directory(const Path& path) = 0;
    // Fails with busy at once when another process holds it; `holder` (such as "ipfs-kit daemon,
    // process 17") is written into the file and named in the other's error.
    virtual Result<std::unique_ptr<FileLock>> lock(const Path& path, const std::string& holder) = 0;
    virtual Result<uint64_t> free_bytes(const Path& path) = 0;
};

class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<uint8_t> out) = 0;
    uint64_t next();
};

// The first constructor argument of whatever is impure; outlives everything made with it.
struct Env {
    Clock& clock;
    Disk& disk;
    Random& random;
};

// The operating system's; lives as long as the process.
Env& real_env();

// Whole files, for small ones: at most `size_bytes_max` bytes.
Result<Bytes> read_file(Disk& disk, const Path& path, uint64_t size_bytes_max = 64 * MiB);
// Written beside, synced and renamed over `path`: a crash leaves the old or the new content.
Result<void> replace_file(Disk& disk, const Path& path, ByteView content,
                          uint32_t permissions = 0644);

}  // namespace kit
