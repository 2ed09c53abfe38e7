// Announcing over a DHT of some hundred peers that remember what they were told, and when.
#include "routing/provider.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/simulated_env.h"
#include "routing/limits.h"
#include "routing/test_network.h"

namespace kit::routing::testing {
namespace {

using std::chrono::hours;
constexpr int64_t hour_ns = 3600 * second_ns;

class FakeDht final : public AnnounceTarget {
public:
    FakeDht(const Clock& clock, size_t peers_count) : clock_(clock) {
        for (size_t i = 0; i < peers_count; ++i) {
            const PeerId peer =
                PeerId::from_bytes(hash_of(fmt::format("peer {}", i)).bytes()).value();
            peers_.push_back({place_of(peer.bytes()), {peer, {}}});
        }
    }

    Result<void> closest_peers(ByteView key, const VisitPeer& visit, const Wait&) override {
        ++searches_count;
        if (!is_online) return fail(Code::offline, "no network");
        for (const PeerId& peer : keepers_of(key)) TRY(visit({peer, {}}));
        return {};
    }
    Result<uint32_t> provide_at(std::span<const PeerAddress> peers, std::span<const Multihash> keys,
                                const Wait&) override {
        for (const Multihash& key : keys) {
            told[key].push_back(clock_.unix_ns());
            for (const PeerAddress& peer : peers) keepers[key].insert(peer.peer.to_text());
        }
        return static_cast<uint32_t>(peers.size());
    }

    // The 20 that should keep a record.
    std::vector<PeerId> keepers_of(ByteView key) const {
        const Place place = place_of(key);
        std::vector<std::pair<Place, PeerId>> near;
        for (const auto& [where, peer] : peers_) {
            Place distance{};
            for (size_t i = 0; i < place.size(); ++i) {
                distance[i] = static_cast<uint8_t>(where[i] ^ place[i]);
            }
            near.emplace_back(distance, peer.peer);
        }
        const auto count = static_cast<ptrdiff_t>(std::min<size_t>(20, near.size()));
        std::ranges::partial_sort(near, near.begin() + count,
                                  [](const auto& a, const auto& b) { return a.first < b.first; });
        std::vector<PeerId> closest;
        for (ptrdiff_t i = 0; i < count; ++i) {
            closest.push_back(near[static_cast<size_t>(i)].second);
        }
        return closest;
    }

    bool is_online = true;
    size_t searches_count = 0;
    std::unordered_map<Multihash, std::vector<int64_t>, formats::MultihashHash> told;
    std::unordered_map<Multihash, std::set<std::string>, formats::MultihashHash> keepers;

private:
    const Clock& clock_;
    std::vector<std::pair<Place, PeerAddress>> peers_;
};

class ProviderTest : public ::testing::Test {
protected:
    void open() {
        provider_ = nullptr;
        provider_ = std::make_unique<Provider>(
            env_.env, *dht_,
            [this](
                const std::function<Result<bool>(formats::MultihashView)>& visit) -> Result<void> {
                ++gathers_count_;
                for (const auto& [name, key] : held_) TRY(visit(key));
                return {};
            },
            options_);
    }
    void hold(int count) {
        for (int i = 0; i < count; ++i) {
            const std::string name = fmt::format("key {}", held_.size());
            held_.emplace(name, hash_of(name));
        }
    }
    // Until nothing is due.
    void tend() {
        for (int i = 0; i < 100'000; ++i) {
            if (provider_->tend() > env_.clock.monotonic_ns()) return;
        }
        FAIL() << "it has no end";
    }
    void pass(int64_t time_ns) {
        for (int64_t left_ns = time_ns; left_ns > 0; left_ns -= hour_ns / 4) {
            env_.clock.advance(std::chrono::nanoseconds(std::min(left_ns, hour_ns / 4)));
            tend();
        }
    }
    size_t told_count(const Multihash& key) const {
        const auto found = dht_->told.find(key);
        return found == dht_->told.end() ? 0 : found->second.size();
    }
    // How often the keys held were told, the least and the most.
    std::pair<size_t, size_t> told_counts() const {
        std::pair<size_t, size_t> counts{SIZE_MAX, 0};
        for (const auto& [name, key] : held_) {
            counts.first = std::min(counts.first, told_count(key));
            counts.second = std::max(counts.second, told_count(key));
        }
        return counts;
    }

    SimulatedEnv env_{1};
    std::unique_ptr<FakeDht> dht_ = std::make_unique<FakeDht>(env_.clock, 500);
    ProviderOptions options_{.workers_count_max = 0, .state_path = "/sweep"};
    std::map<std::string, Multihash> held_;
    size_t gathers_count_ = 0;
    std::unique_ptr<Provider> provider_;
};

TEST_F(ProviderTest, AtTheFirstStartEverythingIsTold) {
    hold(2000);
    open();
    tend();
    EXPECT_EQ(told_counts(), std::pair(size_t{1}, size_t{1}));
    EXPECT_EQ(gathers_count_, 1U);
    const ProvideStatistics shown = provider_->statistics();
    EXPECT_EQ(shown.past.keys_provided, 2000U);
    EXPECT_EQ(shown.past.records_provided, 40'000U);
    EXPECT_EQ(shown.connectivity.status, ProvideConnectivity::online);
    EXPECT_EQ(shown.schedule.keys, 2000U);
}

// One search stands for a region, and those who are told are those who will be asked.
TEST_F(ProviderTest, FewSearchesFindTheRightKeepers) {
    hold(2000);
    open();
    tend();
    EXPECT_LT(dht_->searches_count, 100U);
    size_t right_count = 0;
    for (const auto& [name, key] : held_) {
        size_t count = 0;
        for (const PeerId& peer : dht_->keepers_of(key.bytes())) {
            count += dht_->keepers[key].count(peer.to_text());
        }
        EXPECT_GE(count, 8U);
        right_count += count;
    }
    EXPECT_GT(right_count, held_.size() * 14);
}

TEST_F(ProviderTest, TheSweepIsSpreadOverTheInterval) {
    hold(2000);
    open();
    tend();
    pass(11 * hour_ns);
    size_t again_count = 0;
    for (const auto& [name, key] : held_) again_count += told_count(key) == 2 ? 1 : 0;
    EXPECT_NEAR(static_cast<double>(again_count), 1000, 120);
    pass(11 * hour_ns);
    EXPECT_EQ(told_counts(), std::pair(size_t{2}, size_t{2}));
    pass(22 * hour_ns);
    EXPECT_EQ(told_counts(), std::pair(size_t{3}, size_t{3}));
}

TEST_F(ProviderTest, WithoutSpreadingAllIsToldAtTheStartOfAnInterval) {
    options_.spreads = false;
    hold(300);
    open();
    tend();
    pass(21 * hour_ns);
    EXPECT_LE(told_counts().second, 2U);
    pass(2 * hour_ns);
    EXPECT_GE(told_counts().first, 2U);
}

TEST_F(ProviderTest, WithoutAnIntervalOnlyNewContentIsTold) {
    options_.interval = hours(0);
    hold(10);
    open();
    tend();
    EXPECT_EQ(told_counts().second, 0U);
    EXPECT_EQ(provider_->announce(std::vector{hash_of("new")}), 1U);
    tend();
    EXPECT_EQ(told_count(hash_of("new")), 1U);
}

TEST_F(ProviderTest, NewContentIsToldAtOnceAndThenWithTheSweep) {
    hold(100);
    open();
    tend();
    held_.emplace("new", hash_of("new"));
    const std::vector<Multihash> keys{hash_of("new"), hash_of("once")};
    EXPECT_EQ(provider_->announce(std::span(keys).first(1)), 1U);
    EXPECT_EQ(provider_->announce(std::span(keys).last(1), Announce::once), 1U);
    tend();
    EXPECT_EQ(told_count(hash_of("new")), 1U);
    EXPECT_EQ(told_count(hash_of("once")), 1U);
    pass(22 * hour_ns);
    EXPECT_EQ(told_count(hash_of("new")), 2U);
    EXPECT_EQ(told_count(hash_of("once")), 1U);
}

TEST_F(ProviderTest, WhatIsClearedIsNotTold) {
    open();
    tend();
    EXPECT_EQ(provider_->announce(std::vector{hash_of("a"), hash_of("b"), hash_of("a")}), 3U);
    EXPECT_EQ(provider_->statistics().queues.pending_key_provides, 2U);
    EXPECT_EQ(provider_->clear(), 2U);
    tend();
    EXPECT_EQ(told_count(hash_of("a")), 0U);
}

TEST_F(ProviderTest, WhatFindsTheQueueFullIsLeftToASweep) {
    open();
    tend();
    hold(static_cast<int>(limits::fresh_count_max) + 100);
    std::vector<Multihash> keys;
    for (const auto& [name, key] : held_) keys.push_back(key);
    EXPECT_EQ(provider_->announce(keys), limits::fresh_count_max);
    EXPECT_EQ(provider_->statistics().keys_left_to_sweep, 100U);
    tend();
    EXPECT_GE(told_counts().first, 1U);
}

TEST_F(ProviderTest, WithoutANetworkItIsTriedAgainAndNothingIsLost) {
    hold(50);
    dht_->is_online = false;
    open();
    EXPECT_EQ(provider_->announce(std::vector{hash_of("new")}), 1U);
    pass(3 * hour_ns);
    EXPECT_EQ(told_counts().second, 0U);
    EXPECT_LT(dht_->searches_count, 250U);
    EXPECT_EQ(provider_->statistics().connectivity.status, ProvideConnectivity::offline);
    EXPECT_NE(provider_->statistics().last_error, "");
    dht_->is_online = true;
    pass(hour_ns);
    EXPECT_EQ(told_count(hash_of("new")), 1U);
    EXPECT_EQ(told_counts().first, 1U);
    EXPECT_EQ(provider_->statistics().connectivity.status, ProvideConnectivity::online);
}

TEST_F(ProviderTest, AnotherStrategyBeginsAnew) {
    hold(100);
    open();
    tend();
    open();
    tend();
    EXPECT_EQ(told_counts(), std::pair(size_t{1}, size_t{1}));
    options_.strategy = "pinned";
    open();
    tend();
    EXPECT_EQ(told_counts(), std::pair(size_t{2}, size_t{2}));
}

TEST_F(ProviderTest, AThreadDoesItAndEnds) {
    options_.workers_count_max = 4;
    open();
    provider_->start();
    env_.clock.await_waiters(1);  // All that there was is told: nothing.
    EXPECT_EQ(provider_->announce(std::vector{hash_of("new")}), 1U);
    for (;;) {
        env_.clock.await_waiters(1);
        const auto shown = provider_->statistics();
        if (shown.queues.pending_key_provides == 0 && shown.past.keys_provided == 1) break;
        env_.clock.advance(std::chrono::milliseconds(1));
    }
    provider_->stop();
    EXPECT_EQ(provider_->announce(std::vector{hash_of("late")}), 0U);
    EXPECT_TRUE(provider_->statistics().is_closed);
}

// Whatever comes, goes, restarts and pauses: what is held for an interval was told within it, and
// nothing is told much more often.
TEST_F(ProviderTest, EveryKeyIsToldOnceAnInterval) {
    for (uint64_t seed = 1; seed <= 6; ++seed) {
        SCOPED_TRACE(seed);
        SimulatedRandom random(seed);
        options_.state_path = fmt::format("/sweep {}", seed);
        dht_ = std::make_unique<FakeDht>(env_.clock, 200 + random.below(300));
        held_.clear();
        std::map<std::string, int64_t> since;
        const int64_t start_ns = env_.clock.unix_ns();
        open();
        for (int step = 0; step < 150; ++step) {
            const uint64_t choice = random.below(10);
            if (choice < 3) {
                std::vector<Multihash> fresh;
                for (uint64_t i = random.below(20); i > 0; --i) {
                    const std::string name = fmt::format("{}", random.next());
                    fresh.push_back(hash_of(name));
                    held_.emplace(name, fresh.back());
                    since[name] = env_.clock.unix_ns();
                }
                (void)provider_->announce(fresh);
                tend();
            } else if (choice == 3 && !held_.empty()) {
                held_.erase(
                    std::next(held_.begin(), static_cast<ptrdiff_t>(random.below(held_.size()))));
            } else if (choice == 4) {
                provider_ = nullptr;
                env_.disk.crash(SimulatedDisk::Survival::a_part);
                env_.clock.advance(std::chrono::nanoseconds(random.below(hour_ns)));
                open();
                tend();
            } else {
                pass(static_cast<int64_t>(random.below(2 * hour_ns)));
            }
            const int64_t now_ns = env_.clock.unix_ns();
            // With some keys a region is told that is wider than others, and they with it: an
            // eighth of the interval among 200 peers. And the pauses of the test.
            const int64_t interval_ns = 22 * hour_ns + 6 * hour_ns;
            for (const auto& [name, key] : held_) {
                if (now_ns - since[name] < interval_ns) continue;
                const auto& times_ns = dht_->told[key];
                std::string hours_told;
                for (const int64_t time_ns : times_ns) {
                    hours_told += fmt::format(" {}", (time_ns - start_ns) / (hour_ns / 10));
                }
                ASSERT_GE(times_ns.back(), now_ns - interval_ns)
                    << "at " << share_of(place_of(key.bytes())) << ", held since "
                    << (since[name] - start_ns) / (hour_ns / 10) << ", now "
                    << (now_ns - start_ns) / (hour_ns / 10) << ", told" << hours_told
                    << " (tenths of an hour)";
            }
        }
        const auto days = static_cast<size_t>((env_.clock.unix_ns() - start_ns) / (22 * hour_ns));
        EXPECT_LE(told_counts().second, 2 * days + 4);
    }
}

}  // namespace
}  // namespace kit::routing::testing
