#include "routing/provider.h"

#include <algorithm>
#include <utility>

#include "base/task_pool.h"
#include "routing/limits.h"

namespace kit::routing {
namespace {

constexpr int64_t second_ns = 1'000'000'000;
constexpr int64_t minute_ns = 60 * second_ns;
constexpr int64_t retry_ns_min = 5 * second_ns;
constexpr int64_t retry_ns_max = minute_ns;
// The wall clock may jump, so nobody sleeps longer by it.
constexpr int64_t sleep_ns_max = 10 * minute_ns;
// Keys that found the queue full are not worth a sweep of everything more often than that.
constexpr int64_t restart_ns_min = 10 * minute_ns;
constexpr uint64_t gather_look_count = 1024;
constexpr int64_t late_share =
    100;  // So much of an interval is no delay yet: 13 minutes of 22 hours.

std::vector<PlacedKey> sorted(std::vector<PlacedKey> keys) {
    std::ranges::sort(keys, [](const PlacedKey& a, const PlacedKey& b) { return a < b; });
    const auto doubles = std::ranges::unique(keys);
    keys.erase(doubles.begin(), doubles.end());
    return keys;
}

}  // namespace

Provider::Provider(Env& env, AnnounceTarget& target, KeySource source, ProviderOptions options)
    : env_(env),
      target_(target),
      source_(std::move(source)),
      options_(std::move(options)),
      start_ns_(env.clock.monotonic_ns()) {
    const int64_t now_ns = env_.clock.unix_ns();
    const int64_t interval_ns = options_.interval.count();
    if (options_.resumes && !options_.state_path.empty()) {
        auto state = load_sweep_state(env_.disk, options_.state_path);
        // A cycle that begins later than the next one would is of a clock that was wrong.
        const bool fits = state && state->strategy == options_.strategy &&
                          state->cycle_start_unix_ns <= now_ns + interval_ns;
        if (fits) state_ = *std::move(state);
    }
    if (state_.strategy.empty()) {
        state_.strategy = options_.strategy;
        state_.cycle_start_unix_ns = now_ns - interval_ns;
    }
    statistics_.connectivity.since_unix_ns = now_ns;
    statistics_.timing.cycle_start_unix_ns = state_.cycle_start_unix_ns;
}

Provider::~Provider() {
    stop();
}

void Provider::start() {
    ASSERT(!thread_.joinable());
    thread_ = std::thread([this] { run(); });
}

void Provider::stop() {
    {
        const std::scoped_lock lock(mutex_);
        is_ending_ = true;
        is_closed_ = true;
        changed_.notify_all();
    }
    if (!thread_.joinable()) return;
    thread_.join();
    // What was not told yet is told by a sweep of everything when the node runs again.
    bool is_left = false;
    {
        const std::scoped_lock lock(mutex_);
        is_left = is_overfull_ || std::ranges::any_of(fresh_, [](const Fresh& each) {
                      return each.how == Announce::again;
                  });
    }
    if (is_left) begin_anew();
}

void Provider::run() {
    while (!is_ending_) {
        const int64_t next_ns = tend({.cancel = &is_ending_});
        std::unique_lock lock(mutex_);
        const auto has_work = [&] {
            return !fresh_.empty() && env_.clock.monotonic_ns() >= retry_ns_;
        };
        while (!is_ending_ && !has_work() && env_.clock.monotonic_ns() < next_ns) {
            env_.clock.wait(changed_, lock, next_ns);
        }
    }
}

size_t Provider::announce(std::span<const Multihash> keys, Announce how) {
    const std::scoped_lock lock(mutex_);
    if (is_closed_) return 0;
    size_t count = 0;
    for (const Multihash& key : keys) {
        if (fresh_.size() >= limits::fresh_count_max) {
            const bool is_left = how == Announce::again && options_.interval.count() > 0;
            is_overfull_ = is_overfull_ || is_left;
            statistics_.keys_left_to_sweep += is_left ? 1 : 0;
            continue;
        }
        ++count;
        if (fresh_keys_.insert(key).second) fresh_.push_back({key, how});
    }
    changed_.notify_all();
    return count;
}

size_t Provider::clear() {
    const std::scoped_lock lock(mutex_);
    const size_t count = fresh_.size();
    fresh_.clear();
    fresh_keys_.clear();
    is_overfull_ = false;
    return count;
}

int64_t Provider::tend(const Wait& wait) {
    const int64_t now_ns = env_.clock.monotonic_ns();
    if (now_ns < retry_ns_) return retry_ns_;
    const bool succeeded = announce_fresh(wait) && sweep(wait);
    if (check(env_.clock, wait) && !succeeded) {
        const int64_t pause_ns = retry_ns_min << std::min<uint32_t>(failures_count_++, 8);
        retry_ns_ = env_.clock.monotonic_ns() + std::min(pause_ns, retry_ns_max);
        return retry_ns_;
    }
    if (succeeded) failures_count_ = 0;
    {
        const std::scoped_lock lock(mutex_);
        if (!fresh_.empty()) return env_.clock.monotonic_ns();
    }
    const int64_t left_ns =
        std::clamp<int64_t>(next_unix_ns() - env_.clock.unix_ns(), 0, sleep_ns_max);
    return env_.clock.monotonic_ns() + left_ns;
}

// --- telling -------------------------------------------------------------------------------------

// Cut where the first bits change, so that each range is about one region.
std::vector<Provider::Range> Provider::ranges_of(Range keys, size_t count_max) const {
    uint32_t bits = 0;
    {
        const std::scoped_lock lock(mutex_);
        bits = static_cast<uint32_t>(depth_bits_);
    }
    std::vector<Range> ranges;
    for (size_t start = 0; start < keys.size() && ranges.size() < count_max;) {
        size_t end = start + 1;
        while (end < keys.size() && common_bits(keys[start].place, keys[end].place) >= bits) ++end;
        ranges.push_back(keys.subspan(start, end - start));
        start = end;
    }
    return ranges;
}

Provider::Outcomes Provider::announce_ranges(std::span<const Range> ranges,
                                             size_t regions_count_max, bool is_periodic,
                                             const Wait& wait) {
    Outcomes outcomes(ranges.size());
    size_t keys_count = 0;
    for (const Range range : ranges) keys_count += range.size();
    const auto show = [&](int direction) {
        const auto workers = static_cast<uint32_t>(
            std::min<size_t>(ranges.size(), std::max(options_.workers_count_max, 1U)));
        const std::scoped_lock lock(mutex_);
        auto& shown = statistics_;
        shown.workers.active = direction > 0 ? workers : 0;
        shown.workers.active_periodic = is_periodic ? shown.workers.active : 0;
        shown.workers.active_burst = is_periodic ? 0 : shown.workers.active;
        const uint64_t regions = direction > 0 ? ranges.size() : 0;
        const uint64_t keys = direction > 0 ? keys_count : 0;
        (is_periodic ? shown.ongoing.region_reprovides : shown.ongoing.region_provides) = regions;
        (is_periodic ? shown.ongoing.key_reprovides : shown.ongoing.key_provides) = keys;
    };
    show(1);
    {
        // A thread is started for a range only when there is more than one.
        TaskPool pool(ranges.size() > 1 ? options_.workers_count_max : 0, ranges.size());
        for (size_t i = 0; i < ranges.size(); ++i) {
            pool.submit([this, &outcomes, &wait, i, range = ranges[i], regions_count_max] {
                outcomes[i] = announce_range(env_.clock, target_, range, regions_count_max, wait);
            });
        }
        pool.wait();
    }
    show(-1);
    return outcomes;
}

// --- new content ---------------------------------------------------------------------------------

// False: it could not be done, and the keys are queued again.
bool Provider::announce_fresh(const Wait& wait) {
    std::vector<PlacedKey> keys;
    std::unordered_set<Multihash, formats::MultihashHash> once;
    {
        const std::scoped_lock lock(mutex_);
        while (!fresh_.empty() && keys.size() < limits::fresh_batch_count_max) {
            keys.emplace_back(fresh_.front().key);
            if (fresh_.front().how == Announce::once) once.insert(fresh_.front().key);
            fresh_keys_.erase(fresh_.front().key);
            fresh_.pop_front();
        }
    }
    if (keys.empty()) return true;
    keys = sorted(std::move(keys));
    const auto ranges = ranges_of(keys, SIZE_MAX);
    const Outcomes outcomes = announce_ranges(ranges, SIZE_MAX, /*is_periodic=*/false, wait);
    note(outcomes, fresh_totals_);
    std::vector<PlacedKey> done;
    bool is_whole = true;
    for (size_t i = 0; i < ranges.size(); ++i) {
        const auto told = ranges[i].first(outcomes[i].done_count);
        std::ranges::copy_if(told, std::back_inserter(done),
                             [&](const PlacedKey& each) { return !once.contains(each.key); });
        const auto left = ranges[i].subspan(outcomes[i].done_count);
        if (left.empty()) continue;
        is_whole = false;
        const std::scoped_lock lock(mutex_);
        for (const PlacedKey& each : left) {
            const auto how = once.contains(each.key) ? Announce::once : Announce::again;
            if (fresh_keys_.insert(each.key).second) fresh_.push_back({each.key, how});
        }
    }
    add_to_gathered(done);
    const auto failed = std::ranges::find_if(
        outcomes, [](const RangeOutcome& outcome) { return outcome.error.has_value(); });
    if (failed != outcomes.end()) note_failure(*failed->error);
    return is_whole;
}

// The sweep goes on from keys that were gathered before these came: those that it has yet to pass
// in this cycle are told again then, and never later than an interval from now.
void Provider::add_to_gathered(const std::vector<PlacedKey>& keys) {
    if (gathering_ != nullptr) {
        for (const PlacedKey& key : keys) gathering_->add(key.key);
    }
    if (!is_gathered_ || keys.empty()) return;
    const auto rest_begin = gathered_.begin() + static_cast<ptrdiff_t>(gathered_at_);
    std::vector<PlacedKey> merged;
    merged.reserve(gathered_.size() - gathered_at_ + keys.size());
    std::vector<PlacedKey> ahead;
    for (const PlacedKey& key : keys) {
        const bool is_inside =
            is_gathered_to_end_ || (!gathered_.empty() && key < gathered_.back());
        if (key.place >= state_.position && is_inside) ahead.push_back(key);
    }
    std::set_union(rest_begin, gathered_.end(), ahead.begin(), ahead.end(),
                   std::back_inserter(merged));
    if (merged.size() > limits::gathered_count_max) {
        merged.erase(merged.begin() + static_cast<ptrdiff_t>(limits::gathered_count_max),
                     merged.end());
        is_gathered_to_end_ = false;
    }
    gathered_ = std::move(merged);
    gathered_at_ = 0;
}

// --- the sweep -----------------------------------------------------------------------------------

// A place is due when its region begins, whichever keys are there, so that it is due at the same
// time in every cycle.
int64_t Provider::due_unix_ns(const Place& place) const {
    if (!options_.spreads) return state_.cycle_start_unix_ns;
    const double share = share_of(place_before(place, sweep_bits_));
    const double offset_ns = share * static_cast<double>(options_.interval.count());
    return state_.cycle_start_unix_ns + static_cast<int64_t>(offset_ns);
}

int64_t Provider::next_unix_ns() const {
    if (options_.interval.count() == 0) return INT64_MAX;
    if (is_gathered_ && gathered_at_ < gathered_.size()) {
        return due_unix_ns(gathered_[gathered_at_].place);
    }
    // New keys may still come before the end of the cycle.
    if (is_gathered_ && is_gathered_to_end_) {
        return state_.cycle_start_unix_ns + options_.interval.count();
    }
    return due_unix_ns(state_.position);
}

// False: it could not be done.
bool Provider::sweep(const Wait& wait) {
    if (options_.interval.count() == 0) return true;
    restart_sweep();
    {
        const std::scoped_lock lock(mutex_);
        sweep_bits_ = depth_bits_ == 0 ? place_bits : static_cast<uint32_t>(depth_bits_);
    }
    catch_up();
    if (env_.clock.unix_ns() < next_unix_ns()) return true;
    if (!is_gathered_ && !gather(wait)) return false;
    if (env_.clock.unix_ns() < next_unix_ns()) return true;
    if (gathered_at_ == gathered_.size()) {
        if (is_gathered_to_end_) {
            end_cycle();
        } else {
            is_gathered_ = false;
        }
        return true;
    }
    const Range rest = Range(gathered_).subspan(gathered_at_);
    bool knows_depth = false;
    {
        const std::scoped_lock lock(mutex_);
        knows_depth = depth_bits_ > 0;
    }
    // Without knowing how large regions are, one is told to find out.
    const size_t count_max = knows_depth ? std::max(options_.workers_count_max, 1U) : 1;
    std::vector<Range> ranges = ranges_of(rest, count_max);
    const int64_t now_ns = env_.clock.unix_ns();
    std::erase_if(ranges,
                  [&](const Range& range) { return due_unix_ns(range.front().place) > now_ns; });
    if (ranges.empty()) return true;
    const Outcomes outcomes =
        announce_ranges(ranges, knows_depth ? SIZE_MAX : 1, /*is_periodic=*/true, wait);
    note(outcomes, sweep_totals_);
    advance(ranges, outcomes);
    const auto failed = std::ranges::find_if(
        outcomes, [](const RangeOutcome& outcome) { return outcome.error.has_value(); });
    if (failed == outcomes.end()) return true;
    note_failure(*failed->error);
    return false;
}

// After a pause, and at the first start, everything is told as fast as it goes, once around from
// where it began. What was told on the way does not have to be told again when the schedule says.
void Provider::catch_up() {
    const int64_t now_ns = env_.clock.unix_ns();
    const auto interval_ns = static_cast<double>(options_.interval.count());
    if (catch_up_ && catch_up_->has_turned && state_.position >= catch_up_->from) {
        catch_up_.reset();
        const double share = static_cast<double>(now_ns - state_.cycle_start_unix_ns) / interval_ns;
        const bool is_inside = options_.spreads && share >= 0 && share < 1;
        // What is due by now lies before the end of the region where the schedule stands.
        const auto next = place_behind(place_at(is_inside ? share : 0), sweep_bits_);
        if (!is_inside || !next) return;
        state_.position = std::max(state_.position, *next);
        while (gathered_at_ < gathered_.size() && gathered_[gathered_at_].place < *next) {
            ++gathered_at_;
        }
        return;
    }
    const bool is_told = is_gathered_ && is_gathered_to_end_ && gathered_at_ == gathered_.size();
    if (is_told) return;
    const int64_t late_ns = now_ns - next_unix_ns();
    if (late_ns < options_.interval.count() / late_share) {
        catch_up_.reset();
    } else if (!catch_up_) {
        catch_up_ = CatchUp{.from = state_.position};
    }
}

// The position goes on as far as everything before it was told.
void Provider::advance(const std::vector<Range>& ranges, const Outcomes& outcomes) {
    for (size_t i = 0; i < ranges.size(); ++i) {
        gathered_at_ += outcomes[i].done_count;
        if (outcomes[i].done_count < ranges[i].size()) break;
    }
    if (gathered_at_ < gathered_.size()) {
        state_.position = gathered_[gathered_at_].place;
    } else if (!gathered_.empty()) {
        const auto behind = place_behind(gathered_.back().place, place_bits);
        if (behind) {
            state_.position = *behind;
        } else {
            is_gathered_to_end_ = true;
        }
    }
    {
        const std::scoped_lock lock(mutex_);
        for (const RangeOutcome& outcome : outcomes) cycle_.add(outcome);
    }
    save();
}

bool Provider::gather(const Wait& wait) {
    FirstKeys first(state_.position, limits::gathered_count_max);
    uint64_t count = 0;
    gathering_ = &first;
    const auto shown = source_([&](formats::MultihashView key) -> Result<bool> {
        first.add(key);
        if (++count % gather_look_count != 0) return true;
        // Walking what is held may take minutes, and new content does not wait for it.
        TRY(check(env_.clock, wait));
        (void)announce_fresh(wait);
        return true;
    });
    gathering_ = nullptr;
    if (!shown) {
        note_failure(shown.error());
        return false;
    }
    gathered_ = first.take();
    gathered_.shrink_to_fit();
    gathered_at_ = 0;
    is_gathered_ = true;
    is_gathered_to_end_ = first.is_complete();
    const std::scoped_lock lock(mutex_);
    statistics_.schedule.keys = count;
    return true;
}

void Provider::end_cycle() {
    const int64_t interval_ns = options_.interval.count();
    state_.cycle_start_unix_ns =
        std::max(state_.cycle_start_unix_ns + interval_ns, env_.clock.unix_ns() - interval_ns);
    state_.position = {};
    if (catch_up_) catch_up_->has_turned = true;
    is_gathered_ = false;
    gathered_ = {};
    gathered_at_ = 0;
    {
        const std::scoped_lock lock(mutex_);
        const RangeOutcome& cycle = cycle_;
        auto& shown = statistics_;
        shown.past.regions_reprovided_last_cycle = cycle.regions_count;
        shown.schedule.regions = cycle.regions_count;
        shown.network.peers = cycle.peers_count;
        shown.network.reachable = cycle.peers_reached_count;
        shown.network.complete_keyspace_coverage = cycle.keys_failed_count == 0;
        cycle_ = {};
    }
    save();
}

// Keys that found the queue full are told by a sweep of everything, once the queue is empty.
void Provider::restart_sweep() {
    const int64_t now_ns = env_.clock.monotonic_ns();
    {
        const std::scoped_lock lock(mutex_);
        const bool is_early = restarted_ns_ != 0 && now_ns - restarted_ns_ < restart_ns_min;
        if (!is_overfull_ || !fresh_.empty() || is_early) return;
        is_overfull_ = false;
    }
    restarted_ns_ = now_ns;
    begin_anew();
}

void Provider::begin_anew() {
    state_.cycle_start_unix_ns = env_.clock.unix_ns() - options_.interval.count();
    state_.position = {};
    catch_up_.reset();
    is_gathered_ = false;
    gathered_ = {};
    gathered_at_ = 0;
    save();
}

void Provider::save() {
    {
        const std::scoped_lock lock(mutex_);
        statistics_.timing.cycle_start_unix_ns = state_.cycle_start_unix_ns;
        statistics_.schedule.next_reprovide_at_unix_ns = next_unix_ns();
        statistics_.schedule.next_reprovide_prefix =
            prefix_text(state_.position, static_cast<uint32_t>(depth_bits_));
    }
    if (options_.state_path.empty()) return;
    const auto saved = save_sweep_state(env_.disk, options_.state_path, state_);
    if (saved) return;
    const std::scoped_lock lock(mutex_);
    statistics_.last_error = saved.error().to_text();
}

}  // namespace kit::routing
