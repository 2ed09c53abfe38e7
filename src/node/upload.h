// The files of this machine as they are sent to a node on another: one after the other, each
// directory before what it holds, what the sender's rules exclude left out.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "unixfs/importer.h"

namespace kit::node {

struct UploadOptions {
    bool hidden = false;                   // Take entries whose name starts with a dot.
    std::vector<std::string> ignore = {};  // Patterns of names to leave out.
    std::string ignore_rules_path = {};    // A file of such patterns.
    bool empty_directories = true;
    bool follows_arguments = false;  // A symbolic link that is named stands for what it leads to.
    bool follows_links = false;      // Any does.
};

struct UploadEntry {
    std::string path;  // "photos/a.jpg"; "" of a stream without a name.
    FileType type = FileType::regular;
    std::string target = {};       // Of a symbolic link.
    std::optional<uint32_t> mode;  // Go's fs.FileMode with its type bits; none of a stream.
    std::optional<unixfs::Mtime> mtime;
    Path original_path = {};      // From the root on; of a regular file.
    unixfs::ReadBytes read = {};  // Of a regular file and a stream, until the next entry.
    bool may_wait = false;        // A stream: reading may wait for somebody.
};

// One thread.
class Upload final {
public:
    // Fails with not_found in Go's words for a file that is not there, directories included.
    static Result<std::unique_ptr<Upload>> create(Env& env,
                                                  std::vector<unixfs::ImportSource> sources,
                                                  UploadOptions options);
    ~Upload();
    // nullopt after the last.
    Result<std::optional<UploadEntry>> next();
    // How many bytes the files hold; 0 when a stream is among them.
    Result<uint64_t> measure() const;

private:
    struct Impl;
    explicit Upload(std::unique_ptr<Impl> impl);
    const std::unique_ptr<Impl> impl_;
};

}  // namespace kit::node
