// Announces what the node holds: new content at once, and all of it again within each interval, by
// a sweep over the key space whose regions are told one after the other, spread over the time.
// Nobody who adds content ever waits for it: what finds the queue full is left to the sweep.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "base/env.h"
#include "base/thread_annotations.h"
#include "routing/provide_statistics.h"
#include "routing/region_announcer.h"
#include "routing/sweep_state.h"

namespace kit::routing {

// Shows every key that the strategy announces, in any order, twice too; ends when `visit` says
// false. Called on the provider's thread, which may take its time.
using KeySource = std::function<Result<void>(
    const std::function<Result<bool>(formats::MultihashView key)>& visit)>;

struct ProviderOptions {
    std::string strategy = "all";                                // As the config has it.
    std::chrono::nanoseconds interval = std::chrono::hours(22);  // 0: nothing is announced again.
    bool spreads = true;  // Provide.DHT.SweepEnabled; false: all at the start of an interval.
    bool resumes = true;  // Provide.DHT.ResumeEnabled
    // Provide.DHT.MaxWorkers: regions that are told at a time, each by a thread while it lasts. 0:
    // one, by the caller's thread.
    uint32_t workers_count_max = 16;
    uint32_t periodic_workers_count = 2;  // Shown by `provide stat` alone, as the next two.
    uint32_t burst_workers_count = 1;
    uint32_t connections_per_worker_max = 20;
    std::chrono::nanoseconds offline_delay = std::chrono::hours(2);  // Until it counts as offline.
    Path state_path = {};  // Where the sweep's position is kept; "": nowhere.
};

enum class Announce : uint8_t {
    again,  // The strategy's: again in each interval.
    once    // `provide once`.
};

// Every call but tend() is safe from any thread. What is given must outlive it.
class Provider final {
public:
    Provider(Env& env, AnnounceTarget& target, KeySource source, ProviderOptions options);
    // Stops.
    ~Provider();
    Provider(const Provider&) = delete;
    Provider& operator=(const Provider&) = delete;

    // A thread tends it from now on.
    void start();
    // Breaks off what is under way; the next start of the node goes on from there.
    void stop();

    // Queues keys to be announced now; returns at once. Returns how many were taken.
    size_t announce(std::span<const Multihash> keys, Announce how = Announce::again);
    // Forgets what is queued; returns how many those were.
    size_t clear();
    ProvideStatistics statistics() const;

    // Announces what is due, up to some seconds' work, and returns when to come again, by the
    // monotonic clock. For start()'s thread, and for tests without one.
    int64_t tend(const Wait& wait = {});

private:
    struct Fresh {
        Multihash key;
        Announce how;
    };
    struct Totals {
        RangeOutcome outcome;
        int64_t work_ns = 0;
    };
    using Range = std::span<const PlacedKey>;
    using Outcomes = std::vector<RangeOutcome>;

    void run();
    // Ranges are told beside each other.
    Outcomes announce_ranges(std::span<const Range> ranges, size_t regions_count_max,
                             bool is_periodic, const Wait& wait);
    std::vector<Range> ranges_of(Range keys, size_t count_max) const;
    void note(const Outcomes& outcomes, Totals& totals);
    void note_failure(const Error& error);

    bool announce_fresh(const Wait& wait);
    void add_to_gathered(const std::vector<PlacedKey>& keys);

    // The sweep; its state is tend()'s thread's, but for what statistics() shows.
    bool sweep(const Wait& wait);
    bool gather(const Wait& wait);
    void catch_up();
    void advance(const std::vector<Range>& ranges, const Outcomes& outcomes);
    void end_cycle();
    void restart_sweep();
    void begin_anew();
    void save();
    int64_t due_unix_ns(const Place& place) const;
    int64_t next_unix_ns() const;

    Env& env_;
    AnnounceTarget& target_;
    const KeySource source_;
    const ProviderOptions options_;
    const int64_t start_ns_;
    SweepState state_;
    std::vector<PlacedKey> gathered_;  // From state_.position on, sorted.
    size_t gathered_at_ = 0;           // Those before it are announced.
    bool is_gathered_ = false;
    bool is_gathered_to_end_ = false;
    FirstKeys* gathering_ = nullptr;  // While the source shows its keys.
    struct CatchUp {
        Place from;
        bool has_turned = false;  // A new cycle has begun since.
    };
    std::optional<CatchUp> catch_up_;
    uint32_t sweep_bits_ = place_bits;  // What depth_bits_ was when the sweep last looked.
    int64_t retry_ns_ = 0;              // Nothing is tried before.
    uint32_t failures_count_ = 0;
    int64_t restarted_ns_ = 0;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Fresh> fresh_ GUARDED_BY(mutex_);
    std::unordered_set<Multihash, formats::MultihashHash> fresh_keys_ GUARDED_BY(mutex_);
    bool is_overfull_ GUARDED_BY(mutex_) = false;
    bool is_closed_ GUARDED_BY(mutex_) = false;
    ProvideStatistics statistics_ GUARDED_BY(mutex_);
    Totals fresh_totals_ GUARDED_BY(mutex_);
    Totals sweep_totals_ GUARDED_BY(mutex_);
    RangeOutcome cycle_ GUARDED_BY(mutex_);     // Of this cycle so far.
    double depth_bits_ GUARDED_BY(mutex_) = 0;  // Of regions lately; 0: not known.
    std::atomic<bool> is_ending_ = false;
    std::thread thread_;
};

}  // namespace kit::routing
