#include "blocks/simulated_database.h"

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <utility>

#include "base/thread_annotations.h"
#include "formats/varint.h"

namespace kit::blocks {
namespace {

using Entries = std::map<std::string, std::string, std::less<>>;
using Tables = std::array<Entries, table_count>;

// FNV-1a. http://www.isthe.com/chongo/tech/comp/fnv/
uint64_t checksum(ByteView bytes) {
    uint64_t sum = 0xcbf29ce484222325U;
    for (const uint8_t byte : bytes) sum = (sum ^ byte) * 0x100000001b3U;
    return sum;
}

void append_text(Bytes& out, std::string_view text) {
    formats::append_varint(out, text.size());
    append(out, as_bytes(text));
}

// A record of the log: its size, its checksum, then for each change table, verb, key and value.
Bytes encode(const WriteBatch& batch) {
    Bytes changes;
    for (const WriteBatch::Change& change : batch.changes()) {
        changes.push_back(static_cast<uint8_t>(change.table));
        changes.push_back(change.is_put ? 1 : 0);
        append_text(changes, change.key);
        append_text(changes, change.value);
    }
    Bytes record;
    formats::append_varint(record, changes.size());
    formats::append_varint(record, checksum(changes) >> 2);
    append(record, changes);
    return record;
}

uint64_t take_number(ByteView& in) {
    const auto number = formats::read_varint(in);
    ASSERT(number.has_value());
    in = in.subspan(number->size_bytes);
    return number->value;
}

std::string take_text(ByteView& in) {
    const uint64_t size = take_number(in);
    std::string text(as_text(in.first(size)));
    in = in.subspan(size);
    return text;
}

void apply(ByteView changes, Tables& tables) {
    while (!changes.empty()) {
        Entries& entries = tables.at(changes[0]);
        const bool is_put = changes[1] == 1;
        changes = changes.subspan(2);
        std::string key = take_text(changes);
        std::string value = take_text(changes);
        if (is_put) {
            entries[key] = value;
        } else {
            entries.erase(key);
        }
    }
}

// The changes of the first record of `log`; nullopt when it is torn.
std::optional<ByteView> first_record(ByteView log) {
    const auto size = formats::read_varint(log);
    if (!size) return std::nullopt;
    log = log.subspan(size->size_bytes);
    const auto sum = formats::read_varint(log);
    if (!sum || log.size() - sum->size_bytes < size->value) return std::nullopt;
    const ByteView changes = log.subspan(sum->size_bytes, size->value);
    if (size->value == 0 || checksum(changes) >> 2 != sum->value) return std::nullopt;
    return changes;
}

class SimulatedCursor final : public Cursor {
public:
    SimulatedCursor(Entries entries, std::string_view from)
        : entries_(std::move(entries)), at_(entries_.lower_bound(from)) {}
    bool valid() const override { return at_ != entries_.end(); }
    std::string_view key() const override { return at_->first; }
    std::string_view value() const override { return at_->second; }
    void next() override { ++at_; }
    Result<void> status() const override { return {}; }

private:
    const Entries entries_;
    Entries::const_iterator at_;
};

class SimulatedDatabase final : public Database {
public:
    explicit SimulatedDatabase(DatabaseOptions options) : options_(std::move(options)) {}

    Result<void> open(Env& env, const Path& directory) {
        TRY(env.disk.make_directories(directory));
        const Path path = join(directory, "log");
        file_ = TRY(env.disk.open(path, OpenMode::create_or_open));
        TRY(env.disk.sync_directory(directory));
        const Bytes log = TRY(read_file(env.disk, path));
        while (const auto changes = first_record(ByteView(log).subspan(size_))) {
            apply(*changes, tables_);
            size_ = static_cast<uint64_t>(changes->data() + changes->size() - log.data());
        }
        return file_->truncate(size_);
    }

    Result<std::optional<std::string>> find(Table table, std::string_view key) const override {
        std::scoped_lock lock(mutex_);
        const Entries& entries = tables_.at(static_cast<size_t>(table));
        const auto at = entries.find(key);
        if (at == entries.end()) return std::nullopt;
        return at->second;
    }

    Result<std::vector<std::optional<std::string>>> find_many(
        Table table, std::span<const std::string_view> keys) const override {
        std::vector<std::optional<std::string>> found;
        for (const std::string_view key : keys) found.push_back(TRY(find(table, key)));
        return found;
    }

    Result<std::unique_ptr<Cursor>> cursor(Table table, std::string_view from) const override {
        std::scoped_lock lock(mutex_);
        return std::make_unique<SimulatedCursor>(tables_.at(static_cast<size_t>(table)), from);
    }

    Result<void> write(const WriteBatch& batch, Durability durability) override {
        std::scoped_lock lock(mutex_);
        const Bytes record = encode(batch);
        const ByteView piece = record;
        TRY(file_->write_at(size_, std::span(&piece, 1)));
        if (durability == Durability::operation) TRY(file_->sync());
        size_ += record.size();
        apply(*first_record(record), tables_);
        if (options_.on_unsynced_write) options_.on_unsynced_write();
        return {};
    }

    Result<void> sync() override { return file_->sync(); }
    uint64_t disk_bytes() const override { return size_; }
    Result<void> refresh() override { return {}; }
    Result<void> purge(Table table) override {
        WriteBatch batch;
        {
            std::scoped_lock lock(mutex_);
            for (const auto& [key, value] : tables_.at(static_cast<size_t>(table))) {
                if (options_.is_obsolete(table, value)) batch.remove(table, key);
            }
        }
        if (batch.empty()) return {};
        return write(batch, Durability::periodic);
    }
    Result<void> close() override { return sync(); }

private:
    const DatabaseOptions options_;
    mutable std::mutex mutex_;
    std::unique_ptr<File> file_;
    std::atomic<uint64_t> size_ = 0;
    Tables tables_ GUARDED_BY(mutex_);
};

}  // namespace

Result<std::unique_ptr<Database>> open_simulated_database(Env& env, const Path& directory,
                                                          DatabaseOptions options) {
    auto database = std::make_unique<SimulatedDatabase>(std::move(options));
    TRY(database->open(env, directory));
    return database;
}

}  // namespace kit::blocks
