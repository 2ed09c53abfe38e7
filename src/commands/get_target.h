// Where `get` puts what it gets, whether it reads the store itself or a daemon sends it.
#pragma once

#include <memory>
#include <string>

#include "commands/command.h"

namespace kit::commands {

struct GetTarget {
    Path path;
    bool is_archive = false;  // One file: a tar archive, or something compressed.
    std::string saying;       // "Saving file(s) to x\n".
    std::string name;         // What a file is called when `path` is a folder.
};
// Fails with invalid_argument when the options do not go together.
Result<GetTarget> get_target(const Context& context, const Request& request);

// "c" of "/ipfs/a/b/c/".
std::string last_name(std::string path);

// 0: not compressed. Fails with invalid_argument outside of 1 to 9.
Result<int> get_compression_level(const Request& request);

// A file that has another name until it is whole, so that a broken one is never taken for it.
class ArchiveFile final {
public:
    static Result<std::unique_ptr<ArchiveFile>> create(Disk& disk, Path path);
    ~ArchiveFile();  // Without keep() nothing is left.
    ArchiveFile(const ArchiveFile&) = delete;
    ArchiveFile& operator=(const ArchiveFile&) = delete;

    Result<void> write(ByteView bytes);
    Result<void> keep();

private:
    ArchiveFile(Disk& disk, Path path, Path beside, std::unique_ptr<File> file)
        : disk_(disk), path_(std::move(path)), beside_(std::move(beside)), file_(std::move(file)) {}

    Disk& disk_;
    const Path path_;
    const Path beside_;
    std::unique_ptr<File> file_;  // None once it is kept.
    uint64_t size_bytes_ = 0;
};

}  // namespace kit::commands
