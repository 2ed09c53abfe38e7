// Reading from the store: one block, its size, its beginning, all of them.
#include <algorithm>

#include "base/limits.h"
#include "blocks/store_impl.h"

namespace kit::blocks {
namespace {

using formats::Cid;
using formats::MultihashView;

SharedBytes copy_of(ByteView bytes) {
    return SharedBytes::from(to_bytes(bytes));
}

}  // namespace

Result<std::optional<SharedBytes>> StoreImpl::find(const Cid& cid) const {
    if (cid.hash().is_identity()) return copy_of(cid.hash().digest());
    auto copy = TRY(find_copy(cid, UINT64_MAX));
    if (copy) return std::move(copy->bytes);
    return find_referenced(cid);
}

Result<std::optional<SharedBytes>> StoreImpl::find_prefix(const Cid& cid, size_t byte_count) const {
    auto head = TRY(find_head(cid, byte_count));
    if (!head) return std::nullopt;
    return std::move(head->bytes);
}

Result<std::optional<Source::Head>> StoreImpl::find_head(const Cid& cid, size_t byte_count) const {
    if (cid.hash().is_identity()) {
        return Head{copy_of(cid.hash().digest()), cid.hash().digest().size()};
    }
    auto copy = TRY(find_copy(cid, byte_count));
    if (copy) return copy;
    auto whole = TRY(find_referenced(cid));
    if (!whole) return std::nullopt;
    const uint64_t size_bytes = whole->size();
    return Head{*std::move(whole), size_bytes};
}

Result<std::optional<uint64_t>> StoreImpl::find_size(const Cid& cid) const {
    if (cid.hash().is_identity()) return cid.hash().digest().size();
    const auto located = TRY(locate(cid.hash()));
    if (located) return located->location.size_bytes;
    return find_referenced_size(cid);
}

Result<bool> StoreImpl::has_copy(const Cid& cid) const {
    const auto located = TRY(locate(cid.hash()));
    return located.has_value();
}

Result<std::optional<StoreImpl::Located>> StoreImpl::locate(MultihashView hash) const {
    const auto location = TRY(index_->find(hash));
    if (location) return Located{*location, true};
    if (writable()) return std::nullopt;
    const Tail* behind = TRY(tail());
    const auto at = behind->blocks.find(hash);
    if (at == behind->blocks.end()) return std::nullopt;
    return Located{at->second, false};
}

Result<const Tail*> StoreImpl::tail() const {
    std::scoped_lock lock(tail_mutex_);
    if (tail_ == nullptr) {
        tail_ = std::make_unique<Tail>(TRY(read_tail(env_, files_, *index_)));
    }
    return tail_.get();
}

Result<std::optional<Source::Head>> StoreImpl::find_copy(const Cid& cid, uint64_t byte_count_max,
                                                         Verify wanted) const {
    for (int attempt = 0;; ++attempt) {
        const auto located = TRY(locate(cid.hash()));
        if (!located) return std::nullopt;
        const bool verify =
            wanted == Verify::always || options_.verify_on_read || !located->checked;
        const uint64_t size = located->location.size_bytes;
        auto bytes = read(located->location, verify ? size : std::min(size, byte_count_max));
        if (!bytes && bytes.error().code == Code::not_found && attempt < 2) {
            // Compaction has moved the block between our two looks, and unlinked or cut the file.
            TRY(database_->refresh());
            continue;
        }
        if (!bytes) {
            Error error = std::move(bytes).error();
            // The block is held, so this is no absence, whatever is missing.
            if (error.code == Code::not_found) error.code = Code::corrupt;
            return fail_because(std::move(error), "block {} cannot be read", cid.to_text());
        }
        if (verify) {
            const bool matches = TRY(formats::matches(cid.hash(), bytes->view()));
            if (!matches) {
                return fail(Code::corrupt,
                            "block {} in {} does not match its hash; remove it with `ipfs-kit "
                            "block rm` and fetch or add it again",
                            cid.to_text(), files_.path(located->location.segment));
            }
        }
        return Head{*std::move(bytes), size};
    }
}

Result<SharedBytes> StoreImpl::read(const Location& location, uint64_t byte_count) const {
    if (location.size_bytes > limits::block_size_bytes_max) {
        return fail(Code::corrupt, "the index says that it has {} bytes", location.size_bytes);
    }
    const std::shared_ptr<const File> file = TRY(files_.get(location.segment));
    auto owner = std::make_shared_for_overwrite<uint8_t[]>(byte_count);
    const std::span<uint8_t> out(owner.get(), byte_count);
    const size_t n = TRY(file->read_at(location.offset_bytes, out));
    if (n != byte_count) {
        return fail(Code::not_found, "{} ends before byte {}", files_.path(location.segment),
                    location.offset_bytes + byte_count);
    }
    return SharedBytes(std::move(owner), out);
}

Result<StoreStat> StoreImpl::stat() const {
    const IndexState state = index_->state();
    StoreStat stat{.block_count = state.block_count,
                   .block_bytes = state.block_bytes,
                   .disk_bytes = database_->disk_bytes(),
                   .segment_count = state.segment_count};
    if (writable()) {
        // Segments begun since the last flush have no counters yet.
        const Position end = log_->end();
        stat.segment_count += end.segment - state.checkpoint.segment;
        if (state.checkpoint.offset_bytes == 0 && end.offset_bytes > 0) ++stat.segment_count;
        stat.disk_bytes += log_->bytes();
    } else {
        const Tail* behind = TRY(tail());
        stat.block_count += behind->blocks.size();
        stat.block_bytes += behind->block_bytes;
        stat.disk_bytes += state.log_bytes + behind->log_bytes;
    }
    return stat;
}

}  // namespace kit::blocks
