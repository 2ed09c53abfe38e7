// The records beside the index, as rooms above see them: a pin never outlives the blocks that it
// keeps. So a loss of power may take a pin of the last second, and never leaves one whose blocks
// are gone. Nobody waits for the disk for that: a record whose blocks may not be there yet is
// written with what it was before, and who opens the store after a loss of power takes it back.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/thread_annotations.h"
#include "blocks/database.h"
#include "blocks/segment_log.h"

namespace kit::blocks {

// Every call is safe from any thread. What is given outlives it.
class Records final : public KeyValue {
public:
    // `log` is null for readers, who write nothing.
    Records(Database& database, SegmentLog* log) : database_(database), log_(log) {}

    // Once, when the log has been recovered and before anything is written: takes back what needed
    // more of the log than there is, and forgets how to undo the rest.
    Result<void> recover();

    Result<std::optional<std::string>> find(Table table, std::string_view key) const override {
        return database_.find(table, key);
    }
    // With `operation`, and where it costs less than undoing would, a sync of what was appended
    // before the call comes first. Fails with io_error as the log does.
    Result<void> write(const WriteBatch& batch, Durability durability) override;
    Result<void> scan(
        Table table, std::string_view prefix, std::string_view from,
        const std::function<Result<bool>(std::string_view key, std::string_view value)>& visit)
        const override {
        return database_.scan(table, prefix, from, visit);
    }
    Result<void> sync() override;
    // After a sync of the log: forgets how to undo what needs no undoing any more.
    Result<void> settle();

private:
    using Name = std::pair<Table, std::string>;
    struct Row {
        Position needed;  // The last of its needs.
        Name name;
    };

    Result<void> sync_log();
    bool undoable(size_t put_count, Durability durability) const;
    // Adds to `changes` the row that undoes `change`.
    Result<void> add_row(const WriteBatch::Change& change, const std::vector<Position>& needs,
                         WriteBatch& changes) REQUIRES(mutex_);
    // What is removed was nothing before, too: what it named may be collected from now on.
    void forget_before(const WriteBatch::Change& change, WriteBatch& changes) REQUIRES(mutex_);

    Database& database_;
    SegmentLog* const log_;
    mutable std::mutex mutex_;  // Held from looking at what a record was to writing what it is.
    uint64_t row_count_ GUARDED_BY(mutex_) = 0;
    std::map<uint64_t, Row> rows_ GUARDED_BY(mutex_);  // Those in the table, by their numbers.
    std::multimap<Name, uint64_t> rows_by_name_ GUARDED_BY(mutex_);
};

}  // namespace kit::blocks
