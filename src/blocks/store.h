// The block store: CID in, verified bytes out, keyed by multihash. Blocks are appended to numbered
// segment files, each by itself a CARv1; an index says where each lies (docs/formats/).
// What put() accepted is never lost beyond the durability promise and never comes back wrong.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>

#include "base/env.h"
#include "blocks/block.h"
#include "blocks/key_value.h"
#include "blocks/source.h"

namespace kit::blocks {

enum class Access : uint8_t {
    read,  // No lock is taken; sees what was written when it opened, while a writer goes on.
    write  // The one writer process.
};

struct StoreOptions {
    Access access = Access::write;
    Durability durability = Durability::periodic;
    uint64_t storage_bytes_max = UINT64_MAX;      // StorageMax; what is over it is refused.
    uint64_t segment_size_bytes_max = 256 * MiB;  // A segment that would pass it is sealed.
    bool verify_on_read = false;                  // Datastore.HashOnRead.
    uint64_t index_cache_bytes = 16 * MiB;
    std::string lock_holder = "ipfs-kit";  // Named to whoever finds the store locked.
    // Gets sentences for the user about what open() had to repair, and when the store is destroyed
    // why it could not be closed; outlives the store.
    std::function<void(const std::string&)> on_notice = {};
};

struct StoreStat {
    uint64_t block_count = 0;  // Live blocks; kept as counters, never walked.
    uint64_t block_bytes = 0;  // Their bodies.
    uint64_t disk_bytes = 0;   // Segments and index as they lie on disk.
    uint64_t segment_count = 0;
};

// While it lives, collection keeps every block that was put or met through it. Made by
// Store::lease(); one for each running operation (an add, an import); any thread may use it. The
// store outlives it.
class Lease {
public:
    virtual ~Lease() = default;
};

// What a collection needs to tell live from dead; see Store::begin_collection().
class Collection {
public:
    virtual ~Collection() = default;
    struct Removed {
        formats::Multihash hash;
        uint64_t size_bytes;
    };
    // Removes each block for which `is_live` is false, save those that were put or met since the
    // collection began or under a lease. `is_live` is called from several threads; `on_removed`
    // from one, after the removal is in the index. Then gives space back (compaction of segments
    // whose live share is low). Stops between blocks when `cancel` becomes true.
    virtual Result<void> sweep(const std::function<bool(formats::MultihashView)>& is_live,
                               const std::function<void(const Removed&)>& on_removed,
                               const std::atomic<bool>& cancel) = 0;
};

struct VerifyReport {
    uint64_t checked_count = 0;
    uint64_t corrupt_count = 0;
};

class Store : public Source {
public:
    // Opens the store in `directory`; with Access::write makes it when absent and repairs a torn
    // tail. Fails with busy (naming the holder), not_found (read access, no store), unsupported (a
    // newer format), corrupt.
    static Result<std::unique_ptr<Store>> open(Env& env, const Path& directory,
                                               StoreOptions options);

    virtual std::unique_ptr<Lease> lease() = 0;

    // Stores the blocks; those held already cost a look-up. On return all of them are found by
    // every thread; they are durable by the option chosen. Batches of about 1 MiB or 256 blocks
    // are best. Fails with storage_full when StorageMax would be passed even after `make_room`,
    // too_large above block_size_bytes_max. On failure none or some of the blocks are held.
    // Returns how many bytes were new.
    virtual Result<uint64_t> put(Lease& lease, std::span<const NewBlock> blocks) = 0;

    // For --nocopy: the body stays in the user's file (absolute path) and is read from there,
    // hashed on every read. Fails with corrupt on reading when the file has changed.
    struct FileRange {
        std::string path;
        uint64_t offset_bytes;
        uint64_t size_bytes;
    };
    virtual Result<void> put_reference(Lease& lease, const formats::Cid& cid,
                                       const FileRange& range) = 0;
    // Forgets a reference (filestore verify --remove-bad-blocks); false when there was none.
    virtual Result<bool> remove_reference(const formats::Cid& cid) = 0;
    // In key order; until `visit` returns false.
    virtual Result<void> each_reference(
        const std::function<Result<bool>(const formats::Cid&, const FileRange&)>& visit) const = 0;
    // The block in the segments alone, passing over references: for filestore/dups and verify.
    virtual Result<bool> has_copy(const formats::Cid& cid) const = 0;

    // Removes one block (block/rm); false when it was not held.
    virtual Result<bool> remove(const formats::Cid& cid) = 0;

    // Every block held, as CIDv1 raw (the store is keyed by multihash), on a snapshot, in key
    // order; until `visit` returns false.
    virtual Result<void> each(
        const std::function<Result<bool>(const formats::Cid&, uint64_t size_bytes)>& visit)
        const = 0;

    // Begins a collection: remembers where the log stands. One at a time, else busy.
    virtual Result<std::unique_ptr<Collection>> begin_collection() = 0;
    // Called by put() when StorageMax would be passed, before it refuses; makes room by a
    // collection. Set once, before the first put().
    virtual void set_make_room(std::function<Result<void>()> make_room) = 0;

    // Reads and hashes every block; `on_bad` gets each that does not match (repo verify).
    virtual Result<VerifyReport> verify(
        const std::function<void(const formats::Cid&, const Error&)>& on_bad,
        const std::function<void(uint64_t done_count, uint64_t all_count)>& on_progress,
        const std::atomic<bool>& cancel) = 0;

    virtual Result<StoreStat> stat() const = 0;
    // The tables beside the index, for dag (pins), unixfs (MFS) and naming.
    virtual KeyValue& records() = 0;
    virtual const KeyValue& records() const = 0;
    virtual Durability durability() const = 0;
    // Everything put so far survives a loss of power when it returns.
    virtual Result<void> sync() = 0;
};

}  // namespace kit::blocks
