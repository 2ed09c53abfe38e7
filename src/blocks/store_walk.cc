// Walking all blocks: the index, what waits for it in memory, and the filestore, merged by key.
#include <algorithm>

#include "blocks/references.h"
#include "blocks/store_impl.h"

namespace kit::blocks {
namespace {

using formats::Cid;
using formats::MultihashView;

std::string_view key_of(const IndexEntry& entry) {
    return as_text(entry.hash.bytes());
}

}  // namespace

Result<void> StoreImpl::each(
    const std::function<Result<bool>(const Cid&, uint64_t size_bytes)>& visit) const {
    // What is pending is copied before the index's snapshot is taken: an entry that moves between
    // the two is then seen twice, and one of them passed over, but never missed.
    std::vector<IndexEntry> pending = index_->pending_sorted();
    if (!writable()) {
        for (const auto& [hash, location] : TRY(tail())->blocks)
            pending.push_back({hash, location});
        std::ranges::sort(pending, {}, key_of);
    }
    IndexWalk indexed = TRY(index_->walk());
    const auto referenced = TRY(database_->cursor(Table::filestore, {}));
    auto waiting = pending.begin();
    for (;;) {
        std::optional<std::string_view> least;
        const auto consider = [&](std::string_view key) {
            if (!least || key < *least) least = key;
        };
        if (indexed.valid()) consider(indexed.key());
        if (referenced->valid()) consider(referenced->key());
        if (waiting != pending.end()) consider(key_of(*waiting));
        if (!least) break;
        const std::string key(*least);
        uint64_t size_bytes = 0;
        if (referenced->valid() && referenced->key() == key) {
            size_bytes = TRY(decode_reference(referenced->value())).range.size_bytes;
            referenced->next();
        }
        if (indexed.valid() && indexed.key() == key) {
            size_bytes = indexed.location().size_bytes;
            TRY(indexed.next());
        }
        if (waiting != pending.end() && key_of(*waiting) == key) {
            size_bytes = waiting->location.size_bytes;
            ++waiting;
        }
        const MultihashView hash = TRY(MultihashView::from_bytes(as_bytes(key)));
        const bool more = TRY(visit(Cid::v1(formats::Codec::raw, hash), size_bytes));
        if (!more) return {};
    }
    return referenced->status();
}

}  // namespace kit::blocks
