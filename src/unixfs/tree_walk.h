// Walks a tree of the user's disk in the order in which it is imported: names in byte order, a
// directory's content between its beginning and its end. Files are not opened here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "unixfs/ignore_rules.h"

namespace kit::unixfs {

struct WalkOptions {
    bool follows_links = false;
    bool empty_directories = true;
};

struct WalkStep {
    enum class Kind : uint8_t { begin_directory, file, end_directory };
    Kind kind = Kind::file;
    FileType type = FileType::regular;  // Of a file: regular or symlink, never a followed one.
    std::string name = {};
    Path path = {};
};

// One thread. Holds the names of the directories that it is in, packed, and nothing else.
class TreeWalk final {
public:
    TreeWalk(Disk& disk, const IgnoreRules& rules, WalkOptions options)
        : disk_(disk), rules_(rules), options_(options) {}

    // Begins with a directory, which is walked even when it is empty unless `may_skip`.
    Result<void> begin(std::string name, Path path, bool may_skip);
    // nullopt at the end. Fails in Go's words for what can be neither read nor imported.
    Result<std::optional<WalkStep>> next();

    // How many bytes the regular files of the tree hold.
    Result<uint64_t> measure(const Path& directory);

private:
    struct Folder {
        std::string name;
        Path path;
        std::string packed;  // Of each entry: its type, its name, a zero.
        size_t at = 0;
        bool is_begun = false;
    };

    Result<std::string> list(const Path& path);
    Result<void> enter(std::string name, Path path, bool may_skip);

    Disk& disk_;
    const IgnoreRules& rules_;
    const WalkOptions options_;
    std::vector<Folder> folders_;  // From the first one to where the walk is.
};

constexpr uint32_t go_mode_of_symlink = uint32_t{1} << 27 | 0777;
// Go's fs.FileMode of a file, as Kubo prints it.
uint32_t go_mode_of(const FileInfo& info);
// Unix permission bits of Go's fs.FileMode, which has setuid, setgid and sticky elsewhere.
uint32_t permissions_of(uint32_t go_mode);

}  // namespace kit::unixfs
