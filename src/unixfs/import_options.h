// Everything that decides what CIDs an import makes, and nothing else but how it tells of it.
#pragma once

#include <optional>
#include <string>

#include "unixfs/data.h"

namespace kit::unixfs {

enum class SizeEstimate : uint8_t {
    links,    // Sum of name and CID lengths: unixfs-v0-2015.
    block,    // Exact dag-pb size: unixfs-v1-2025.
    disabled  // Only max_directory_links counts.
};

// The defaults are Kubo's implicit ones, the profile unixfs-v0-2015.
struct DagShape {
    int cid_version = 0;
    uint64_t hash_code = 0x12;  // sha2-256.
    bool raw_leaves = false;
    std::string chunker = "size-262144";  // As --chunker; unixfs/chunker.h has the grammar.
    bool trickle = false;
    uint32_t file_links_max = 174;
    uint32_t directory_links_max = 0;  // 0: no bound.
    uint32_t hamt_fanout = 256;        // A power of two from 8 to 1024.
    uint64_t hamt_threshold_bytes = 262144;
    SizeEstimate size_estimate = SizeEstimate::links;
    bool inline_blocks = false;  // Small leaves become identity CIDs.
    uint32_t inline_size_bytes_max = 32;
    // A node's Data before its links, for readers that stream:
    // https://github.com/ipfs/specs/pull/550
    bool data_first = false;
};

struct ImportOptions {
    DagShape shape = {};
    bool recursive = false;                // A directory without it is an error in Kubo's words.
    bool wrap = false;                     // Wrap the arguments into a directory.
    bool hidden = false;                   // Take entries whose name starts with a dot.
    std::vector<std::string> ignore = {};  // Git-style patterns.
    std::string ignore_rules_path = {};    // A file of such patterns.
    bool empty_directories = true;
    bool dereference_arguments = false;  // Follow a symlink given as argument.
    bool dereference_symlinks = false;   // Follow all of them.
    bool preserve_mode = false;
    bool preserve_mtime = false;
    std::optional<uint32_t> mode = {};  // For every entry.
    std::optional<Mtime> mtime = {};
    bool only_hash = false;        // Nothing is stored.
    bool nocopy = false;           // Leaves stay in the user's files (filestore).
    std::string nocopy_root = {};  // Where such files must lie; "": anywhere.
    std::string stdin_name = {};
    size_t thread_count = 0;  // 0: as many as the machine runs at once.
};

}  // namespace kit::unixfs
