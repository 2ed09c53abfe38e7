#include "blocks/records.h"

#include <algorithm>
#include <vector>

#include "blocks/undo_rows.h"

namespace kit::blocks {
namespace {

// For more changes at once a sync is cheaper than what undoing them would take.
constexpr size_t undoable_count_max = 64;
// As it is for any where it takes less than writing and removing a row: in memory.
constexpr int64_t cheap_sync_time_ns = 20'000;
// The sync thread comes every half second; who writes faster than this pays for a sync himself.
constexpr size_t row_count_max = 65536;

}  // namespace

Result<void> Records::recover() {
    const Position end = log_->end();
    TRY(undo_unmet(database_, [end](Position need) { return need <= end; }));
    WriteBatch batch;
    TRY(database_.scan(Table::undo, {}, {},
                       [&batch](std::string_view key, std::string_view) -> Result<bool> {
                           batch.remove(Table::undo, key);
                           return true;
                       }));
    if (batch.empty()) return {};
    return database_.write(batch, Durability::operation);
}

Result<void> Records::write(const WriteBatch& batch, Durability durability) {
    if (log_ == nullptr) return database_.write(batch, durability);
    // What a batch removes names no block, so it need not wait.
    const auto put_count = std::ranges::count_if(batch.changes(), &WriteBatch::Change::is_put);
    if (put_count > 0 && !undoable(static_cast<size_t>(put_count), durability)) TRY(sync_log());
    std::scoped_lock lock(mutex_);
    const std::vector<Position> needs =
        put_count > 0 ? log_->unsynced_ends() : std::vector<Position>();
    const bool waits = !needs.empty();
    if (!waits && rows_.empty()) return database_.write(batch, durability);
    if (waits) TRY(log_->expect_sound());
    WriteBatch changes = batch;
    for (const WriteBatch::Change& change : batch.changes()) {
        if (!change.is_put) {
            forget_before(change, changes);
        } else if (waits) {
            TRY(add_row(change, needs, changes));
        }
    }
    return database_.write(changes, durability);
}

bool Records::undoable(size_t put_count, Durability durability) const {
    std::scoped_lock lock(mutex_);
    return durability == Durability::periodic && put_count <= undoable_count_max &&
           rows_.size() < row_count_max && log_->sync_time_ns() > cheap_sync_time_ns;
}

Result<void> Records::add_row(const WriteBatch::Change& change, const std::vector<Position>& needs,
                              WriteBatch& changes) {
    const UndoRow row{.needs = needs,
                      .table = change.table,
                      .key = change.key,
                      .before = TRY(database_.find(change.table, change.key))};
    // A batch that fails leaves a row in memory alone: settling it removes nothing.
    const uint64_t number = row_count_++;
    changes.put(Table::undo, undo_key(number), encode_undo(row));
    rows_by_name_.emplace(Name{change.table, change.key}, number);
    rows_.emplace(number, Row{needs.back(), {change.table, change.key}});
    return {};
}

void Records::forget_before(const WriteBatch::Change& change, WriteBatch& changes) {
    const auto [first, last] = rows_by_name_.equal_range(Name{change.table, change.key});
    for (auto entry = first; entry != last; ++entry) {
        const UndoRow gone{.needs = {rows_.at(entry->second).needed},
                           .table = change.table,
                           .key = change.key,
                           .before = {}};
        changes.put(Table::undo, undo_key(entry->second), encode_undo(gone));
    }
}

Result<void> Records::settle() {
    std::scoped_lock lock(mutex_);
    if (rows_.empty()) return {};
    const Position synced = log_->synced();
    const auto end = std::ranges::find_if(
        rows_, [synced](const auto& entry) { return entry.second.needed > synced; });
    if (end == rows_.begin()) return {};
    WriteBatch batch;
    for (auto row = rows_.begin(); row != end; ++row) {
        batch.remove(Table::undo, undo_key(row->first));
    }
    TRY(database_.write(batch, Durability::periodic));
    for (auto row = rows_.begin(); row != end; row = rows_.erase(row)) {
        const auto [first, last] = rows_by_name_.equal_range(row->second.name);
        rows_by_name_.erase(std::find_if(
            first, last, [&row](const auto& entry) { return entry.second == row->first; }));
    }
    return {};
}

Result<void> Records::sync() {
    TRY(sync_log());
    TRY(settle());
    return database_.sync();
}

Result<void> Records::sync_log() {
    if (log_ == nullptr) return {};
    return log_->sync_to(log_->end());
}

}  // namespace kit::blocks
