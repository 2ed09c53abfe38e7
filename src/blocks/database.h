// What the store needs of its database beyond KeyValue: many look-ups at once, a cursor that can be
// held, and the bytes on disk. RocksDB implements it; tests use one in memory that can crash.
#pragma once

#include <span>

#include "base/env.h"
#include "blocks/key_value.h"

namespace kit::blocks {

// Walks one table in byte order on the snapshot of its making. One thread.
class Cursor {
public:
    virtual ~Cursor() = default;
    virtual bool valid() const = 0;
    // Both live until the next call of next().
    virtual std::string_view key() const = 0;
    virtual std::string_view value() const = 0;
    virtual void next() = 0;
    // Why it is not valid; success at the end of the table.
    virtual Result<void> status() const = 0;
};

// Every call is safe from any thread. Outlives its cursors.
class Database : public KeyValue {
public:
    // One answer for each key, in their order. Sorted keys are found faster.
    virtual Result<std::vector<std::optional<std::string>>> find_many(
        Table table, std::span<const std::string_view> keys) const = 0;
    // Starts at the first key not below `from`.
    virtual Result<std::unique_ptr<Cursor>> cursor(Table table, std::string_view from) const = 0;
    virtual uint64_t disk_bytes() const = 0;
    // For readers: takes up what the writer has written since; otherwise does nothing.
    virtual Result<void> refresh() = 0;
    // Grows when what is read is no longer as of the moment of before: for readers, whose database
    // is opened anew by refresh() and when the writer has removed files under it.
    virtual uint64_t version() const { return 0; }
    // Forgets every entry of the table that DatabaseOptions::is_obsolete names. Reads all of it.
    virtual Result<void> purge(Table table) = 0;
    // Syncs and leaves little to replay for the next open; nothing may be written afterwards.
    virtual Result<void> close() = 0;

    Result<void> scan(
        Table table, std::string_view prefix, std::string_view from,
        const std::function<Result<bool>(std::string_view key, std::string_view value)>& visit)
        const override;
};

struct DatabaseOptions {
    bool read_only = false;
    uint64_t cache_bytes = 16 * MiB;
    // Called after a write that is not synced yet, from the writer's thread.
    std::function<void()> on_unsynced_write = {};
    // Entries that nobody asks for any more: they may be forgotten at any time. Called on threads
    // of the database's own, also while it opens.
    std::function<bool(Table table, std::string_view value)> is_obsolete = {};
};

// Makes it when absent, unless read_only. Fails with not_found (read_only and absent), corrupt,
// busy, io_error.
Result<std::unique_ptr<Database>> open_rocks_database(const Path& directory,
                                                      DatabaseOptions options);

}  // namespace kit::blocks
