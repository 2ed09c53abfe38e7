// Who needs which blocks kept: the leases that live and the collection that runs.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "base/thread_annotations.h"
#include "blocks/met_filter.h"
#include "blocks/segment_format.h"
#include "blocks/store.h"

namespace kit::blocks {

class LeaseRegistry;

// Remembers from where on its operation has appended, and what it met that was held already.
class LeaseImpl final : public Lease {
public:
    LeaseImpl(LeaseRegistry& registry, Position start) : start_(start), registry_(registry) {}
    ~LeaseImpl() override;
    LeaseImpl(const LeaseImpl&) = delete;
    LeaseImpl& operator=(const LeaseImpl&) = delete;

    void meet(formats::MultihashView hash) { met_->add(hash); }

private:
    friend class LeaseRegistry;
    const Position start_;
    const std::shared_ptr<MetFilter> met_ = std::make_shared<MetFilter>();
    LeaseRegistry& registry_;
};

// Every call is safe from any thread; outlives its leases.
class LeaseRegistry final {
public:
    // `end` tells where the log ends now.
    std::unique_ptr<LeaseImpl> lease(const std::function<Position()>& end);

    // False when a collection runs already.
    bool begin_collection(const std::function<Position()>& end);
    void end_collection();
    // Of the collection that runs: is the block to be kept, whatever the marking says?
    bool keeps(formats::MultihashView hash, const Location& location) const;
    bool met(formats::MultihashView hash) const;
    bool has_met_any() const;
    // Does it lie where everything is kept?
    bool is_young(const Location& location) const;

private:
    friend class LeaseImpl;
    void leave(const LeaseImpl& lease);

    mutable std::mutex mutex_;
    std::set<const LeaseImpl*> live_ GUARDED_BY(mutex_);
    bool collecting_ GUARDED_BY(mutex_) = false;
    // What lies here or later is kept: the end of the log or the oldest lease when it began.
    Position safe_from_ GUARDED_BY(mutex_);
    // Of leases that have ended since the collection began: what they met may be pinned by now,
    // and the marking may have begun before.
    std::vector<std::shared_ptr<MetFilter>> left_ GUARDED_BY(mutex_);
};

}  // namespace kit::blocks
