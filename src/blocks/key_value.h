// Small records that change atomically with the block index: pins, MFS root, settings of the
// store. A thin face on RocksDB, so that rooms above never see it and tests can use memory.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kit::blocks {

// Each is a key space of its own: its number goes before its keys on disk, so numbers are append
// only.
enum class Table : uint8_t {
    blocks = 0,     // multihash -> location: the store's own, nobody else writes it.
    segments = 1,   // segment number -> counters: the store's own.
    pins = 2,       // dag/pins.
    files = 3,      // MFS root and friends.
    filestore = 4,  // multihash -> a range of a user's file (--nocopy).
    names = 5,      // IPNS records.
    meta = 6,       // Format version, checkpoint.
    undo = 7,       // What records were before blocks/records wrote them: the store's own.
};
inline constexpr size_t table_count = 8;

// Changes that become visible and durable together.
class WriteBatch final {
public:
    struct Change {
        Table table;
        bool is_put;
        std::string key;
        std::string value;
    };
    void put(Table table, std::string_view key, std::string_view value) {
        changes_.push_back({table, true, std::string(key), std::string(value)});
    }
    void remove(Table table, std::string_view key) {
        changes_.push_back({table, false, std::string(key), {}});
    }
    void reserve(size_t count) { changes_.reserve(count); }
    bool empty() const { return changes_.empty(); }
    size_t size() const { return changes_.size(); }
    const std::vector<Change>& changes() const { return changes_; }

private:
    std::vector<Change> changes_;
};

enum class Durability : uint8_t { periodic, operation };

// Every call is safe from any thread.
class KeyValue {
public:
    virtual ~KeyValue() = default;
    virtual Result<std::optional<std::string>> find(Table table, std::string_view key) const = 0;
    // Applied whole or not at all; with `operation` it is on disk when the call returns.
    virtual Result<void> write(const WriteBatch& batch, Durability durability) = 0;
    // Calls for every key from `from` on that starts with `prefix`, in byte order, on a snapshot of
    // the moment of the call, until `visit` returns false or fails.
    virtual Result<void> scan(
        Table table, std::string_view prefix, std::string_view from,
        const std::function<Result<bool>(std::string_view key, std::string_view value)>& visit)
        const = 0;
    // What was written before the call survives a loss of power.
    virtual Result<void> sync() = 0;
};

}  // namespace kit::blocks
