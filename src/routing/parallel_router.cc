#include "routing/parallel_router.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>

#include "base/thread_annotations.h"
#include "routing/limits.h"

namespace kit::routing {
namespace {

using Found = std::variant<PeerAddress, Bytes, uint32_t>;

// One call of all sources. The caller's thread takes what they find and watches the time, for
// itself and for each of them; the sources' threads wait while it is behind.
class Race final {
public:
    // Asks one source; what it finds goes to `give`, which says whether to go on.
    using Give = std::function<Result<bool>(Found found)>;
    using Ask = std::function<Result<void>(Router& router, const Give& give, const Wait& wait)>;
    using Take = std::function<Result<bool>(const Found& found)>;

    Race(const Clock& clock, const std::vector<Source>& sources) : clock_(clock) {
        for (const Source& source : sources) runners_.emplace_back().source = source;
    }
    Race(const Race&) = delete;
    Race& operator=(const Race&) = delete;

    // Returns when no source is at work any more: they use what the caller gave.
    Result<void> run(const Ask& ask, const Wait& wait, const Take& take) {
        const int64_t start_ns = clock_.monotonic_ns();
        for (Runner& runner : runners_) {
            const auto& source = runner.source;
            runner.start_ns = start_ns + source.delay.count();
            if (source.time_max.count() > 0) {
                runner.until_ns = runner.start_ns + source.time_max.count();
            }
            runner.until_ns = std::min(runner.until_ns, wait.until_monotonic_ns);
            runner.thread = std::thread([this, &runner, &ask] { run_source(runner, ask); });
        }
        auto outcome = take_all(wait, take);
        stop_all();
        for (Runner& runner : runners_) runner.thread.join();
        return outcome;
    }

private:
    struct Runner {
        Source source{};
        int64_t start_ns = 0;
        int64_t until_ns = INT64_MAX;
        std::atomic<bool> stop = false;
        std::optional<Result<void>> outcome;  // Guarded by the race's mutex.
        std::thread thread;
    };

    Result<void> take_all(const Wait& wait, const Take& take) {
        while (auto found = TRY(next(wait))) {
            const bool goes_on = TRY(take(*found));
            if (!goes_on) return {};
        }
        return verdict();
    }
    void run_source(Runner& runner, const Ask& ask) {
        Result<void> outcome = await_start(runner);
        if (outcome) {
            const Wait wait{.until_monotonic_ns = runner.until_ns, .cancel = &runner.stop};
            const Give give = [&](Found found) { return put(runner, std::move(found)); };
            outcome = ask(*runner.source.router, give, wait);
        }
        const std::scoped_lock lock(mutex_);
        runner.outcome = std::move(outcome);
        changed_.notify_all();
    }
    Result<void> await_start(const Runner& runner) {
        std::unique_lock lock(mutex_);
        while (clock_.monotonic_ns() < runner.start_ns) {
            if (runner.stop) return fail(Code::cancelled, "canceled");
            clock_.wait(changed_, lock, runner.start_ns);
        }
        return {};
    }
    Result<bool> put(const Runner& runner, Found found) {
        std::unique_lock lock(mutex_);
        while (!runner.stop && found_.size() >= limits::merged_count_max) {
            clock_.wait(changed_, lock, clock_.monotonic_ns() + limits::cancel_look_ns);
        }
        if (runner.stop) return false;
        found_.push_back(std::move(found));
        changed_.notify_all();
        return true;
    }

    // The next thing found; nullopt when no source is at work any more.
    Result<std::optional<Found>> next(const Wait& wait) {
        std::unique_lock lock(mutex_);
        for (;;) {
            if (!found_.empty()) {
                Found found = std::move(found_.front());
                found_.pop_front();
                changed_.notify_all();
                return found;
            }
            TRY(check(clock_, wait));
            bool is_over = true;
            for (Runner& runner : runners_) {
                if (runner.outcome) continue;
                is_over = false;
                if (clock_.monotonic_ns() >= runner.until_ns) runner.stop = true;
            }
            if (is_over) return std::nullopt;
            clock_.wait(changed_, lock, clock_.monotonic_ns() + limits::cancel_look_ns);
        }
    }
    void stop_all() {
        const std::scoped_lock lock(mutex_);
        for (Runner& runner : runners_) runner.stop = true;
        changed_.notify_all();
    }

    Result<void> verdict() {
        const std::scoped_lock lock(mutex_);
        std::optional<Error> error;
        for (const Runner& runner : runners_) {
            if (runner.outcome->has_value()) return {};
            const Error& why = runner.outcome->error();
            // That a source cannot do this at all says less than that another one failed.
            const bool is_better = !error || error->code == Code::unsupported;
            if (!runner.source.ignores_errors && is_better) error = why;
        }
        if (error) return std::unexpected(*error);
        for (const Runner& runner : runners_) {
            if (runner.outcome->error().code != Code::unsupported) return {};
        }
        return fail(Code::unsupported,
                    "no router of this node can do that; see Routing in the "
                    "config");
    }

    const Clock& clock_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Found> found_ GUARDED_BY(mutex_);
    std::deque<Runner> runners_;
};

}  // namespace

Result<void> ParallelRouter::find_providers(const Cid& cid, size_t count_max,
                                            const VisitPeer& visit, const Wait& wait) {
    Race race(clock_, sources_);
    PeerMerge known;
    return race.run(
        [&](Router& router, const Race::Give& give, const Wait& own_wait) {
            return router.find_providers(cid, count_max, give, own_wait);
        },
        wait,
        [&](const Found& found) -> Result<bool> {
            const auto& provider = std::get<PeerAddress>(found);
            if (!known.is_new(provider)) return true;
            const bool goes_on = TRY(visit(provider));
            return goes_on && known.count() < count_max;
        });
}

Result<PeerAddress> ParallelRouter::find_peer(const PeerId& peer, const Wait& wait) {
    Race race(clock_, sources_);
    std::optional<PeerAddress> found;
    TRY(race.run(
        [&](Router& router, const Race::Give& give, const Wait& own_wait) -> Result<void> {
            auto one = TRY(router.find_peer(peer, own_wait));
            TRY(give(std::move(one)));
            return {};
        },
        wait,
        [&](const Found& first) -> Result<bool> {
            found = std::get<PeerAddress>(first);
            return false;
        }));
    if (found) return *std::move(found);
    return fail(Code::not_found, "routing: not found");
}

Result<void> ParallelRouter::closest_peers(ByteView key, const VisitPeer& visit, const Wait& wait) {
    Race race(clock_, sources_);
    PeerMerge known;
    return race.run([&](Router& router, const Race::Give& give,
                        const Wait& own_wait) { return router.closest_peers(key, give, own_wait); },
                    wait,
                    [&](const Found& found) -> Result<bool> {
                        const auto& peer = std::get<PeerAddress>(found);
                        if (!known.is_new(peer)) return true;
                        return visit(peer);
                    });
}

Result<uint32_t> ParallelRouter::provide(const Multihash& key, const Wait& wait) {
    Race race(clock_, sources_);
    uint32_t count = 0;
    TRY(race.run(
        [&](Router& router, const Race::Give& give, const Wait& own_wait) -> Result<void> {
            const uint32_t taken = TRY(router.provide(key, own_wait));
            TRY(give(taken));
            return {};
        },
        wait,
        [&](const Found& found) -> Result<bool> {
            count += std::get<uint32_t>(found);
            return true;
        }));
    return count;
}

Result<void> ParallelRouter::get_values(ByteView key, const VisitValue& visit, const Wait& wait) {
    Race race(clock_, sources_);
    return race.run(
        [&](Router& router, const Race::Give& give, const Wait& own_wait) {
            return router.get_values(
                key, [&](ByteView value) { return give(to_bytes(value)); }, own_wait);
        },
        wait, [&](const Found& found) { return visit(std::get<Bytes>(found)); });
}

Result<uint32_t> ParallelRouter::put_value(ByteView key, ByteView value, const Wait& wait) {
    Race race(clock_, sources_);
    uint32_t count = 0;
    TRY(race.run(
        [&](Router& router, const Race::Give& give, const Wait& own_wait) -> Result<void> {
            const uint32_t taken = TRY(router.put_value(key, value, own_wait));
            TRY(give(taken));
            return {};
        },
        wait,
        [&](const Found& found) -> Result<bool> {
            count += std::get<uint32_t>(found);
            return true;
        }));
    return count;
}

}  // namespace kit::routing
