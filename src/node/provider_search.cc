#include "node/provider_search.h"

#include <algorithm>

namespace kit::node {

using formats::Cid;

void ProviderSearch::stop() {
    is_ending_ = true;
    std::vector<std::thread> threads;
    {
        const std::scoped_lock lock(mutex_);
        threads.swap(threads_);
    }
    changed_.notify_all();
    for (std::thread& thread : threads) thread.join();
}

void ProviderSearch::begin(const Cid& cid) {
    {
        const std::scoped_lock lock(mutex_);
        const bool is_asked = std::ranges::find(waiting_, cid) != waiting_.end() ||
                              std::ranges::find(running_, cid) != running_.end();
        if (is_ending_ || is_asked || waiting_.size() >= waiting_count_max) return;
        waiting_.push_back(cid);
        if (idle_count_ < waiting_.size() && threads_.size() < thread_count_max) {
            threads_.emplace_back([this] { work(); });
        }
    }
    changed_.notify_one();
}

void ProviderSearch::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_count_;
        changed_.wait(lock, [&] { return is_ending_ || !waiting_.empty(); });
        --idle_count_;
        if (is_ending_) return;
        const Cid cid = std::move(waiting_.front());
        waiting_.pop_front();
        running_.push_back(cid);
        lock.unlock();
        // A search that fails has found nobody, which its reader learns by its own deadline.
        (void)router_.find_providers(
            cid, providers_count_max,
            [&](const p2p::PeerAddress& provider) -> Result<bool> {
                on_provider_(provider);
                return true;
            },
            routing::wait_for(clock_, search_time_max, &is_ending_));
        lock.lock();
        std::erase(running_, cid);
    }
}

}  // namespace kit::node
