// The mutable tree: one directory that grows and changes under paths, as `ipfs files` shows it.
// What is kept is its root's CID, in the store's records; everything below is blocks like any
// other. Trees are Kubo's, CID by CID, for the same operations (boxo:mfs, kubo:core/commands/
// files.go).
//
// One lock is around the tree; whoever reads takes a root and reads blocks without it. A write
// holds the lock only at its beginning and its end, and its path in between. Every change is safe
// from a collection: kept() names what is in the tree, whether stored there already or not.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/thread_annotations.h"
#include "blocks/store.h"
#include "unixfs/chunker.h"
#include "unixfs/importer.h"
#include "unixfs/mfs_tree.h"

namespace kit::unixfs {

struct MfsOptions {
    DirectoryShape shape;               // Of every directory.
    CidForm form;                       // Of the root and of what is made without another.
    std::string chunker;                // Of what is written.
    int64_t unflushed_count_max = 256;  // Changes with Flush::no in a row; 0: no bound.
    bool is_data_first = false;         // DagShape::data_first.
    bool is_writable = true;
    // Gets a sentence for the user about changes that could not be recorded at the end.
    std::function<void(const std::string&)> on_notice = {};
    // Makes what the tree is read through of what is here: blocks may come from elsewhere too.
    std::function<std::unique_ptr<blocks::Source>(const blocks::Source& local)> fetching = {};
};

enum class Flush : uint8_t { no, yes };  // Whether the new root is recorded before a change ends.

// Every call is safe from any thread. `env` and `store` must outlive it. Paths are as
// check_mfs_path() leaves them. Failures are in Kubo's words; what a change did before it failed
// stays, as in Kubo.
class Mfs final {
public:
    // Fails with invalid_argument for a chunker that there is not.
    static Result<std::unique_ptr<Mfs>> open(Env& env, blocks::Store& store, MfsOptions options);
    // Records what was not flushed.
    ~Mfs();

    // The tree as it is now, all of it stored.
    Result<formats::Cid> root();
    // What the tree is read from: what is here, and behind it what MfsOptions::fetching brings.
    const blocks::Source& source() const { return source_; }
    // The store, and what a tree that was never written to needs.
    const blocks::Source& local() const { return overlay_; }

    // For collections: the root that is recorded, and all that the tree has reached since. Waits
    // for nobody.
    Result<std::vector<formats::Cid>> kept() const;
    // Keeps a DAG from collections until it is in the tree.
    class Hold;
    Hold hold(const formats::Cid& cid);

    struct MakeDirectory {
        bool parents = false;
        CidForm form;
        Flush flush = Flush::yes;
    };
    Result<void> make_directory(std::string_view path, const MakeDirectory& options);
    struct Copy {
        bool parents = false;
        bool force = false;  // A file at the destination goes.
        CidForm form;        // Of parents made.
        Flush flush = Flush::yes;
    };
    // Puts a node that is held, or reached by the tree, at a path.
    Result<void> copy(std::string_view path, const FoundInTree& node, const Copy& options);
    // Without making way for it: `add --to-files`.
    Result<void> put(std::string_view path, const FoundInTree& node);
    Result<void> move(std::string_view from, std::string_view to, Flush flush);
    // `force` takes what cannot be read, and what is not there.
    Result<void> remove(std::string_view path, bool recursive, bool force);
    Result<void> set_form(std::string_view path, CidForm form, Flush flush);
    Result<void> set_mode(std::string_view path, uint32_t mode);
    Result<void> set_mtime(std::string_view path, const Mtime& mtime);
    // Records the tree, on disk when it returns; the CID of what is at the path.
    Result<formats::Cid> flush(std::string_view path);
    // The tree is another from now on.
    Result<void> replace_root(const formats::Cid& root);

    struct Write {
        uint64_t offset_bytes = 0;
        std::optional<int64_t> count_max = {};  // Of bytes taken; negative is an error.
        bool create = false;
        bool parents = false;
        bool truncate = false;
        std::optional<bool> raw_leaves = {};
        CidForm form;  // Of what is made.
        Flush flush = Flush::yes;
    };
    // Takes bytes until `read` gives none. Two writes to one path go one after the other. A file
    // that was removed or replaced meanwhile stays so.
    Result<void> write(std::string_view path, const Write& options, const ReadBytes& read,
                       const std::atomic<bool>& cancel);

    // What a mount does, as the calls of POSIX that have these names (mfs_posix.cc): each at the
    // very name it is given, with the form of the folder it is in. Fail with not_found, with
    // already_exists, with busy where a folder would go that holds something.
    Result<void> make_file(std::string_view path);  // Empty.
    Result<void> make_folder(std::string_view path);
    Result<void> make_symlink(std::string_view path, std::string_view target);
    Result<void> remove_file(std::string_view path);
    Result<void> remove_folder(std::string_view path);
    enum class Replace : uint8_t { no, yes };
    Result<void> rename(std::string_view from, std::string_view to, Replace replace);
    // A file is another from now on; false when there is no file.
    Result<bool> put_file(std::string_view path, const FileLink& file);
    // Such a file on its way (mfs_draft.h).
    class Draft;

private:
    // The store, and in front of it blocks that a reading process cannot put there. Filled before
    // the first root is given out.
    class Overlay final : public blocks::Source {
    public:
        explicit Overlay(const blocks::Store& store) : store_(store) {}
        Result<std::optional<SharedBytes>> find(const formats::Cid& cid) const override;
        Result<std::optional<uint64_t>> find_size(const formats::Cid& cid) const override;
        std::map<formats::Cid, SharedBytes> blocks;

    private:
        const blocks::Store& store_;
    };
    // The blocks of one change on their way to the store.
    class Change;

    Mfs(Env& env, blocks::Store& store, MfsOptions options, std::unique_ptr<Chunker> chunker);

    using Edit = std::function<Result<void>(MfsTree&, const PutBlock&)>;
    Result<void> change(Flush flush, const Edit& edit);
    Result<void> change_locked(Change& change, Flush flush, const Edit& edit) REQUIRES(mutex_);
    Result<void> load_locked() REQUIRES(mutex_);
    Result<MfsTree*> tree_locked() REQUIRES(mutex_);
    Result<void> save_locked(Change& change) REQUIRES(mutex_);
    Result<void> record_locked() REQUIRES(mutex_);
    Result<void> count_locked(Flush flush) REQUIRES(mutex_);
    Result<void> begin_write(std::string_view path, const Write& options,
                             std::unique_lock<std::mutex>& lock, Change& change,
                             MfsTree::Child& file, const std::atomic<bool>& cancel)
        REQUIRES(mutex_);
    Result<void> end_write(std::string_view path, const formats::Cid& before, const FileLink& after,
                           Change& change, Flush flush);
    Result<FileLink> write_file(const formats::Cid& file, const Write& options,
                                const ReadBytes& read, Change& change,
                                const std::atomic<bool>& cancel, Result<void>& outcome);

    Env& env_;
    blocks::Store& store_;
    const MfsOptions options_;
    const std::unique_ptr<Chunker> chunker_;
    Overlay overlay_;
    const std::unique_ptr<blocks::Source> fetching_;  // None: nothing comes from elsewhere.
    const blocks::Source& source_;

    std::mutex mutex_;
    std::condition_variable written_;
    std::unique_ptr<MfsTree> tree_ GUARDED_BY(mutex_);               // Null: nothing is loaded.
    bool is_loaded_ GUARDED_BY(mutex_) = false;                      // The roots below are known.
    std::set<std::string, std::less<>> writing_ GUARDED_BY(mutex_);  // Paths.
    int64_t unflushed_count_ GUARDED_BY(mutex_) = 0;

    // Never held while blocks are put: putting may collect, and collecting asks for kept().
    mutable std::mutex roots_mutex_;
    std::optional<formats::Cid> recorded_ GUARDED_BY(roots_mutex_);
    std::optional<formats::Cid> saved_ GUARDED_BY(roots_mutex_);  // The tree as it was stored last.
    std::vector<formats::Cid> linked_ GUARDED_BY(roots_mutex_);   // Since then.
    std::multiset<formats::Cid> held_ GUARDED_BY(roots_mutex_);
};

class Mfs::Hold final {
public:
    Hold(Mfs& mfs, const formats::Cid& cid);
    ~Hold();
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

private:
    Mfs& mfs_;
    const formats::Cid cid_;
};

// The root that is recorded, nullopt when there never was one. Fails with corrupt.
Result<std::optional<formats::Cid>> recorded_mfs_root(const blocks::Store& store);

}  // namespace kit::unixfs
