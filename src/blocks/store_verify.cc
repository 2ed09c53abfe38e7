// Reading and hashing every block. Segments are read front to back, one on each core, because that
// is what disks do fastest; only blocks of a segment whose framing is damaged are looked up one by
// one through the index.
#include <algorithm>
#include <set>

#include "base/task_pool.h"
#include "blocks/references.h"
#include "blocks/store_impl.h"

namespace kit::blocks {
namespace {

using formats::Cid;

constexpr uint64_t progress_step_count = 256;

}  // namespace

class Verification final {
public:
    Verification(const StoreImpl& store,
                 const std::function<void(const Cid&, const Error&)>& on_bad,
                 const std::function<void(uint64_t, uint64_t)>& on_progress,
                 const std::atomic<bool>& cancel)
        : store_(store), on_bad_(on_bad), on_progress_(on_progress), cancel_(cancel) {}

    Result<VerifyReport> run() {
        all_count_ = store_.index_->state().block_count;
        std::vector<uint32_t> segments;
        TRY(store_.database_->scan(Table::segments, {}, {},
                                   [&](std::string_view key, std::string_view) -> Result<bool> {
                                       segments.push_back(TRY(parse_segment_key(key)));
                                       return true;
                                   }));
        {
            TaskPool pool(hardware_thread_count(), 1);
            for (const uint32_t segment : segments) {
                pool.submit([this, segment] { check_segment(segment); });
            }
            pool.wait();
        }
        TRY(check_through_index());
        TRY(check_references());
        if (cancel_) return fail(Code::cancelled, "the verification was stopped");
        return VerifyReport{checked_count_, corrupt_count_};
    }

private:
    struct Bad {
        Cid cid;
        Error error;
    };

    void check_segment(uint32_t segment) {
        if (cancel_) return;
        std::vector<Bad> bad;
        uint64_t found_count = 0;
        const auto walked = walk(segment, bad, found_count);
        const auto counters = store_.index_->counters(segment);
        const bool complete = walked && counters && counters->live_count == found_count;
        std::scoped_lock lock(mutex_);
        if (!complete) {
            doubtful_.insert(segment);
            return;
        }
        count_locked(found_count % progress_step_count);
        for (const Bad& one : bad) report_locked(one);
    }

    Result<void> walk(uint32_t segment, std::vector<Bad>& bad, uint64_t& found_count) {
        const auto file = TRY(store_.files_.get(segment));
        const uint64_t size = TRY(file->size_bytes());
        SegmentScanner scanner(*file, segment, 0, size, Bodies::read);
        while (const auto section = TRY(scanner.next())) {
            if (cancel_) return {};
            const auto indexed = TRY(store_.index_->find(section->cid.hash()));
            if (indexed != section->location) continue;  // Garbage.
            ++found_count;
            const auto matches = formats::matches(section->cid.hash(), section->body);
            if (!matches) {
                bad.push_back({key_cid(section->cid), matches.error()});
            } else if (!*matches) {
                bad.push_back({key_cid(section->cid), mismatch(segment)});
            }
            if (found_count % progress_step_count == 0) {
                std::scoped_lock lock(mutex_);
                count_locked(progress_step_count);
            }
        }
        return {};
    }

    // Blocks of the segments that could not be walked, or where some were missing. Their progress
    // has been counted in part; the counts are made right here.
    Result<void> check_through_index() {
        if (doubtful_.empty()) return {};
        IndexWalk at = TRY(store_.index_->walk());
        uint64_t sound_count = 0;
        while (at.valid() && !cancel_) {
            const uint32_t segment = at.location().segment;
            const auto key = TRY(formats::MultihashView::from_bytes(as_bytes(at.key())));
            const formats::Multihash hash(key);
            TRY(at.next());
            if (!doubtful_.contains(segment)) {
                ++sound_count;
                continue;
            }
            const auto checked = store_.check(Cid::v1(formats::Codec::raw, hash));
            std::scoped_lock lock(mutex_);
            ++doubtful_count_;
            if (!checked) {
                report_locked({Cid::v1(formats::Codec::raw, hash), checked.error()});
            }
        }
        checked_count_ = sound_count + doubtful_count_;
        if (on_progress_) on_progress_(checked_count_, std::max(checked_count_, all_count_));
        return {};
    }

    Result<void> check_references() {
        return store_.each_reference([&](const Cid& cid, const Store::FileRange&) -> Result<bool> {
            const auto found = store_.find_referenced(cid);
            std::scoped_lock lock(mutex_);
            count_locked(1);
            if (!found) report_locked({key_cid(cid), found.error()});
            return !cancel_;
        });
    }

    static Cid key_cid(const Cid& cid) { return Cid::v1(formats::Codec::raw, cid.hash()); }

    Error mismatch(uint32_t segment) const {
        return {Code::corrupt,
                fmt::format("its bytes in {} do not match its hash", store_.files_.path(segment))};
    }

    void count_locked(uint64_t count) {
        checked_count_ += count;
        if (on_progress_) on_progress_(checked_count_, std::max(checked_count_, all_count_));
    }
    void report_locked(const Bad& bad) {
        ++corrupt_count_;
        on_bad_(bad.cid, bad.error);
    }

    const StoreImpl& store_;
    const std::function<void(const Cid&, const Error&)>& on_bad_;
    const std::function<void(uint64_t, uint64_t)>& on_progress_;
    const std::atomic<bool>& cancel_;
    uint64_t all_count_ = 0;

    std::mutex mutex_;  // Guards all below; the callbacks come from one thread at a time.
    uint64_t checked_count_ = 0;
    uint64_t corrupt_count_ = 0;
    uint64_t doubtful_count_ = 0;
    std::set<uint32_t> doubtful_;
};

// Reads a block and hashes it, as a find() with HashOnRead does. One that is gone is no failure.
Result<void> StoreImpl::check(const Cid& cid) const {
    TRY(find_copy(cid, UINT64_MAX, Verify::always));
    return {};
}

Result<VerifyReport> StoreImpl::verify(const std::function<void(const Cid&, const Error&)>& on_bad,
                                       const std::function<void(uint64_t, uint64_t)>& on_progress,
                                       const std::atomic<bool>& cancel) {
    if (writable()) TRY(flush(Durability::periodic));
    return Verification(*this, on_bad, on_progress, cancel).run();
}

}  // namespace kit::blocks
