// A store in memory with the promises of blocks::Store, for tests of this room: DAGs are made by
// hand, blocks go missing on demand, and time stands where the test puts it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "base/env.h"
#include "blocks/store.h"
#include "dag/dag_maker.h"

namespace kit::dag::testing {

class TestClock final : public Clock {
public:
    int64_t unix_ns() const override { return now_s.load() * 1'000'000'000; }
    int64_t monotonic_ns() const override { return unix_ns(); }
    std::atomic<int64_t> now_s = 1'000'000;
};

// The machine's disk and randomness with a clock of its own.
struct TestEnv {
    TestClock clock;
    Env env{clock, real_env().disk, real_env().random};
};

class TestRecords final : public blocks::KeyValue {
public:
    Result<std::optional<std::string>> find(blocks::Table table,
                                            std::string_view key) const override {
        std::scoped_lock lock(mutex_);
        const auto entry = tables_[static_cast<size_t>(table)].find(std::string(key));
        if (entry == tables_[static_cast<size_t>(table)].end()) return std::nullopt;
        return entry->second;
    }
    Result<void> write(const blocks::WriteBatch& batch, blocks::Durability) override {
        std::scoped_lock lock(mutex_);
        for (const auto& change : batch.changes()) {
            auto& table = tables_[static_cast<size_t>(change.table)];
            if (change.is_put) {
                table[change.key] = change.value;
            } else {
                table.erase(change.key);
            }
        }
        return {};
    }
    Result<void> scan(blocks::Table table, std::string_view prefix, std::string_view from,
                      const std::function<Result<bool>(std::string_view, std::string_view)>& visit)
        const override {
        std::map<std::string, std::string> snapshot;
        {
            std::scoped_lock lock(mutex_);
            snapshot = tables_[static_cast<size_t>(table)];
        }
        for (const auto& [key, value] : snapshot) {
            if (!key.starts_with(prefix) || key < from) continue;
            const bool go_on = TRY(visit(key, value));
            if (!go_on) break;
        }
        return {};
    }
    Result<void> sync() override { return {}; }

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::string> tables_[blocks::table_count];
};

class TestStore final : public blocks::Store {
public:
    using Key = std::string;
    static Key key_of(formats::MultihashView hash) { return std::string(as_text(hash.bytes())); }

    Result<std::optional<SharedBytes>> find(const Cid& cid) const override {
        if (cid.hash().is_identity()) return SharedBytes::from(to_bytes(cid.hash().digest()));
        std::scoped_lock lock(mutex_);
        ++read_count;
        const auto entry = blocks_.find(key_of(cid.hash()));
        if (entry == blocks_.end()) return std::nullopt;
        return entry->second;
    }
    Result<std::optional<uint64_t>> find_size(const Cid& cid) const override {
        const auto body = TRY(find(cid));
        if (!body) return std::nullopt;
        return body->size();
    }
    std::unique_ptr<blocks::Lease> lease() override { return std::make_unique<TestLease>(*this); }

    Result<uint64_t> put(blocks::Lease& lease, std::span<const blocks::NewBlock> blocks) override {
        auto& mine = static_cast<TestLease&>(lease);
        uint64_t new_bytes = 0;
        std::scoped_lock lock(mutex_);
        for (const blocks::NewBlock& block : blocks) {
            const Key key = key_of(block.cid.hash());
            Bytes body;
            for (const ByteView piece : block.pieces()) append(body, piece);
            if (!blocks_.contains(key)) new_bytes += body.size();
            blocks_.try_emplace(key, SharedBytes::from(std::move(body)));
            mine.held.insert(key);
            if (collecting_) fresh_.insert(key);
        }
        return new_bytes;
    }
    Result<void> put_reference(blocks::Lease&, const Cid&, const FileRange&) override {
        return fail(Code::unsupported, "no references in tests");
    }
    Result<void> each_reference(
        const std::function<Result<bool>(const Cid&, const FileRange&)>&) const override {
        return {};
    }
    Result<bool> remove_reference(const Cid&) override { return false; }
    Result<bool> has_copy(const Cid& cid) const override { return has(cid); }
    Result<bool> remove(const Cid& cid) override {
        std::scoped_lock lock(mutex_);
        return blocks_.erase(key_of(cid.hash())) > 0;
    }
    Result<void> each(
        const std::function<Result<bool>(const Cid&, uint64_t)>& visit) const override {
        std::map<Key, SharedBytes> snapshot;
        {
            std::scoped_lock lock(mutex_);
            snapshot = blocks_;
        }
        for (const auto& [key, body] : snapshot) {
            const auto hash = TRY(formats::MultihashView::from_bytes(as_bytes(key)));
            const bool go_on = TRY(visit(Cid::v1(Codec::raw, hash), body.size()));
            if (!go_on) break;
        }
        return {};
    }
    Result<std::unique_ptr<blocks::Collection>> begin_collection() override {
        std::scoped_lock lock(mutex_);
        if (collecting_) return fail(Code::busy, "a collection runs already");
        collecting_ = true;
        return std::make_unique<TestCollection>(*this);
    }
    void set_make_room(std::function<Result<void>()>) override {}
    Result<blocks::VerifyReport> verify(const std::function<void(const Cid&, const Error&)>&,
                                        const std::function<void(uint64_t, uint64_t)>&,
                                        const std::atomic<bool>&) override {
        return blocks::VerifyReport{};
    }
    Result<blocks::StoreStat> stat() const override {
        std::scoped_lock lock(mutex_);
        return blocks::StoreStat{.block_count = blocks_.size()};
    }
    blocks::KeyValue& records() override { return records_; }
    const blocks::KeyValue& records() const override { return records_; }
    blocks::Durability durability() const override { return blocks::Durability::periodic; }
    Result<void> sync() override { return {}; }

    // How often a body was asked for.
    mutable uint64_t read_count = 0;

private:
    struct TestLease final : blocks::Lease {
        explicit TestLease(TestStore& owner) : store(owner) {
            std::scoped_lock lock(store.mutex_);
            store.leases_.insert(this);
        }
        ~TestLease() override {
            std::scoped_lock lock(store.mutex_);
            store.leases_.erase(this);
        }
        TestStore& store;
        std::set<Key> held;
    };
    struct TestCollection final : blocks::Collection {
        explicit TestCollection(TestStore& owner) : store(owner) {}
        ~TestCollection() override {
            std::scoped_lock lock(store.mutex_);
            store.collecting_ = false;
            store.fresh_.clear();
        }
        Result<void> sweep(const std::function<bool(formats::MultihashView)>& is_live,
                           const std::function<void(const Removed&)>& on_removed,
                           const std::atomic<bool>&) override {
            std::scoped_lock lock(store.mutex_);
            for (auto entry = store.blocks_.begin(); entry != store.blocks_.end();) {
                const auto hash = *formats::MultihashView::from_bytes(as_bytes(entry->first));
                if (is_live(hash) || store.is_held(entry->first)) {
                    ++entry;
                    continue;
                }
                if (on_removed) on_removed({formats::Multihash(hash), entry->second.size()});
                entry = store.blocks_.erase(entry);
            }
            return {};
        }
        TestStore& store;
    };
    bool is_held(const Key& key) const {
        if (fresh_.contains(key)) return true;
        return std::any_of(leases_.begin(), leases_.end(),
                           [&](const TestLease* lease) { return lease->held.contains(key); });
    }

    mutable std::mutex mutex_;
    std::map<Key, SharedBytes> blocks_;
    std::set<Key> fresh_;
    std::set<TestLease*> leases_;
    bool collecting_ = false;
    TestRecords records_;
};

}  // namespace kit::dag::testing
