// Which segments collections have cut, and where. A cut says: an entry of the index that lies in
// this segment at or behind this offset is none. So a collection takes a whole segment, or its end,
// out of the index with one record, however many blocks lay there. Segment numbers are never used
// twice and a cut segment is never appended to, so such an entry cannot become true again.
// docs/formats/index.md.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/thread_annotations.h"
#include "blocks/segment_format.h"

namespace kit::blocks {

using Cuts = std::unordered_map<uint32_t, uint64_t>;  // Segment -> offset; 0: all of it.

inline bool covers(const Cuts& cuts, const Location& location) {
    if (cuts.empty()) return false;
    const auto cut = cuts.find(location.segment);
    return cut != cuts.end() && location.position().offset_bytes >= cut->second;
}

// The cuts as of now. Every call is safe from any thread.
class CutList final {
public:
    std::shared_ptr<const Cuts> now() const {
        std::scoped_lock lock(mutex_);
        return cuts_;
    }
    // Those that survive a loss of power: what lies behind them may be forgotten.
    std::shared_ptr<const Cuts> durable() const {
        std::scoped_lock lock(mutex_);
        return durable_;
    }
    void mark_durable() {
        std::scoped_lock lock(mutex_);
        durable_ = cuts_;
    }
    void set(Cuts cuts) {
        auto made = std::make_shared<const Cuts>(std::move(cuts));
        std::scoped_lock lock(mutex_);
        cuts_ = std::move(made);
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const Cuts> cuts_ GUARDED_BY(mutex_) = std::make_shared<const Cuts>();
    std::shared_ptr<const Cuts> durable_ GUARDED_BY(mutex_) = cuts_;
};

}  // namespace kit::blocks
