// Putting and finding blocks. docs/flows/add.md follows a block from here to the disk.
#include "blocks/store.h"

#include <algorithm>
#include <unordered_set>

#include "base/limits.h"
#include "blocks/store_impl.h"
#include "formats/varint.h"

namespace kit::blocks {
namespace {

using formats::MultihashView;

// One append is one system call and one lock; larger calls are cut into groups of this size.
constexpr uint64_t group_size_bytes_max = 16 * MiB;
constexpr size_t group_count_max = 4096;

using HashSet = std::unordered_set<MultihashView, formats::MultihashHash, formats::MultihashEqual>;

// The heads of sections, next to each other in one buffer.
class SectionHeads final {
public:
    explicit SectionHeads(std::span<const NewBlock* const> blocks) {
        size_t size = 0;
        for (const NewBlock* block : blocks) {
            size += formats::varint_size_bytes_max + block->cid.bytes().size();
        }
        bytes_.reserve(size);  // So that views into it stay.
    }
    ByteView add(const NewBlock& block) {
        const size_t start = bytes_.size();
        const ByteView cid = block.cid.bytes();
        formats::append_varint(bytes_, cid.size() + block.size_bytes());
        append(bytes_, cid);
        return ByteView(bytes_).subspan(start);
    }

private:
    Bytes bytes_;
};

}  // namespace

Result<uint64_t> StoreImpl::put(Lease& lease, std::span<const NewBlock> blocks) {
    TRY(expect_writable());
    const uint64_t group_bytes_max =
        std::min(group_size_bytes_max, options_.segment_size_bytes_max);
    uint64_t new_bytes = 0;
    while (!blocks.empty()) {
        uint64_t group_bytes = 0;
        size_t count = 0;
        while (count < blocks.size() && count < group_count_max) {
            const uint64_t size = blocks[count].size_bytes();
            if (size > limits::block_size_bytes_max) {
                return fail(Code::too_large, "block {} has {} bytes, at most {} can be stored",
                            blocks[count].cid.to_text(), size, limits::block_size_bytes_max);
            }
            if (count > 0 && group_bytes + size > group_bytes_max) break;
            group_bytes += size;
            ++count;
        }
        new_bytes += TRY(put_group(static_cast<LeaseImpl&>(lease), blocks.first(count)));
        blocks = blocks.subspan(count);
    }
    if (options_.durability == Durability::operation) TRY(log_->sync_to(log_->end()));
    return new_bytes;
}

Result<uint64_t> StoreImpl::put_group(LeaseImpl& lease, std::span<const NewBlock> blocks) {
    std::vector<MultihashView> hashes;
    hashes.reserve(blocks.size());
    for (const NewBlock& block : blocks) hashes.push_back(block.cid.hash());
    BlockIndex::Found found;
    {
        std::shared_lock removal(removal_mutex_);
        found = TRY(index_->find_many(hashes));
        for (size_t i = 0; i < blocks.size(); ++i) {
            if (found.locations[i]) lease.meet(hashes[i]);
        }
    }
    uint64_t missing_bytes = 0;
    for (size_t i = 0; i < blocks.size(); ++i) {
        if (!found.locations[i] && !hashes[i].is_identity()) {
            missing_bytes += blocks[i].size_bytes();
        }
    }
    const bool all_held = missing_bytes == 0 && std::ranges::all_of(found.locations, [](auto& at) {
                              return at.has_value();
                          });
    if (all_held) return 0;
    TRY(make_room_for(missing_bytes));
    Result<uint64_t> appended = append_group(lease, blocks, hashes, found);
    reserved_bytes_ -= missing_bytes;
    const uint64_t new_bytes = TRY(std::move(appended));
    TRY(limit_pending());
    return new_bytes;
}

Result<uint64_t> StoreImpl::append_group(LeaseImpl& lease, std::span<const NewBlock> blocks,
                                         std::span<const MultihashView> hashes,
                                         BlockIndex::Found& found) {
    std::scoped_lock appending(append_mutex_);
    std::vector<const NewBlock*> fresh;
    {
        // Others may have put the same since we looked.
        std::shared_lock removal(removal_mutex_);
        TRY(index_->find_again(hashes, found));
        HashSet seen;
        for (size_t i = 0; i < blocks.size(); ++i) {
            if (hashes[i].is_identity()) continue;  // Its CID holds it.
            if (found.locations[i]) {
                lease.meet(hashes[i]);
            } else if (seen.insert(hashes[i]).second) {
                fresh.push_back(&blocks[i]);
            }
        }
    }
    if (fresh.empty()) return 0;
    SectionHeads heads(fresh);
    std::vector<ByteView> pieces;
    pieces.reserve(fresh.size() * 3);
    std::vector<IndexEntry> entries;
    entries.reserve(fresh.size());
    uint64_t size_bytes = 0;
    uint64_t body_bytes = 0;
    for (const NewBlock* block : fresh) {
        const ByteView head = heads.add(*block);
        pieces.push_back(head);
        for (const ByteView piece : block->pieces()) {
            if (!piece.empty()) pieces.push_back(piece);
        }
        size_bytes += head.size();
        entries.push_back(
            {formats::Multihash(block->cid.hash()),
             {0, static_cast<uint32_t>(head.size()), size_bytes, block->size_bytes()}});
        size_bytes += block->size_bytes();
        body_bytes += block->size_bytes();
    }
    const auto start = log_->append(pieces, size_bytes);
    if (!start && start.error().code == Code::storage_full) {
        return fail_because(start.error(),
                            "the disk is full; free some space, or run `ipfs-kit repo gc`");
    }
    if (!start) return std::unexpected(start.error());
    for (IndexEntry& entry : entries) {
        entry.location.segment = start->segment;
        entry.location.offset_bytes += start->offset_bytes;
    }
    index_->add(std::move(entries));
    if (sync_thread_) sync_thread_->mark_dirty();
    return body_bytes;
}

// Puts that run at once must not share the same room: what fits is reserved until it is appended.
bool StoreImpl::reserve(uint64_t new_bytes) {
    std::scoped_lock lock(reserve_mutex_);
    const uint64_t used = used_bytes();
    const uint64_t room_bytes =
        options_.storage_bytes_max - std::min(options_.storage_bytes_max, used);
    if (new_bytes > room_bytes || used > options_.storage_bytes_max) return false;
    reserved_bytes_ += new_bytes;
    return true;
}

uint64_t StoreImpl::used_bytes() const {
    // In this order: what goes from the one to the other meanwhile is counted twice, never missed.
    const uint64_t reserved = reserved_bytes_;
    return reserved + log_->bytes() + index_bytes_;
}

Result<void> StoreImpl::make_room_for(uint64_t new_bytes) {
    if (reserve(new_bytes)) return {};
    Result<void> made;
    {
        std::scoped_lock lock(make_room_mutex_);
        // Another may have made room meanwhile.
        if (reserve(new_bytes)) return {};
        if (make_room_) made = make_room_();
    }
    if (reserve(new_bytes)) return {};
    Error error{Code::storage_full,
                fmt::format("the store uses {} of the {} bytes that Datastore.StorageMax allows, "
                            "and {} more do not fit; free some with `ipfs-kit repo gc`, or raise "
                            "Datastore.StorageMax",
                            used_bytes(), options_.storage_bytes_max, new_bytes)};
    if (!made) error.cause = std::make_shared<const Error>(made.error());
    return std::unexpected(std::move(error));
}

Result<void> StoreImpl::limit_pending() {
    const size_t count = index_->pending_count();
    if (count < BlockIndex::pending_count_soft_max) return {};
    if (sync_thread_ && count < 4 * BlockIndex::pending_count_soft_max) {
        sync_thread_->hurry();
        return {};
    }
    return flush(Durability::periodic);
}

Result<void> StoreImpl::flush(Durability durability) {
    std::scoped_lock lock(write_mutex_);
    return flush_locked(durability);
}

Result<void> StoreImpl::flush_locked(Durability durability) {
    Position end;
    uint64_t log_bytes = 0;
    {
        std::scoped_lock appending(append_mutex_);
        end = log_->end();
        log_bytes = log_->bytes();
        const bool nothing_new = end == index_->checkpoint() && index_->pending_count() == 0;
        if (nothing_new) {
            TRY(records_->settle());
            return durability == Durability::periodic ? Result<void>() : database_->sync();
        }
        index_->take();
    }
    const auto synced = log_->sync_to(end);
    if (!synced) {
        index_->give_back();
        return synced;
    }
    TRY(index_->write(end, log_bytes, durability));
    TRY(records_->settle());
    index_bytes_ = database_->disk_bytes();
    return {};
}

Result<void> StoreImpl::sync() {
    TRY(expect_writable());
    return flush(Durability::operation);
}

std::unique_ptr<Lease> StoreImpl::lease() {
    return leases_.lease([this] { return log_ ? log_->end() : Position{}; });
}

void StoreImpl::set_make_room(std::function<Result<void>()> make_room) {
    make_room_ = std::move(make_room);
}

}  // namespace kit::blocks
