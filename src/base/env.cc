#include "base/env.h"

namespace kit {

void Clock::wait(std::condition_variable& changed, std::unique_lock<std::mutex>& lock,
                 int64_t until_ns) const {
    const int64_t left_ns = until_ns - monotonic_ns();
    if (left_ns > 0) changed.wait_for(lock, std::chrono::nanoseconds(left_ns));
}

Path join(std::string_view folder, std::string_view name) {
    Path path(folder);
    if (!path.empty() && path.back() != '/') path += '/';
    path += name;
    return path;
}

uint64_t Random::next() {
    uint64_t value = 0;
    fill({reinterpret_cast<uint8_t*>(&value), sizeof value});
    return value;
}

Result<void> Disk::write_new_file(const Path& path, std::span<const ByteView> pieces,
                                  uint32_t permissions) {
    Result<void> outcome;
    {
        const auto file = TRY(open(path, OpenMode::create_new, permissions));
        outcome = file->write_at(0, pieces);
    }
    if (outcome) outcome = set_mode(path, permissions);
    // The first failure is the one to tell of.
    if (!outcome) (void)remove(path);
    return outcome;
}

Result<Bytes> read_file(Disk& disk, const Path& path, uint64_t size_bytes_max) {
    const auto file = TRY(disk.open(path, OpenMode::read));
    const uint64_t size = TRY(file->size_bytes());
    if (size > size_bytes_max) {
        return fail(Code::too_large, "{} has {} bytes, at most {} are read", path, size,
                    size_bytes_max);
    }
    Bytes content(size);
    const size_t n = TRY(file->read_at(0, content));
    content.resize(n);
    return content;
}

Result<void> replace_file(Disk& disk, const Path& path, ByteView content, uint32_t permissions) {
    const Path beside = path + ".new";
    TRY(disk.remove(beside));
    {
        const auto file = TRY(disk.open(beside, OpenMode::create_new, permissions));
        TRY(file->write_at(0, std::span(&content, 1)));
        TRY(file->sync());
    }
    TRY(disk.rename(beside, path));
    const size_t slash = path.find_last_of('/');
    return disk.sync_directory(slash == Path::npos ? "." : path.substr(0, slash + 1));
}

}  // namespace kit
