// The denylists of a node: files named *.deny in folders of the operator's, read when the node is
// opened and again when they grow or change, and what may be given by them. What is stored and
// pinned does not depend on them; whoever gives blocks or follows paths for others asks here.
// https://github.com/ipfs/kubo/blob/v0.43.1/docs/content-blocking.md
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/thread_annotations.h"
#include "blocks/source.h"
#include "dag/path.h"
#include "formats/cid.h"
#include "naming/denylist.h"

namespace kit::node {

// Folders with lists besides <repo>/denylists, which is the last; nullopt: no list counts, there
// neither (IPFS_CONTENT_BLOCKING_DISABLE).
using DenylistFolders = std::optional<std::vector<Path>>;

// Any thread. `env` must outlive it.
class Denylists final {
public:
    using OnNotice = std::function<void(const std::string&)>;

    // Reads the lists of the folders and of those below, in the order of their names. On conflict
    // a later list decides. Lines that are no rules are told to `on_notice`, and so is a list that
    // cannot be read; when that is so for every one, it fails, since somebody counts on them.
    static Result<std::unique_ptr<Denylists>> open(Env& env, std::vector<Path> folders,
                                                   OnNotice on_notice);

    // Fail with permission_denied in Kubo's words: "<what> is blocked and cannot be provided".
    Result<void> check(const formats::Cid& cid) const;
    Result<void> check(const dag::ContentPath& path) const;

    // How old what is known of the files may be when somebody asks.
    static constexpr int64_t look_interval_ns = 1'000'000'000;

private:
    using Verdict = naming::Denylist::Verdict;
    // A file as far as it has been read.
    struct Followed {
        Path path;
        FileInfo info = {};
        uint64_t offset = 0;
        std::string tail =
            {};  // The last bytes before `offset`: the file has only grown if they stand.
        std::shared_ptr<naming::Denylist> list = nullptr;
    };

    Denylists(Env& env, std::vector<Path> folders, OnNotice on_notice)
        : env_(env), folders_(std::move(folders)), on_notice_(std::move(on_notice)) {}

    Result<void> find_files(const Path& folder, uint32_t depth, std::vector<Path>& files) const;
    Result<std::vector<Path>> find_files() const;
    // Both read what `followed` has not read yet; what was read before an error counts.
    Result<void> read_new(Followed& followed) const;
    Result<void> follow(Followed& followed, const FileInfo& info) const REQUIRES(looking_);
    // Returns why no list counts, when there are some and none could be read.
    Result<std::optional<Error>> look_again() const REQUIRES(looking_);
    void look() const;
    void tell(const std::string& sentence) const;
    template <typename Asked>
    Verdict judge(const Asked& asked) const;

    Env& env_;
    const std::vector<Path> folders_;
    const OnNotice on_notice_;
    mutable std::atomic<int64_t> next_look_ns_ = 0;
    mutable std::atomic<bool> has_rules_ = false;
    mutable std::mutex looking_;
    mutable std::vector<Followed> followed_ GUARDED_BY(looking_);
    mutable std::string told_ GUARDED_BY(looking_);  // Why the folders cannot be read, if so.
    mutable std::shared_mutex mutex_;
    mutable std::vector<std::shared_ptr<naming::Denylist>> lists_ GUARDED_BY(mutex_);
};

// The blocks of `source` that may be given; others fail as Denylists::check() says.
class GivenBlocks final : public blocks::Source {
public:
    GivenBlocks(const blocks::Source& source, const Denylists* denylists)
        : source_(source), denylists_(denylists) {}

    Result<std::optional<SharedBytes>> find(const formats::Cid& cid) const override;
    Result<std::optional<uint64_t>> find_size(const formats::Cid& cid) const override;
    Result<std::optional<SharedBytes>> find_prefix(const formats::Cid& cid,
                                                   size_t byte_count) const override;
    Result<std::optional<Head>> find_head(const formats::Cid& cid,
                                          size_t byte_count) const override;
    void want_soon(std::span<const formats::Cid> cids) const override;

private:
    Result<void> check(const formats::Cid& cid) const;

    const blocks::Source& source_;
    const Denylists* const denylists_;  // None: everything is given.
};

}  // namespace kit::node
