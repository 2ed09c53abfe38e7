// Searches for those who have what nobody near has: a few at a time, each by a thread of its own,
// since asking a router blocks. Whoever is found is handed on as soon as the router names it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/env.h"
#include "base/thread_annotations.h"
#include "routing/router.h"

namespace kit::node {

// Every call is safe from any thread.
class ProviderSearch final {
public:
    using OnProvider = std::function<void(const p2p::PeerAddress&)>;
    // `clock` and `router` must outlive it. `on_provider` comes from the threads of the searches.
    ProviderSearch(const Clock& clock, routing::Router& router, OnProvider on_provider)
        : clock_(clock), router_(router), on_provider_(std::move(on_provider)) {}
    ~ProviderSearch() { stop(); }
    ProviderSearch(const ProviderSearch&) = delete;
    ProviderSearch& operator=(const ProviderSearch&) = delete;

    // Begins a search and returns at once. Nothing happens when the block is searched for already,
    // or too much is: who still needs it asks again.
    void begin(const formats::Cid& cid);

    // Breaks off what is under way; no provider comes any more.
    void stop();

    static constexpr size_t thread_count_max = 8;
    static constexpr size_t waiting_count_max = 64;
    static constexpr size_t providers_count_max = 10;  // As boxo.
    static constexpr auto search_time_max = std::chrono::minutes(1);

private:
    void work();

    const Clock& clock_;
    routing::Router& router_;
    const OnProvider on_provider_;
    std::atomic<bool> is_ending_ = false;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<formats::Cid> waiting_ GUARDED_BY(mutex_);
    std::vector<formats::Cid> running_ GUARDED_BY(mutex_);
    std::vector<std::thread> threads_ GUARDED_BY(mutex_);
    size_t idle_count_ GUARDED_BY(mutex_) = 0;
};

}  // namespace kit::node
