// Removing blocks: one by name, or all that a marking found dead.
#include <algorithm>

#include "blocks/store_impl.h"

namespace kit::blocks {

using formats::Cid;

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
    TRY(index_->remove(std::span(&entry, 1)));
    if (options_.durability == Durability::operation) TRY(database_->sync());
    return true;
}

Result<std::unique_ptr<Collection>> StoreImpl::begin_collection() {
    return fail(Code::unsupported, "collection comes next");
}

Result<VerifyReport> StoreImpl::verify(const std::function<void(const Cid&, const Error&)>&,
                                       const std::function<void(uint64_t, uint64_t)>&,
                                       const std::atomic<bool>&) {
    return fail(Code::unsupported, "verify comes next");
}

}  // namespace kit::blocks
