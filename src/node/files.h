// The mutable tree as a node offers it: what `ipfs files` does, over paths of the tree and, where
// content is only looked at, over paths of content too. Trees and words are Kubo's.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>

#include "node/node.h"
#include "unixfs/mfs.h"
#include "unixfs/mfs_path.h"

namespace kit::node {

struct FilesStat {
    Cid cid;
    uint64_t size_bytes = 0;        // Of a file's content.
    uint64_t total_size_bytes = 0;  // Of the DAG.
    uint64_t link_count = 0;
    unixfs::NodeType type = unixfs::NodeType::directory;
    std::optional<uint32_t> mode = {};
    std::optional<unixfs::Mtime> mtime = {};
};

struct FilesEntry {
    std::string name;
    bool is_directory = false;
    uint64_t size_bytes = 0;  // 0 for directories.
    Cid cid = {};
};

// Made by Node::files(), which must outlive it. Every call is safe from any thread. Paths are as
// unixfs::check_mfs_path() leaves them.
class Files final {
public:
    Files(Node& node, unixfs::Mfs& tree, const blocks::Store& store, std::shared_mutex& pinning,
          const std::atomic<bool>& cancel)
        : node_(node), tree_(tree), store_(store), pinning_(pinning), cancel_(cancel) {}

    // For what changes the tree and needs nothing else.
    unixfs::Mfs& tree() { return tree_; }

    // Of what is made: as chosen, else as the config's Import section says.
    Result<unixfs::CidForm> form(std::optional<int> cid_version,
                                 const std::optional<std::string>& hash) const;

    Result<FilesStat> stat(std::string_view path);
    // How many bytes of a DAG are here, each link counted, and whether all of it is.
    struct Local {
        bool is_whole = true;
        uint64_t size_bytes = 0;
    };
    Result<Local> measure_local(const Cid& cid) const;
    // A file is its own only entry. Without `is_long` there are names alone, and no child is read.
    Result<void> list(std::string_view path, bool is_long,
                      const std::function<Result<void>(const FilesEntry&)>& visit);
    struct Range {
        int64_t offset_bytes = 0;
        std::optional<int64_t> count_max = {};
    };
    // `expect` gets the number of bytes before the first of them.
    Result<void> read(std::string_view path, const Range& range,
                      const std::function<void(uint64_t)>& expect, const WriteBytes& write);
    // Both paths as the user wrote them.
    Result<void> copy(std::string_view source, std::string_view destination,
                      const unixfs::Mfs::Copy& options);
    // What was added goes to `destination`, a folder when it ends with a slash.
    struct Added {
        std::string name;
        Cid cid;
    };
    Result<void> put_added(std::span<const Added> added, std::string_view destination);
    Result<void> write(std::string_view path, unixfs::Mfs::Write options, const ReadBytes& read);
    // The root becomes `root`, or the empty directory.
    struct Replaced {
        std::optional<Cid> before;  // When there was one that could be read.
        Cid after;
    };
    Result<Replaced> replace_root(const std::optional<Cid>& root);

private:
    Result<unixfs::FoundInTree> find(std::string_view path);

    Node& node_;
    unixfs::Mfs& tree_;
    const blocks::Store& store_;
    std::shared_mutex& pinning_;
    const std::atomic<bool>& cancel_;
};

// A path of content (/ipfs/..., ipfs://...) as Kubo writes it; nullopt for what is none.
std::optional<std::string> content_path_of(std::string_view text);
// As check_mfs_path() for what may be a path of content too.
Result<std::string> check_content_or_mfs_path(std::string_view path);

}  // namespace kit::node
