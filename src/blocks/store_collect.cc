// Removing blocks: one by name, or all that a marking found dead.
#include <algorithm>
#include <utility>

#include "blocks/compaction.h"
#include "blocks/references.h"
#include "blocks/store_impl.h"

namespace kit::blocks {
namespace {

using formats::Cid;
using formats::MultihashView;

// Removed at once, under the lock that putters share: about 1 ms.
constexpr size_t removal_count_max = 2048;

}  // namespace

Result<bool> StoreImpl::remove(const Cid& cid) {
    TRY(expect_writable());
    std::scoped_lock lock(write_mutex_);
    const bool removed = TRY(remove_reference(cid));
    const auto location = TRY(index_->find(cid.hash()));
    if (!location) return removed;
    // What waits in memory goes to the index first, so that there is one way of removing.
    TRY(flush_locked(Durability::periodic));
    std::unique_lock removal(removal_mutex_);
    const IndexEntry entry{formats::Multihash(cid.hash()), *location};
    ++removal_count_;
    TRY(index_->remove(std::span(&entry, 1)));
    if (options_.durability == Durability::operation) TRY(database_->sync());
    return true;
}

class CollectionImpl final : public Collection {
public:
    explicit CollectionImpl(StoreImpl& store) : store_(store) {}
    ~CollectionImpl() override { store_.leases_.end_collection(); }
    CollectionImpl(const CollectionImpl&) = delete;
    CollectionImpl& operator=(const CollectionImpl&) = delete;

    Result<void> sweep(const std::function<bool(MultihashView)>& is_live,
                       const std::function<void(const Removed&)>& on_removed,
                       const std::atomic<bool>& cancel) override {
        // Everything that may go is in the index then; what is younger stays anyway.
        TRY(store_.flush(Durability::periodic));
        const uint64_t removal_count = store_.removal_count_;
        TRY(sweep_blocks(is_live, on_removed, cancel, removal_count));
        TRY(sweep_references(is_live, on_removed, cancel));
        if (cancel) return {};
        return Compaction(store_, kept_, removal_count).run(cancel);
    }

private:
    Result<void> sweep_blocks(const std::function<bool(MultihashView)>& is_live,
                              const std::function<void(const Removed&)>& on_removed,
                              const std::atomic<bool>& cancel, uint64_t removal_count) {
        std::vector<IndexEntry> doomed;
        doomed.reserve(removal_count_max);
        const auto at = TRY(store_.database_->cursor(Table::blocks, {}));
        for (; at->valid() && !cancel; at->next()) {
            const auto hash = TRY(MultihashView::from_bytes(as_bytes(at->key())));
            const Location location = TRY(decode_location(at->value()));
            if (is_live(hash)) {
                kept_.add(location);
                continue;
            }
            doomed.push_back({formats::Multihash(hash), location});
            if (doomed.size() < removal_count_max) continue;
            TRY(remove(doomed, on_removed, removal_count));
        }
        TRY(at->status());
        if (cancel) return {};
        return remove(doomed, on_removed, removal_count);
    }

    // Empties `doomed`. While it runs, no put can find one of these held already.
    Result<void> remove(std::vector<IndexEntry>& doomed,
                        const std::function<void(const Removed&)>& on_removed,
                        uint64_t removal_count) {
        {
            std::scoped_lock writing(store_.write_mutex_);
            std::unique_lock removal(store_.removal_mutex_);
            TRY(leave_out_changed(doomed, removal_count));
            std::erase_if(doomed, [&](const IndexEntry& entry) {
                const bool keeps = store_.leases_.keeps(entry.hash, entry.location);
                if (keeps) kept_.add(entry.location);
                return keeps;
            });
            TRY(store_.index_->remove(doomed));
        }
        for (IndexEntry& entry : doomed) {
            on_removed({std::move(entry.hash), entry.location.size_bytes});
        }
        doomed.clear();
        return {};
    }

    // Blocks that somebody else removed, and perhaps put again, since the sweep began.
    Result<void> leave_out_changed(std::vector<IndexEntry>& doomed, uint64_t removal_count) {
        if (store_.removal_count_ == removal_count) return {};
        std::vector<MultihashView> hashes;
        for (const IndexEntry& entry : doomed) hashes.push_back(entry.hash);
        const BlockIndex::Found found = TRY(store_.index_->find_many(hashes));
        std::vector<IndexEntry> same;
        for (size_t i = 0; i < doomed.size(); ++i) {
            if (found.locations[i] == doomed[i].location) same.push_back(std::move(doomed[i]));
        }
        doomed = std::move(same);
        return {};
    }

    Result<void> sweep_references(const std::function<bool(MultihashView)>& is_live,
                                  const std::function<void(const Removed&)>& on_removed,
                                  const std::atomic<bool>& cancel) {
        const auto at = TRY(store_.database_->cursor(Table::filestore, {}));
        for (; at->valid() && !cancel; at->next()) {
            const auto hash = TRY(MultihashView::from_bytes(as_bytes(at->key())));
            if (is_live(hash)) continue;
            const Reference reference = TRY(decode_reference(at->value()));
            {
                std::unique_lock removal(store_.removal_mutex_);
                if (store_.leases_.met(hash)) continue;
                WriteBatch batch;
                batch.remove(Table::filestore, at->key());
                TRY(store_.database_->write(batch, Durability::periodic));
            }
            on_removed({formats::Multihash(hash), reference.range.size_bytes});
        }
        return at->status();
    }

    StoreImpl& store_;
    KeptBlocks kept_;
};

Result<std::unique_ptr<Collection>> StoreImpl::begin_collection() {
    TRY(expect_writable());
    if (!leases_.begin_collection([this] { return log_->end(); })) {
        return fail(Code::busy, "another collection is running in the store in {}", directory_);
    }
    return std::make_unique<CollectionImpl>(*this);
}

}  // namespace kit::blocks
