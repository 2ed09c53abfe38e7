// The provider's figures: noted as it works, and as `provide stat` shows them.
#include <algorithm>

#include "routing/limits.h"
#include "routing/provider.h"

namespace kit::routing {
namespace {

constexpr int64_t minute_ns = 60 * int64_t{1'000'000'000};
constexpr double depth_weight = 0.2;  // Of the newest regions in the average.

}  // namespace

void Provider::note(const Outcomes& outcomes, Totals& totals) {
    RangeOutcome sum;
    for (const RangeOutcome& outcome : outcomes) sum.add(outcome);
    const std::scoped_lock lock(mutex_);
    totals.outcome.add(sum);
    totals.work_ns += sum.time_ns;
    statistics_.past.records_provided += sum.records_count;
    statistics_.past.keys_provided += sum.keys_announced_count;
    statistics_.past.keys_failed += sum.keys_failed_count;
    if (sum.regions_count == 0) return;
    const double bits = static_cast<double>(sum.bits_sum) / static_cast<double>(sum.regions_count);
    depth_bits_ = depth_bits_ == 0 ? bits : depth_bits_ + depth_weight * (bits - depth_bits_);
    statistics_.last_error.clear();
    if (statistics_.connectivity.status == ProvideConnectivity::online) return;
    statistics_.connectivity = {ProvideConnectivity::online, env_.clock.unix_ns()};
}

void Provider::note_failure(const Error& error) {
    const std::scoped_lock lock(mutex_);
    statistics_.last_error = error.to_text();
    if (error.code == Code::cancelled) return;
    auto& shown = statistics_.connectivity;
    const int64_t now_ns = env_.clock.unix_ns();
    if (shown.status == ProvideConnectivity::online) {
        shown = {ProvideConnectivity::disconnected, now_ns};
    } else if (shown.status == ProvideConnectivity::disconnected &&
               now_ns - shown.since_unix_ns >= options_.offline_delay.count()) {
        shown = {ProvideConnectivity::offline, now_ns};
    }
}

ProvideStatistics Provider::statistics() const {
    const int64_t now_unix_ns = env_.clock.unix_ns();
    const std::scoped_lock lock(mutex_);
    ProvideStatistics shown = statistics_;
    shown.is_closed = is_closed_;
    shown.queues.pending_key_provides = fresh_.size();
    shown.queues.pending_region_provides = std::min<uint64_t>(
        fresh_.size(), uint64_t{1} << std::min<uint32_t>(static_cast<uint32_t>(depth_bits_), 62));
    shown.schedule.avg_prefix_length = depth_bits_;
    shown.workers.max = options_.workers_count_max;
    shown.workers.dedicated_periodic = options_.periodic_workers_count;
    shown.workers.dedicated_burst = options_.burst_workers_count;
    shown.workers.max_provide_conns_per_worker = options_.connections_per_worker_max;
    shown.timing.uptime_ns = env_.clock.monotonic_ns() - start_ns_;
    shown.timing.reprovides_interval_ns = options_.interval.count();
    shown.timing.current_time_offset_ns =
        std::clamp<int64_t>(now_unix_ns - shown.timing.cycle_start_unix_ns, 0,
                            std::max<int64_t>(options_.interval.count(), 0));
    const auto per_minute = [](const Totals& totals) {
        if (totals.work_ns == 0) return 0.0;
        return static_cast<double>(totals.outcome.keys_announced_count) * double{minute_ns} /
               static_cast<double>(totals.work_ns);
    };
    shown.past.keys_provided_per_minute = per_minute(fresh_totals_);
    shown.past.keys_reprovided_per_minute = per_minute(sweep_totals_);
    const RangeOutcome& swept = sweep_totals_.outcome;
    if (swept.regions_count > 0) {
        const auto regions = static_cast<double>(swept.regions_count);
        shown.past.region_reprovide_duration_ns =
            sweep_totals_.work_ns / static_cast<int64_t>(swept.regions_count);
        shown.past.avg_keys_per_reprovide =
            static_cast<double>(swept.keys_announced_count) / regions;
        shown.network.avg_region_size = static_cast<double>(swept.peers_count) / regions;
    }
    if (shown.past.keys_provided > 0) {
        shown.network.avg_holders = static_cast<double>(shown.past.records_provided) /
                                    static_cast<double>(shown.past.keys_provided);
    }
    shown.network.replication_factor = limits::replication_count;
    return shown;
}

}  // namespace kit::routing
