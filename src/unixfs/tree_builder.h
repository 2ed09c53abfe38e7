// Builds directories from what the walk brings, deepest first, and keeps what there is to tell of
// them until the end: Kubo names all directories after all files.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "unixfs/directory_builder.h"

namespace kit::unixfs {

// One thread.
class TreeBuilder final {
public:
    TreeBuilder(const NodeMaker& maker, const DirectoryShape& shape, BlockBatch& batch)
        : maker_(maker), shape_(shape), batch_(batch) {}

    void begin_directory(std::string name, const Stat& stat);
    void add(std::string_view name, const FileLink& link);
    // Adds the directory to the one around it. Fails with already_exists for a doubled name.
    Result<void> end_directory();

    bool is_in_directory() const { return !folders_.empty(); }
    // `name` with the names of the directories that it lies in before it.
    std::string path_of(std::string_view name) const;

    struct Directory {
        std::string path;
        formats::Cid cid;
        uint64_t total_size = 0;
    };
    // The outermost directory, once it has ended; ends the telling of each directory below it,
    // children first, in the order of their parent's links.
    Result<Directory> take_root(const std::function<Result<void>(const Directory&)>& tell);

private:
    struct Folder {
        std::string name;
        Stat stat;
        DirectoryBuilder builder;
        // What is to be told of subdirectories: one record after the other, see end_directory().
        struct Record {
            std::string name;
            size_t begin;
        };
        Bytes told = {};
        std::vector<Record> records = {};
    };

    Result<size_t> tell(ByteView record, const std::string& parent,
                        const std::function<Result<void>(const Directory&)>& tell_one,
                        Directory& last) const;

    const NodeMaker& maker_;
    const DirectoryShape& shape_;
    BlockBatch& batch_;
    std::vector<Folder> folders_;
    Bytes root_;  // The outermost directory's record.
};

}  // namespace kit::unixfs
