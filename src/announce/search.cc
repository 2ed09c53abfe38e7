#include "announce/search.h"

#include <algorithm>

#include "announce/limits.h"

namespace kit::announce {
namespace {

constexpr int64_t ms = 1'000'000;
constexpr int64_t gather_ns = 300 * ms;
constexpr size_t gathered_count_enough = 8;
constexpr size_t round_peers_count_max = 3;
constexpr std::chrono::milliseconds round_patience{3'000};
constexpr int64_t publish_wait_first_ns = 1'000 * ms;
constexpr int64_t publish_wait_max_ns = 15'000 * ms;
constexpr int64_t open_round_first_ns = 2'000 * ms;
constexpr int64_t open_round_wait_ns = 10'000 * ms;
constexpr int64_t retry_wait_first_ns = 2'000 * ms;
constexpr uint32_t retry_doublings_max = 4;

}  // namespace

Search::Search(Cid cid, uint64_t number, int64_t now_ns, int64_t until_ns,
               std::optional<uint64_t> size_bytes_max)
    : cid_(std::move(cid)),
      number_(number),
      until_ns_(until_ns),
      size_bytes_max_(size_bytes_max),
      gather_until_ns_(now_ns + gather_ns),
      publish_ns_(now_ns),
      publish_wait_ns_(publish_wait_first_ns),
      open_round_ns_(now_ns + open_round_first_ns) {}

Search::Candidate* Search::find(const PeerId& peer) {
    const auto found = std::ranges::find_if(
        candidates_, [&](const Candidate& each) { return each.peer.peer == peer; });
    return found == candidates_.end() ? nullptr : &*found;
}

bool Search::add(const PeerAddress& peer, std::optional<uint64_t> size_bytes) {
    if (size_bytes && size_bytes_max_ && *size_bytes > *size_bytes_max_) return false;
    if (Candidate* known = find(peer.peer)) {
        if (!peer.addresses.empty()) known->peer.addresses = peer.addresses;
        return false;
    }
    if (candidates_.size() >= limits::candidates_count_max) return false;
    candidates_.push_back({peer});
    return true;
}

void Search::on_unreachable(const PeerId& peer, int64_t now_ns) {
    Candidate* known = find(peer);
    if (known == nullptr) return;
    const uint32_t doublings = std::min(known->tries_count++, retry_doublings_max);
    known->not_before_ns = now_ns + (retry_wait_first_ns << doublings);
}

bool Search::has_ready(int64_t now_ns) const {
    return std::ranges::any_of(candidates_,
                               [&](const Candidate& each) { return each.not_before_ns <= now_ns; });
}

SearchStep Search::next(int64_t now_ns, const Rank& rank) {
    if (now_ns >= until_ns_) return GiveUp{};
    if (now_ns >= publish_ns_) {
        published_ns_ = now_ns;
        publish_ns_ = now_ns + publish_wait_ns_;
        publish_wait_ns_ = std::min(2 * publish_wait_ns_, publish_wait_max_ns);
        const auto left_ms = static_cast<uint64_t>((until_ns_ - now_ns + ms - 1) / ms);
        return PublishWant{
            static_cast<uint32_t>(std::min<uint64_t>(left_ms, limits::patience_ms_max))};
    }
    const bool has_gathered =
        now_ns >= gather_until_ns_ || candidates_.size() >= gathered_count_enough;
    if (has_gathered && has_ready(now_ns)) return make_round(now_ns, rank);
    if (now_ns >= open_round_ns_) {
        open_round_ns_ = now_ns + open_round_wait_ns;
        asked_.clear();
        return AskPeers{{}, round_patience};
    }
    return WaitUntil{next_event_ns(now_ns)};
}

AskPeers Search::make_round(int64_t now_ns, const Rank& rank) {
    asked_.clear();
    for (const Candidate& each : candidates_) {
        if (each.not_before_ns <= now_ns) asked_.push_back(each.peer.peer);
    }
    rank(asked_);
    if (asked_.size() > round_peers_count_max) {
        asked_.erase(asked_.begin() + round_peers_count_max, asked_.end());
    }
    AskPeers round{{}, round_patience};
    for (const PeerId& peer : asked_) round.peers.push_back(find(peer)->peer);
    return round;
}

void Search::on_round_failed(int64_t now_ns) {
    for (const PeerId& peer : asked_) {
        // Whoever could not even be dialled is put off already.
        if (find(peer)->not_before_ns <= now_ns) on_unreachable(peer, now_ns);
    }
    asked_.clear();
}

int64_t Search::next_event_ns(int64_t now_ns) const {
    int64_t next_ns = std::min({until_ns_, publish_ns_, open_round_ns_});
    for (const Candidate& each : candidates_) {
        next_ns = std::min(next_ns, std::max(each.not_before_ns, gather_until_ns_));
    }
    return std::max(next_ns, now_ns + 1);
}

}  // namespace kit::announce
