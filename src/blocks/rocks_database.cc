// Database over RocksDB 7.8. The tables share one column family and are told apart by the first
// byte of the key: with seven families an open costs 3.3 ms and with one 1.7 ms (read-only 0.8 and
// 0.3 ms), and a process that reads one small file pays that each time.
//
// All writes go through the write-ahead log, so a batch is whole or absent after a crash; the log
// reaches the disk with sync().
#include <rocksdb/cache.h>
#include <rocksdb/compaction_filter.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <atomic>
#include <cstdarg>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "blocks/database.h"

namespace kit::blocks {
namespace {

// What close() leaves in the write-ahead log is replayed by every open until the next flush, at
// about 1 us for each record; a flush costs 2 ms. So small leftovers stay where they are.
constexpr uint64_t unflushed_bytes_max_at_close = 32 * KiB;
constexpr int read_only_open_attempt_count_max = 20;
// What a change adds to its key and value in RocksDB's batch: its kind, the table, two lengths.
constexpr size_t change_overhead_bytes_max = 12;

class SilentLogger final : public rocksdb::Logger {
public:
    using rocksdb::Logger::Logv;
    void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

Error error_of(const rocksdb::Status& status, std::string_view doing) {
    Code code = Code::io_error;
    if (status.IsNoSpace()) code = Code::storage_full;
    if (status.IsCorruption()) code = Code::corrupt;
    if (status.IsBusy() || status.IsTryAgain()) code = Code::busy;
    return Error{code, fmt::format("the index cannot {}: {}", doing, status.ToString())};
}

std::string full_key(Table table, std::string_view key) {
    std::string full;
    full.reserve(key.size() + 1);
    full += static_cast<char>(table);
    full += key;
    return full;
}

// Lets compaction leave out what nobody asks for any more. Never an old value comes back in its
// place: RocksDB leaves a deletion there while an older one may lie below.
class ObsoleteFilter final : public rocksdb::CompactionFilter {
public:
    explicit ObsoleteFilter(const DatabaseOptions& options) : is_obsolete_(options.is_obsolete) {}
    const char* Name() const override { return "kit.obsolete"; }
    bool Filter(int /*level*/, const rocksdb::Slice& key, const rocksdb::Slice& value,
                std::string* /*new_value*/, bool* /*value_changed*/) const override {
        return !key.empty() && is_obsolete_ &&
               is_obsolete_(static_cast<Table>(key[0]), value.ToStringView());
    }

private:
    const std::function<bool(Table, std::string_view)> is_obsolete_;
};

rocksdb::Options make_options(const DatabaseOptions& options, const ObsoleteFilter& filter) {
    rocksdb::Options out;
    out.compaction_filter = &filter;
    out.create_if_missing = !options.read_only;
    out.info_log = std::make_shared<SilentLogger>();
    out.info_log_level = rocksdb::FATAL_LEVEL;
    out.keep_log_file_num = 1;
    out.skip_stats_update_on_db_open = true;
    out.skip_checking_sst_file_sizes_on_db_open = true;
    out.stats_dump_period_sec = 0;
    out.stats_persist_period_sec = 0;
    out.max_background_jobs = 1;
    out.max_file_opening_threads = 1;
    // Of 64 MiB each: the filters and index blocks of open files are held in the cache below, so
    // this bounds descriptors and not memory.
    out.max_open_files = 256;
    out.target_file_size_base = 64 * MiB;
    out.max_bytes_for_level_base = 256 * MiB;
    out.write_buffer_size = 8 * MiB;
    out.max_write_buffer_number = 2;
    out.arena_block_size = 64 * KiB;
    out.bytes_per_sync = 1 * MiB;
    out.level_compaction_dynamic_level_bytes = true;
    out.compression = rocksdb::kNoCompression;  // Digests do not compress.
    out.max_manifest_file_size = 1 * MiB;
    // By default each open sets 13 MiB of disk aside for the log and the manifest, and each close
    // gives them back: milliseconds in memory, needless work for a journal. With one column family
    // the size of the log bounds nothing else.
    out.manifest_preallocation_size = 64 * KiB;
    out.max_total_wal_size = 1 * MiB;
    out.enable_pipelined_write = false;
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = rocksdb::NewLRUCache(options.cache_bytes, 2, false, 0.5);
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.optimize_filters_for_memory = false;
    table.cache_index_and_filter_blocks = true;
    table.cache_index_and_filter_blocks_with_high_priority = true;
    table.pin_l0_filter_and_index_blocks_in_cache = true;
    table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
    table.partition_filters = true;
    table.metadata_block_size = 4 * KiB;
    table.format_version = 5;
    table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
    out.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    return out;
}

class RocksCursor final : public Cursor {
public:
    RocksCursor(std::shared_ptr<rocksdb::DB> db, Table table, std::string_view from)
        : db_(std::move(db)),
          begin_(full_key(table, {})),
          end_(1, static_cast<char>(static_cast<uint8_t>(table) + 1)),
          end_slice_(end_) {
        rocksdb::ReadOptions options;
        options.fill_cache = false;
        options.iterate_upper_bound = &end_slice_;
        iterator_.reset(db_->NewIterator(options));
        iterator_->Seek(begin_ + std::string(from));
    }
    bool valid() const override { return iterator_->Valid(); }
    std::string_view key() const override { return iterator_->key().ToStringView().substr(1); }
    std::string_view value() const override { return iterator_->value().ToStringView(); }
    void next() override { iterator_->Next(); }
    Result<void> status() const override {
        const rocksdb::Status status = iterator_->status();
        if (!status.ok()) return std::unexpected(error_of(status, "be walked"));
        return {};
    }

private:
    const std::shared_ptr<rocksdb::DB> db_;  // Kept open while it is walked.
    const std::string begin_;
    const std::string end_;
    const rocksdb::Slice end_slice_;
    std::unique_ptr<rocksdb::Iterator> iterator_;
};

class RocksDatabase final : public Database {
public:
    RocksDatabase(Path directory, DatabaseOptions options)
        : directory_(std::move(directory)),
          options_(std::move(options)),
          filter_(options_),
          rocks_options_(make_options(options_, filter_)) {}
    ~RocksDatabase() override = default;
    RocksDatabase(const RocksDatabase&) = delete;
    RocksDatabase& operator=(const RocksDatabase&) = delete;

    Result<void> open() {
        auto opened = TRY(options_.read_only ? open_read_only() : open_read_write());
        std::unique_lock lock(mutex_);
        db_ = std::move(opened);
        return {};
    }

    Result<std::optional<std::string>> find(Table table, std::string_view key) const override {
        const std::string full = full_key(table, key);
        std::string value;
        const rocksdb::Status status =
            read([&](rocksdb::DB& db) { return db.Get(rocksdb::ReadOptions(), full, &value); });
        if (status.IsNotFound()) return std::nullopt;
        if (!status.ok()) return std::unexpected(error_of(status, "be read"));
        return value;
    }

    Result<std::vector<std::optional<std::string>>> find_many(
        Table table, std::span<const std::string_view> keys) const override {
        std::vector<std::string> full;
        full.reserve(keys.size());
        for (const std::string_view key : keys) full.push_back(full_key(table, key));
        const std::vector<rocksdb::Slice> slices(full.begin(), full.end());
        std::vector<rocksdb::PinnableSlice> values(keys.size());
        std::vector<rocksdb::Status> statuses(keys.size());
        const rocksdb::Status worst = read([&](rocksdb::DB& db) {
            for (rocksdb::PinnableSlice& value : values) value.Reset();
            db.MultiGet(rocksdb::ReadOptions(), db.DefaultColumnFamily(), slices.size(),
                        slices.data(), values.data(), statuses.data());
            for (const rocksdb::Status& status : statuses) {
                if (!status.ok() && !status.IsNotFound()) return status;
            }
            return rocksdb::Status::OK();
        });
        if (!worst.ok()) return std::unexpected(error_of(worst, "be read"));
        std::vector<std::optional<std::string>> found(keys.size());
        for (size_t i = 0; i < keys.size(); ++i) {
            if (statuses[i].ok()) found[i].emplace(values[i].data(), values[i].size());
        }
        return found;
    }

    Result<std::unique_ptr<Cursor>> cursor(Table table, std::string_view from) const override {
        auto made = std::make_unique<RocksCursor>(handle(), table, from);
        if (!made->status() && options_.read_only) {
            TRY(reopen());
            made = std::make_unique<RocksCursor>(handle(), table, from);
        }
        TRY(made->status());
        return made;
    }

    Result<void> write(const WriteBatch& batch, Durability durability) override {
        ASSERT(!options_.read_only);
        size_t size_bytes = 64;
        for (const WriteBatch::Change& change : batch.changes()) {
            size_bytes += change.key.size() + change.value.size() + change_overhead_bytes_max;
        }
        rocksdb::WriteBatch changes(size_bytes);
        for (const WriteBatch::Change& change : batch.changes()) {
            const char table = static_cast<char>(change.table);
            const std::array<rocksdb::Slice, 2> key = {rocksdb::Slice(&table, 1), change.key};
            const rocksdb::SliceParts key_parts(key.data(), 2);
            const rocksdb::Slice value = change.value;
            const rocksdb::Status status =
                change.is_put ? changes.Put(key_parts, rocksdb::SliceParts(&value, 1))
                              : changes.Delete(key_parts);
            ASSERT(status.ok());
        }
        rocksdb::WriteOptions options;
        options.sync = durability == Durability::operation;
        const std::shared_ptr<rocksdb::DB> db = handle();
        rocksdb::Status status = db->Write(options, &changes);
        // After a failed flush RocksDB refuses writes until it is told that the reason has gone.
        if (!status.ok() && db->Resume().ok()) status = db->Write(options, &changes);
        if (!status.ok()) return std::unexpected(error_of(status, "be written"));
        if (!options.sync && options_.on_unsynced_write) options_.on_unsynced_write();
        return {};
    }

    Result<void> sync() override {
        if (options_.read_only) return {};
        const rocksdb::Status status = handle()->FlushWAL(true);
        if (!status.ok()) return std::unexpected(error_of(status, "be synced"));
        return {};
    }

    uint64_t disk_bytes() const override {
        uint64_t tables = 0;
        const std::shared_ptr<rocksdb::DB> db = handle();
        db->GetIntProperty(rocksdb::DB::Properties::kTotalSstFilesSize, &tables);
        uint64_t unflushed = 0;
        db->GetIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables, &unflushed);
        return tables + unflushed;
    }

    Result<void> refresh() override { return options_.read_only ? reopen() : Result<void>(); }
    uint64_t version() const override { return version_; }

    Result<void> purge(Table table) override {
        ASSERT(!options_.read_only);
        const std::string first = full_key(table, {});
        const std::string last(1, static_cast<char>(static_cast<uint8_t>(table) + 1));
        const rocksdb::Slice begin = first;
        const rocksdb::Slice end = last;
        rocksdb::CompactRangeOptions options;
        options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
        const rocksdb::Status status = handle()->CompactRange(options, &begin, &end);
        if (!status.ok()) return std::unexpected(error_of(status, "be compacted"));
        return {};
    }

    Result<void> close() override {
        if (options_.read_only) return {};
        const std::shared_ptr<rocksdb::DB> db = handle();
        uint64_t unflushed = 0;
        db->GetIntProperty(rocksdb::DB::Properties::kCurSizeActiveMemTable, &unflushed);
        if (unflushed > 128 * KiB + unflushed_bytes_max_at_close) {
            const rocksdb::Status status = db->Flush(rocksdb::FlushOptions());
            if (!status.ok()) return std::unexpected(error_of(status, "be flushed"));
        }
        return sync();
    }

private:
    using Handle = std::shared_ptr<rocksdb::DB>;

    Handle handle() const {
        std::shared_lock lock(mutex_);
        return db_;
    }

    Result<Handle> open_read_write() const {
        rocksdb::DB* db = nullptr;
        const rocksdb::Status status = rocksdb::DB::Open(rocks_options_, directory_, &db);
        if (!status.ok()) return std::unexpected(error_of(status, "be opened"));
        return Handle(db);
    }

    // The writer may remove a file between our reading of its name and our opening of it; then
    // the names have changed and are read again.
    Result<Handle> open_read_only() const {
        rocksdb::Status status;
        for (int attempt = 0; attempt < read_only_open_attempt_count_max; ++attempt) {
            rocksdb::DB* db = nullptr;
            status = rocksdb::DB::OpenForReadOnly(rocks_options_, directory_, &db);
            if (status.ok()) return Handle(db);
            if (status.IsNotFound()) break;
        }
        return std::unexpected(error_of(status, "be opened for reading"));
    }

    Result<void> reopen() const {
        auto opened = TRY(open_read_only());
        std::unique_lock lock(mutex_);
        db_ = std::move(opened);
        ++version_;
        return {};
    }

    // A reader loses its snapshot when the writer's compaction has removed a file of it.
    template <typename Get>
    rocksdb::Status read(const Get& get) const {
        rocksdb::Status status = get(*handle());
        if (options_.read_only && !status.ok() && !status.IsNotFound() && reopen()) {
            status = get(*handle());
        }
        return status;
    }

    const Path directory_;
    const DatabaseOptions options_;
    const ObsoleteFilter filter_;  // Outlives db_.
    const rocksdb::Options rocks_options_;
    mutable std::shared_mutex mutex_;
    mutable Handle db_;  // Guarded by mutex_; replaced only in readers.
    mutable std::atomic<uint64_t> version_ = 0;
};

}  // namespace

Result<std::unique_ptr<Database>> open_rocks_database(const Path& directory,
                                                      DatabaseOptions options) {
    auto database = std::make_unique<RocksDatabase>(directory, std::move(options));
    TRY(database->open());
    return database;
}

}  // namespace kit::blocks
