#include "blocks/records.h"

#include <algorithm>

namespace kit::blocks {

Result<void> Records::write(const WriteBatch& batch, Durability durability) {
    // The kernel may write the database's log to the disk long before a segment. What a batch
    // removes names no block, so it need not wait.
    if (std::ranges::any_of(batch.changes(), &WriteBatch::Change::is_put)) TRY(sync_log());
    return database_.write(batch, durability);
}

Result<void> Records::sync() {
    TRY(sync_log());
    return database_.sync();
}

Result<void> Records::sync_log() {
    if (log_ == nullptr) return {};
    return log_->sync_to(log_->end());
}

}  // namespace kit::blocks
