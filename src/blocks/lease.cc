#include "blocks/lease.h"

#include <algorithm>

namespace kit::blocks {

LeaseImpl::~LeaseImpl() {
    registry_.leave(*this);
}

std::unique_ptr<LeaseImpl> LeaseRegistry::lease(const std::function<Position()>& end) {
    std::scoped_lock lock(mutex_);
    auto made = std::make_unique<LeaseImpl>(*this, end());
    live_.insert(made.get());
    return made;
}

void LeaseRegistry::leave(const LeaseImpl& lease) {
    std::scoped_lock lock(mutex_);
    live_.erase(&lease);
    if (collecting_) left_.push_back(lease.met_);
}

bool LeaseRegistry::begin_collection(const std::function<Position()>& end) {
    std::scoped_lock lock(mutex_);
    if (collecting_) return false;
    collecting_ = true;
    safe_from_ = end();
    for (const LeaseImpl* lease : live_) safe_from_ = std::min(safe_from_, lease->start_);
    return true;
}

void LeaseRegistry::end_collection() {
    std::scoped_lock lock(mutex_);
    collecting_ = false;
    left_.clear();
}

bool LeaseRegistry::keeps(formats::MultihashView hash, const Location& location) const {
    return is_young(location) || met(hash);
}

bool LeaseRegistry::is_young(const Location& location) const {
    std::scoped_lock lock(mutex_);
    return location.position() >= safe_from_;
}

bool LeaseRegistry::has_met_any() const {
    std::scoped_lock lock(mutex_);
    const auto has_any = [](const auto& filter) { return !filter->empty(); };
    return std::ranges::any_of(left_, has_any) ||
           std::ranges::any_of(live_, has_any, &LeaseImpl::met_);
}

bool LeaseRegistry::met(formats::MultihashView hash) const {
    std::scoped_lock lock(mutex_);
    const auto has_met = [&](const auto& filter) { return filter->contains(hash); };
    return std::ranges::any_of(left_, has_met) ||
           std::ranges::any_of(live_, has_met, &LeaseImpl::met_);
}

}  // namespace kit::blocks
