// `daemon --enable-gc`: looks every Datastore.GCPeriod whether the store has passed
// Datastore.StorageGCWatermark percent of Datastore.StorageMax, and collects then.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "node/node.h"

namespace kit::daemon {

struct CollectionRule {
    int64_t period_ns;
    uint64_t watermark_bytes;  // UINT64_MAX: never.
};
// Fails with invalid_argument for a watermark over 100 or sizes that cannot be read.
Result<CollectionRule> collection_rule(const node::Config& config);

// From its making to its end; `node` must outlive it.
class PeriodicCollection final {
public:
    // `say` gets a sentence when a collection fails; from this object's own thread.
    PeriodicCollection(node::Node& node, CollectionRule rule,
                       std::function<void(const std::string&)> say);
    // A collection that runs is cancelled.
    ~PeriodicCollection();
    PeriodicCollection(const PeriodicCollection&) = delete;
    PeriodicCollection& operator=(const PeriodicCollection&) = delete;

private:
    void run();
    Result<void> look();

    const CollectionRule rule_;
    const std::function<void(const std::string&)> say_;
    std::atomic<bool> cancel_ = false;
    const std::unique_ptr<node::Node> session_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::thread thread_;
};

}  // namespace kit::daemon
