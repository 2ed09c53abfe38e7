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
// Held in memory until it is known how they go: about 50 MiB.
constexpr size_t dead_count_max = size_t{512} * 1024;

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
    const IndexedBlock block{formats::Multihash(cid.hash()), *location};
    ++removal_count_;
    TRY(index_->remove(std::span(&block, 1)));
    if (options_.durability == Durability::operation) TRY(database_->sync());
    return true;
}

Result<void> StoreImpl::leave_out_changed(std::vector<IndexedBlock>& dead,
                                          uint64_t removal_count) const {
    if (removal_count_ == removal_count) return {};
    std::vector<MultihashView> hashes;
    hashes.reserve(dead.size());
    for (const IndexedBlock& block : dead) hashes.push_back(block.hash);
    const BlockIndex::Found found = TRY(index_->find_many(hashes));
    std::vector<IndexedBlock> same;
    for (size_t i = 0; i < dead.size(); ++i) {
        if (found.locations[i] == dead[i].location) same.push_back(std::move(dead[i]));
    }
    dead = std::move(same);
    return {};
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
        removal_count_ = store_.removal_count_;
        TRY(sweep_blocks(is_live, on_removed, cancel));
        TRY(sweep_references(is_live, on_removed, cancel));
        if (cancel) return {};
        Compaction compaction(store_, kept_, dead_, removal_count_);
        const auto plans = TRY(compaction.plan());
        TRY(remove_outside(plans, on_removed, cancel));
        const auto tell = [&](const std::vector<IndexedBlock>& gone) {
            for (const IndexedBlock& block : gone) {
                on_removed({block.hash, block.location.size_bytes});
            }
        };
        TRY(compaction.run(plans, tell, cancel));
        TRY(remove_outside({}, on_removed, cancel));
        if (!is_worth_purging_ || cancel) return {};
        return store_.index_->purge();
    }

private:
    Result<void> sweep_blocks(const std::function<bool(MultihashView)>& is_live,
                              const std::function<void(const Removed&)>& on_removed,
                              const std::atomic<bool>& cancel) {
        IndexWalk at = TRY(store_.index_->walk());
        uint64_t block_count = 0;
        for (size_t dead_count = 0; at.valid() && !cancel; ++block_count) {
            const auto hash = TRY(MultihashView::from_bytes(as_bytes(at.key())));
            const Location& location = at.location();
            if (is_live(hash) || store_.leases_.is_young(location)) {
                kept_.add(location);
            } else {
                dead_[location.segment].push_back({formats::Multihash(hash), location});
                if (++dead_count == dead_count_max) {
                    TRY(remove_outside({}, on_removed, cancel));
                    dead_count = 0;
                }
            }
            TRY(at.next());
        }
        is_worth_purging_ = at.stale_count() > block_count;
        return {};
    }

    // Removes, one by one, those of the dead that no plan takes.
    Result<void> remove_outside(std::span<const Compaction::Plan> plans,
                                const std::function<void(const Removed&)>& on_removed,
                                const std::atomic<bool>& cancel) {
        std::vector<IndexedBlock> batch;
        for (auto& [segment, dead] : dead_) {
            const auto plan = std::ranges::find(plans, segment, &Compaction::Plan::segment);
            const uint64_t cut = plan == plans.end() ? UINT64_MAX : plan->cut_bytes;
            const auto outside = std::ranges::stable_partition(
                dead,
                [&](const IndexedBlock& block) { return block.location.offset_bytes >= cut; });
            for (IndexedBlock& block : outside) {
                if (cancel) return {};
                batch.push_back(std::move(block));
                if (batch.size() == removal_count_max) TRY(remove(batch, on_removed));
            }
            dead.erase(outside.begin(), outside.end());
        }
        return remove(batch, on_removed);
    }

    // Empties `batch`. While it runs, no put can find one of these held already.
    Result<void> remove(std::vector<IndexedBlock>& batch,
                        const std::function<void(const Removed&)>& on_removed) {
        if (batch.empty()) return {};
        {
            std::scoped_lock writing(store_.write_mutex_);
            std::unique_lock removal(store_.removal_mutex_);
            TRY(store_.leave_out_changed(batch, removal_count_));
            std::erase_if(batch, [&](const IndexedBlock& block) {
                const bool keeps = store_.leases_.keeps(block.hash, block.location);
                if (keeps) kept_.add(block.location);
                return keeps;
            });
            TRY(store_.index_->remove(batch));
        }
        for (IndexedBlock& block : batch) {
            on_removed({std::move(block.hash), block.location.size_bytes});
        }
        batch.clear();
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
    DeadBlocks dead_;
    uint64_t removal_count_ = 0;
    bool is_worth_purging_ = false;  // More than half of the table is nobody's any more.
};

Result<std::unique_ptr<Collection>> StoreImpl::begin_collection() {
    TRY(expect_writable());
    if (!leases_.begin_collection([this] { return log_->end(); })) {
        return fail(Code::busy, "another collection is running in the store in {}", directory_);
    }
    return std::make_unique<CollectionImpl>(*this);
}

}  // namespace kit::blocks
