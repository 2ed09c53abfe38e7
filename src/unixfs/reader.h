// Files and directories out: ranges of a file's bytes, entries of a directory, plain or sharded.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "blocks/source.h"
#include "dag/path_resolve.h"
#include "formats/cid.h"
#include "unixfs/data.h"

namespace kit::unixfs {

enum class EntryType : uint8_t { file, directory, symlink };

// What one node says of itself.
struct NodeInfo {
    EntryType type = EntryType::file;
    bool is_sharded = false;        // A HAMT directory.
    uint64_t file_size_bytes = 0;   // Of a file's content; 0 for others.
    uint64_t total_size_bytes = 0;  // Cumulative size of the DAG: block + links' Tsize.
    uint64_t block_size_bytes = 0;  // Of the root block.
    uint64_t link_count = 0;        // Of the root block.
    std::string symlink_target = {};
    std::optional<uint32_t> mode = {};
    std::optional<Mtime> mtime = {};
};
// Fails with corrupt or unsupported (a dag-cbor node is no file) in Kubo's words.
Result<NodeInfo> read_info(const blocks::Source& source, const formats::Cid& cid);

struct Entry {
    std::string name;
    formats::Cid cid;
    uint64_t total_size_bytes = 0;  // The link's Tsize.
};
// In the order of the links (sharded ones in trie order), until `visit` returns false. Fails with
// invalid_argument when the node is no directory.
Result<void> each_entry(const blocks::Source& source, const formats::Cid& directory,
                        const std::function<Result<bool>(const Entry&)>& visit);

// One line of `ls`.
struct ListedEntry {
    std::string name = {};
    formats::Cid cid = {};
    std::optional<EntryType> type = {};  // Absent when the child was not read or is no UnixFS node.
    uint64_t size_bytes = 0;             // Of the content; 0 for directories and what was not read.
    std::string symlink_target = {};
    std::optional<uint32_t> mode = {};
    std::optional<Mtime> mtime = {};
};
enum class ReadChildren : uint8_t { no, yes };
// As Kubo's `ls`: a directory's entries, or the links of whatever else the node is. With
// ReadChildren::yes the type and size of each dag-pb child come from its block, which must then be
// there; raw children are files of their link's size either way.
Result<void> each_listed(const blocks::Source& source, const formats::Cid& node,
                         ReadChildren read_children,
                         const std::function<Result<bool>(const ListedEntry&)>& visit);

struct ReadOptions {
    uint64_t offset_bytes = 0;
    uint64_t length_bytes_max = UINT64_MAX;
    const std::atomic<bool>* cancel = nullptr;
};
// Gives a file's bytes in order, in large pieces where it has many small ones; a symlink's are
// its target. Directories fail in Kubo's words ("this dag node is a directory"). A large file is
// read on two threads; `write` is called on the caller's or on a helper, one call at a time, and
// each call sees what the one before it did. The view that it gets is valid until it returns.
Result<void> read_file(const blocks::Source& source, const formats::Cid& file,
                       const ReadOptions& options,
                       const std::function<Result<void>(ByteView bytes)>& write);

// Looks names up in plain and sharded directories, reading only the blocks on the way.
class DirectoryLookup final : public dag::NameLookup {
public:
    Result<std::optional<formats::Cid>> find_entry(const blocks::Source& source,
                                                   const formats::Cid& node,
                                                   std::string_view name) const override;
};

}  // namespace kit::unixfs
