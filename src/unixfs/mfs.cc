// How the mutable tree is kept: loading, saving, recording its root, and what collections ask.
#include "unixfs/mfs.h"

#include "unixfs/mfs_change.h"

namespace kit::unixfs {

using blocks::Table;
using formats::Cid;

namespace {

constexpr std::string_view root_key = "root";

}  // namespace

Result<std::optional<Cid>> recorded_mfs_root(const blocks::Store& store) {
    const auto record = TRY(store.records().find(Table::files, root_key));
    if (!record) return std::nullopt;
    auto cid = Cid::from_bytes(as_bytes(*record));
    if (!cid) {
        return fail(Code::corrupt,
                    "the record of the root of the mutable tree cannot be read; 'files chroot' "
                    "gives it another");
    }
    return *std::move(cid);
}

Result<std::optional<SharedBytes>> Mfs::Overlay::find(const Cid& cid) const {
    const auto own = blocks.find(cid);
    if (own != blocks.end()) return own->second;
    return store_.find(cid);
}

Result<std::optional<uint64_t>> Mfs::Overlay::find_size(const Cid& cid) const {
    const auto own = blocks.find(cid);
    if (own != blocks.end()) return own->second.size();
    return store_.find_size(cid);
}

Mfs::Mfs(Env& env, blocks::Store& store, MfsOptions options, std::unique_ptr<Chunker> chunker)
    : env_(env),
      store_(store),
      options_(std::move(options)),
      chunker_(std::move(chunker)),
      overlay_(store),
      fetching_(options_.fetching ? options_.fetching(overlay_) : nullptr),
      source_(fetching_ ? *fetching_ : static_cast<const blocks::Source&>(overlay_)) {}

Result<std::unique_ptr<Mfs>> Mfs::open(Env& env, blocks::Store& store, MfsOptions options) {
    auto chunker = TRY(Chunker::create(options.chunker));
    return std::unique_ptr<Mfs>(new Mfs(env, store, std::move(options), std::move(chunker)));
}

Mfs::~Mfs() {
    const std::scoped_lock lock(mutex_);
    if (!options_.is_writable || !is_loaded_) return;
    Change change(*this);
    Result<void> done;
    if (tree_ && tree_->is_changed()) done = save_locked(change);
    if (done) done = record_locked();
    if (done || !options_.on_notice) return;
    options_.on_notice("changes of the mutable tree that were not flushed are lost: " +
                       done.error().to_text());
}

Mfs::Hold::Hold(Mfs& mfs, const Cid& cid) : mfs_(mfs), cid_(cid) {
    const std::scoped_lock lock(mfs_.roots_mutex_);
    mfs_.held_.insert(cid_);
}

Mfs::Hold::~Hold() {
    const std::scoped_lock lock(mfs_.roots_mutex_);
    mfs_.held_.erase(mfs_.held_.find(cid_));
}

Mfs::Hold Mfs::hold(const Cid& cid) {
    return {*this, cid};
}

Result<std::vector<Cid>> Mfs::kept() const {
    std::vector<Cid> roots;
    const auto recorded = TRY(recorded_mfs_root(store_));
    if (recorded) roots.push_back(*recorded);
    const std::scoped_lock lock(roots_mutex_);
    if (saved_) roots.push_back(*saved_);
    roots.insert(roots.end(), linked_.begin(), linked_.end());
    roots.insert(roots.end(), held_.begin(), held_.end());
    return roots;
}

Result<Cid> Mfs::root() {
    const std::scoped_lock lock(mutex_);
    TRY(load_locked());
    if (tree_ && tree_->is_changed()) {
        Change change(*this);
        TRY(save_locked(change));
    }
    const std::scoped_lock roots_lock(roots_mutex_);
    return *saved_;
}

// Finds the root that was recorded; a tree that has none is empty. The config says what the root's
// CID looks like, whatever it was recorded with, as in Kubo.
Result<void> Mfs::load_locked() {
    if (is_loaded_) return {};
    const auto recorded = TRY(recorded_mfs_root(store_));
    {
        const std::scoped_lock lock(roots_mutex_);
        recorded_ = recorded;
        saved_ = recorded;
    }
    if (recorded && CidForm::of(*recorded) == options_.form) {
        is_loaded_ = true;
        return {};
    }
    if (recorded) {
        TRY(tree_locked());
        tree_->root().directory.set_form(options_.form);
        MfsTree::mark_changed(tree_->root());
    } else {
        tree_ = std::make_unique<MfsTree>(MfsTree::empty(source_, options_.shape, options_.form));
    }
    Change change(*this);
    TRY(save_locked(change));
    is_loaded_ = true;
    return {};
}

Result<MfsTree*> Mfs::tree_locked() {
    if (tree_) return tree_.get();
    Cid root;
    {
        const std::scoped_lock lock(roots_mutex_);
        root = *saved_;
    }
    auto tree = MfsTree::load(source_, options_.shape, root);
    if (!tree) {
        return fail_because(std::move(tree).error(),
                            "failed to initialize MFS root from {}. If corrupted, use 'ipfs files "
                            "chroot' to reset (see --help)",
                            root.to_text());
    }
    tree_ = std::make_unique<MfsTree>(*std::move(tree));
    return tree_.get();
}

// Stores the tree and lets go of it.
Result<void> Mfs::save_locked(Change& change) {
    const FileLink link = TRY(tree_->save(tree_->root(), change.put()));
    TRY(change.settle());
    tree_ = nullptr;
    const std::scoped_lock lock(roots_mutex_);
    saved_ = link.cid;
    linked_.clear();
    return {};
}

Result<void> Mfs::record_locked() {
    Cid root;
    {
        const std::scoped_lock lock(roots_mutex_);
        if (!saved_ || recorded_ == saved_) return {};
        root = *saved_;
    }
    blocks::WriteBatch batch;
    batch.put(Table::files, root_key, as_text(root.bytes()));
    TRY(store_.records().write(batch, store_.durability()));
    const std::scoped_lock lock(roots_mutex_);
    recorded_ = root;
    return {};
}

Result<void> Mfs::change(Flush flush, const Edit& edit) {
    Change change(*this);  // Its lease ends after the lock.
    const std::scoped_lock lock(mutex_);
    TRY(load_locked());
    return change_locked(change, flush, edit);
}

Result<void> Mfs::change_locked(Change& change, Flush flush, const Edit& edit) {
    MfsTree* const tree = TRY(tree_locked());
    Result<void> outcome = edit(*tree, change.put());
    // Before the lease may end, and whatever the outcome: what was done stays.
    {
        const std::scoped_lock lock(roots_mutex_);
        for (Cid& cid : tree->take_linked()) linked_.push_back(std::move(cid));
    }
    TRY(change.settle());
    TRY(std::move(outcome));
    if (flush == Flush::no) return {};
    unflushed_count_ = 0;
    if (tree->is_changed()) TRY(save_locked(change));
    tree_ = nullptr;
    return record_locked();
}

Result<void> Mfs::count_locked(Flush flush) {
    if (flush == Flush::yes) {
        unflushed_count_ = 0;
        return {};
    }
    if (options_.unflushed_count_max > 0 && unflushed_count_ >= options_.unflushed_count_max) {
        return fail(Code::too_large,
                    "reached limit of {} unflushed MFS operations. To resolve: 1) run 'ipfs files "
                    "flush' to persist changes, 2) use --flush=true (default), or 3) increase "
                    "Internal.MFSNoFlushLimit in config",
                    options_.unflushed_count_max);
    }
    ++unflushed_count_;
    return {};
}

Result<void> Mfs::replace_root(const Cid& root) {
    const std::scoped_lock lock(mutex_);
    tree_ = nullptr;
    is_loaded_ = false;
    blocks::WriteBatch batch;
    batch.put(Table::files, root_key, as_text(root.bytes()));
    TRY(store_.records().write(batch, store_.durability()));
    const std::scoped_lock roots_lock(roots_mutex_);
    recorded_ = saved_ = root;
    linked_.clear();
    return {};
}

}  // namespace kit::unixfs
