#include "doors/daemon/periodic_collection.h"

#include <chrono>

namespace kit::daemon {
namespace {

constexpr int64_t hour_ns = int64_t{3600} * 1'000'000'000;
constexpr int64_t watermark_percent_default = 90;

}  // namespace

Result<CollectionRule> collection_rule(const node::Config& config) {
    CollectionRule rule{.period_ns = hour_ns, .watermark_bytes = UINT64_MAX};
    rule.period_ns = config.find_duration_ns("Datastore.GCPeriod").value_or(hour_ns);
    const int64_t percent =
        config.find_number("Datastore.StorageGCWatermark").value_or(watermark_percent_default);
    if (percent < 0 || percent > 100) {
        return fail(Code::invalid_argument,
                    "Datastore.StorageGCWatermark is {}: a percentage from 0 to 100 is wanted",
                    percent);
    }
    const auto storage_max = TRY(config.find_size_bytes("Datastore.StorageMax"));
    if (storage_max && *storage_max > 0) {
        rule.watermark_bytes = *storage_max / 100 * static_cast<uint64_t>(percent) +
                               *storage_max % 100 * static_cast<uint64_t>(percent) / 100;
    }
    return rule;
}

PeriodicCollection::PeriodicCollection(node::Node& node, CollectionRule rule,
                                       std::function<void(const std::string&)> say)
    : rule_(rule),
      say_(std::move(say)),
      session_(node.session(cancel_)),
      thread_([this] { run(); }) {}

PeriodicCollection::~PeriodicCollection() {
    {
        const std::lock_guard lock(mutex_);
        cancel_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void PeriodicCollection::run() {
    if (rule_.period_ns <= 0 || rule_.watermark_bytes == UINT64_MAX) return;
    std::unique_lock lock(mutex_);
    while (!cancel_) {
        changed_.wait_for(lock, std::chrono::nanoseconds(rule_.period_ns),
                          [this] { return cancel_.load(); });
        if (cancel_) return;
        lock.unlock();
        const auto looked = look();
        if (!looked && looked.error().code != Code::cancelled && say_) {
            say_("the periodic collection failed: " + looked.error().to_text());
        }
        lock.lock();
    }
}

Result<void> PeriodicCollection::look() {
    const node::RepoStat stat = TRY(session_->stat());
    if (stat.size_bytes <= rule_.watermark_bytes) return {};
    TRY(session_->collect([](const formats::Cid&, uint64_t) {}));
    return {};
}

}  // namespace kit::daemon
