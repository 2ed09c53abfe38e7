// The store's parts and their order of locking: write_mutex_ (what changes the index), then
// append_mutex_ (the one appender), then removal_mutex_, then the parts' own mutexes. put() takes
// only the later ones, so it waits for a flush of the index only when far too much is pending.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "blocks/block_index.h"
#include "blocks/lease.h"
#include "blocks/records.h"
#include "blocks/recovery.h"
#include "blocks/segment_log.h"
#include "blocks/store.h"
#include "blocks/sync_thread.h"

namespace kit::blocks {

// What tests replace.
struct StoreParts {
    std::function<Result<std::unique_ptr<Database>>(const Path&, DatabaseOptions)> open_database =
        open_rocks_database;
    // Without it nothing is synced or indexed before sync() or the bound of what may be pending.
    bool background = true;
};
Result<std::unique_ptr<Store>> open_store(Env& env, const Path& directory, StoreOptions options,
                                          StoreParts parts);

class StoreImpl final : public Store {
public:
    StoreImpl(Env& env, Path directory, StoreOptions options, StoreParts parts);
    ~StoreImpl() override;
    StoreImpl(const StoreImpl&) = delete;
    StoreImpl& operator=(const StoreImpl&) = delete;
    Result<void> open();

    Result<std::optional<SharedBytes>> find(const formats::Cid& cid) const override;
    Result<std::optional<uint64_t>> find_size(const formats::Cid& cid) const override;
    Result<std::optional<SharedBytes>> find_prefix(const formats::Cid& cid,
                                                   size_t byte_count) const override;
    Result<std::optional<Head>> find_head(const formats::Cid& cid,
                                          size_t byte_count) const override;
    std::unique_ptr<Lease> lease() override;
    Result<uint64_t> put(Lease& lease, std::span<const NewBlock> blocks) override;
    Result<void> put_reference(Lease& lease, const formats::Cid& cid,
                               const FileRange& range) override;
    Result<bool> remove_reference(const formats::Cid& cid) override;
    Result<void> each_reference(
        const std::function<Result<bool>(const formats::Cid&, const FileRange&)>& visit)
        const override;
    Result<bool> has_copy(const formats::Cid& cid) const override;
    Result<bool> remove(const formats::Cid& cid) override;
    Result<void> each(
        const std::function<Result<bool>(const formats::Cid&, uint64_t)>& visit) const override;
    Result<std::unique_ptr<Collection>> begin_collection() override;
    void set_make_room(std::function<Result<void>()> make_room) override;
    Result<VerifyReport> verify(
        const std::function<void(const formats::Cid&, const Error&)>& on_bad,
        const std::function<void(uint64_t, uint64_t)>& on_progress,
        const std::atomic<bool>& cancel) override;
    Result<StoreStat> stat() const override;
    KeyValue& records() override { return *records_; }
    const KeyValue& records() const override { return *records_; }
    Durability durability() const override { return options_.durability; }
    Result<void> sync() override;

private:
    friend class CollectionImpl;
    friend class Compaction;
    friend class Verification;

    bool writable() const { return options_.access == Access::write; }
    Result<void> expect_writable() const;
    Result<uint32_t> check_version() const;
    Result<void> write_version();
    Result<void> open_database();

    // Where the block lies, in the index or behind it.
    struct Located {
        Location location;
        bool checked;  // Recovery or the writer has seen that the bytes are whole.
    };
    Result<std::optional<Located>> locate(formats::MultihashView hash) const;
    // The first `byte_count` bytes of the body.
    Result<SharedBytes> read(const Location& location, uint64_t byte_count) const;
    // With a second try when compaction has moved the block meanwhile.
    enum class Verify : uint8_t { as_configured, always };
    Result<std::optional<Head>> find_copy(const formats::Cid& cid, uint64_t byte_count_max,
                                          Verify verify = Verify::as_configured) const;
    Result<void> check(const formats::Cid& cid) const;
    Result<const Tail*> tail() const;
    Result<std::optional<SharedBytes>> find_referenced(const formats::Cid& cid) const;
    Result<std::optional<uint64_t>> find_referenced_size(const formats::Cid& cid) const;

    Result<uint64_t> put_group(LeaseImpl& lease, std::span<const NewBlock> blocks);
    Result<uint64_t> append_group(LeaseImpl& lease, std::span<const NewBlock> blocks,
                                  std::span<const formats::MultihashView> hashes,
                                  BlockIndex::Found& found);
    // Takes out of `dead` what somebody else removed, and perhaps put again, since removal_count_
    // was this. The caller holds write_mutex_.
    Result<void> leave_out_changed(std::vector<IndexedBlock>& dead, uint64_t removal_count) const;
    // Reserves the bytes; the caller takes them back from reserved_bytes_ when they are appended.
    Result<void> make_room_for(uint64_t new_bytes);
    bool reserve(uint64_t new_bytes);
    uint64_t used_bytes() const;
    Result<void> limit_pending();
    // Log durable, then the index's batch.
    Result<void> flush(Durability durability);
    Result<void> flush_locked(Durability durability);

    Env& env_;
    const Path directory_;
    const StoreOptions options_;
    const StoreParts parts_;
    std::unique_ptr<FileLock> lock_;
    const std::shared_ptr<CutList> cuts_ = std::make_shared<CutList>();
    std::unique_ptr<Database> database_;
    SegmentFiles files_;
    std::unique_ptr<BlockIndex> index_;
    std::unique_ptr<SegmentLog> log_;  // Absent in readers.
    std::unique_ptr<Records> records_;
    LeaseRegistry leases_;

    std::mutex write_mutex_;
    std::mutex append_mutex_;
    // Shared by putters that note what they met, exclusive for who removes.
    std::shared_mutex removal_mutex_;
    std::atomic<uint64_t> removal_count_ = 0;  // Of single blocks, by remove().
    std::mutex make_room_mutex_;
    std::mutex reserve_mutex_;
    std::atomic<uint64_t> reserved_bytes_ = 0;  // By puts that have not appended yet.
    std::function<Result<void>()> make_room_;
    std::atomic<uint64_t> index_bytes_ = 0;  // As of the last flush.

    mutable std::mutex tail_mutex_;
    mutable std::unique_ptr<Tail> tail_ GUARDED_BY(tail_mutex_);  // Made once, when first needed.

    std::unique_ptr<SyncThread> sync_thread_;
};

}  // namespace kit::blocks
