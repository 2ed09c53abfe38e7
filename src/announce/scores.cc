#include "announce/scores.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <utility>

#include "base/bytes.h"

namespace kit::announce {
namespace {

constexpr uint32_t full = 1000;
constexpr uint32_t unknown = 500;
constexpr double half_latency_ms = 100;
constexpr double half_bytes_per_s = 4.0 * MiB;
constexpr uint32_t shared_bits_max = 10;
constexpr uint32_t failures_counted_max = 10;  // 1000 halved ten times is 0.
constexpr double newest_share = 0.25;

using Distance = std::array<uint8_t, 32>;

// https://github.com/libp2p/specs/tree/master/kad-dht#distance
Distance distance_of(const PeerId& peer, const Cid& cid) {
    const ByteView theirs = peer.bytes();
    const formats::Multihash a = formats::sha2_256(std::span(&theirs, 1));
    const ByteView key = cid.hash().bytes();
    const formats::Multihash b = formats::sha2_256(std::span(&key, 1));
    Distance distance{};
    for (size_t i = 0; i < distance.size(); ++i) {
        distance[i] = static_cast<uint8_t>(a.digest()[i] ^ b.digest()[i]);
    }
    return distance;
}

uint32_t leading_zeros(const Distance& distance) {
    uint32_t count = 0;
    for (const uint8_t byte : distance) {
        count += static_cast<uint32_t>(std::countl_zero(byte));
        if (byte != 0) break;
    }
    return count;
}

uint32_t rounded(double part) {
    return static_cast<uint32_t>(std::lround(std::clamp(part, 0.0, double{full})));
}

double mean(const std::optional<double>& before, double newest) {
    return before ? *before + newest_share * (newest - *before) : newest;
}

}  // namespace

Score score_of(const PeerFacts& facts, const PeerId& peer, const Cid& cid,
               const ScoreWeights& weights, int64_t now_ns) {
    Score score{.load = unknown, .latency = unknown, .speed = unknown, .distance = unknown};
    if (facts.load_percent) score.load = full - 10 * std::min(*facts.load_percent, 100U);
    if (facts.latency_ms) {
        score.latency = rounded(full * half_latency_ms / (half_latency_ms + *facts.latency_ms));
    }
    if (facts.bytes_per_s) {
        score.speed = rounded(full * *facts.bytes_per_s / (*facts.bytes_per_s + half_bytes_per_s));
    }
    if (!cid.empty()) {
        score.distance = 100 * std::min(leading_zeros(distance_of(peer, cid)), shared_bits_max);
    }
    if (now_ns - facts.failed_ns < failure_time_ns) score.failures_count = facts.failures_count;
    const uint64_t all =
        uint64_t{weights.load} + weights.latency + weights.speed + weights.distance;
    if (all == 0) return score;
    const uint64_t sum =
        uint64_t{weights.load} * score.load + uint64_t{weights.latency} * score.latency +
        uint64_t{weights.speed} * score.speed + uint64_t{weights.distance} * score.distance;
    score.total =
        static_cast<uint32_t>((sum / all) >> std::min(score.failures_count, failures_counted_max));
    return score;
}

PeerFacts& PeerBook::touch(const PeerId& peer) {
    if (!peers_.contains(peer) && peers_.size() >= count_max_) {
        const auto worth = [](const auto& entry) {
            return std::pair(entry.second.facts.received_bytes > 0, entry.second.touched);
        };
        peers_.erase(std::ranges::min_element(peers_, {}, worth));
    }
    Entry& entry = peers_[peer];
    entry.touched = ++touches_;
    return entry.facts;
}

void PeerBook::on_load(const PeerId& peer, uint32_t load_percent) {
    touch(peer).load_percent = load_percent;
}

void PeerBook::on_latency(const PeerId& peer, double latency_ms) {
    PeerFacts& facts = touch(peer);
    facts.latency_ms = mean(facts.latency_ms, latency_ms);
}

void PeerBook::on_received(const PeerId& peer, uint64_t bytes, int64_t time_ns) {
    if (bytes == 0) return;
    PeerFacts& facts = touch(peer);
    facts.received_bytes += bytes;
    facts.failures_count = 0;
    const double seconds = static_cast<double>(std::max<int64_t>(time_ns, 1'000'000)) / 1e9;
    facts.bytes_per_s = mean(facts.bytes_per_s, static_cast<double>(bytes) / seconds);
}

void PeerBook::on_failure(const PeerId& peer, int64_t now_ns) {
    PeerFacts& facts = touch(peer);
    if (now_ns - facts.failed_ns >= failure_time_ns) facts.failures_count = 0;
    ++facts.failures_count;
    facts.failed_ns = now_ns;
}

PeerFacts PeerBook::facts(const PeerId& peer) const {
    const auto known = peers_.find(peer);
    return known == peers_.end() ? PeerFacts() : known->second.facts;
}

std::vector<PeerId> PeerBook::peers() const {
    std::vector<PeerId> all;
    all.reserve(peers_.size());
    for (const auto& [peer, entry] : peers_) all.push_back(peer);
    return all;
}

void rank(std::vector<PeerId>& peers, const PeerBook& book, const Cid& cid,
          const ScoreWeights& weights, int64_t now_ns) {
    struct Ranked {
        uint32_t total;
        Distance distance;
        PeerId peer;
    };
    std::vector<Ranked> ranked;
    ranked.reserve(peers.size());
    for (PeerId& peer : peers) {
        const uint32_t total = score_of(book.facts(peer), peer, cid, weights, now_ns).total;
        const Distance distance = cid.empty() ? Distance{} : distance_of(peer, cid);
        ranked.push_back({total, distance, std::move(peer)});
    }
    std::ranges::stable_sort(ranked, [](const Ranked& a, const Ranked& b) {
        return a.total != b.total ? a.total > b.total : a.distance < b.distance;
    });
    peers.clear();
    for (Ranked& each : ranked) peers.push_back(std::move(each.peer));
}

}  // namespace kit::announce
