// The records beside the index, as rooms above see them: a pin never reaches the disk before the
// blocks that it keeps. So a loss of power may take a pin of the last second, and never leaves one
// whose blocks are gone.
#pragma once

#include "blocks/database.h"
#include "blocks/segment_log.h"

namespace kit::blocks {

// Every call is safe from any thread. What is given outlives it.
class Records final : public KeyValue {
public:
    // `log` is null for readers, who write nothing.
    Records(Database& database, SegmentLog* log) : database_(database), log_(log) {}

    Result<std::optional<std::string>> find(Table table, std::string_view key) const override {
        return database_.find(table, key);
    }
    // A batch that puts something waits for a sync of what was appended before the call; with
    // `periodic` the batch itself is then written without one. Fails with io_error as the log does.
    Result<void> write(const WriteBatch& batch, Durability durability) override;
    Result<void> scan(
        Table table, std::string_view prefix, std::string_view from,
        const std::function<Result<bool>(std::string_view key, std::string_view value)>& visit)
        const override {
        return database_.scan(table, prefix, from, visit);
    }
    Result<void> sync() override;

private:
    Result<void> sync_log();

    Database& database_;
    SegmentLog* const log_;
};

}  // namespace kit::blocks
