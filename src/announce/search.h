// One request for content under way: who may have it, who is asked next, and when. It decides
// alone and does nothing itself, so that its whole course is a matter of its inputs.
//
// Its course: publish the want, gather offers for a moment, then rounds: the best few who have not
// failed lately are dialled and asked together. A round without a byte moves on to the next best.
// With nobody to ask, whoever is connected is asked now and then. Wants are published again, ever
// more rarely, for peers that come later.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <variant>
#include <vector>

#include "announce/message.h"
#include "formats/peer_id.h"
#include "p2p/host.h"

namespace kit::announce {

using formats::PeerId;
using p2p::PeerAddress;

// What to do now.
struct PublishWant {
    uint32_t patience_ms;
};
// Dial these and fetch. Without peers: from whoever is connected.
struct AskPeers {
    std::vector<PeerAddress> peers;
    std::chrono::milliseconds patience;  // Without a new block so long, the round has failed.
};
struct WaitUntil {
    int64_t until_ns;
};
struct GiveUp {};  // The deadline has passed.
using SearchStep = std::variant<PublishWant, AskPeers, WaitUntil, GiveUp>;

// One thread at a time. Times are monotonic.
class Search final {
public:
    Search(Cid cid, uint64_t number, int64_t now_ns, int64_t until_ns,
           std::optional<uint64_t> size_bytes_max);

    const Cid& cid() const { return cid_; }
    uint64_t number() const { return number_; }
    std::optional<uint64_t> size_bytes_max() const { return size_bytes_max_; }
    int64_t until_ns() const { return until_ns_; }

    // A peer says that it has the content; false when that is no news or too many have said so.
    bool add(const PeerAddress& peer, std::optional<uint64_t> size_bytes);
    // Whoever cannot be reached is not asked again soon.
    void on_unreachable(const PeerId& peer, int64_t now_ns);
    // Whether somebody is there whom a round without peers should give way to.
    bool has_ready(int64_t now_ns) const;

    // `rank` sorts peers, the best first.
    using Rank = std::function<void(std::vector<PeerId>&)>;
    SearchStep next(int64_t now_ns, const Rank& rank);
    // The round that next() asked for is over, without all of the content.
    void on_round_failed(int64_t now_ns);

    // When the want was published last, for the latency of who answers it.
    int64_t published_ns() const { return published_ns_; }
    size_t candidates_count() const { return candidates_.size(); }

private:
    struct Candidate {
        PeerAddress peer;
        uint32_t tries_count = 0;
        int64_t not_before_ns = 0;
    };
    Candidate* find(const PeerId& peer);
    AskPeers make_round(int64_t now_ns, const Rank& rank);
    int64_t next_event_ns(int64_t now_ns) const;

    const Cid cid_;
    const uint64_t number_;
    const int64_t until_ns_;
    const std::optional<uint64_t> size_bytes_max_;
    const int64_t gather_until_ns_;
    std::vector<Candidate> candidates_;
    std::vector<PeerId> asked_;  // In the round that runs.
    int64_t published_ns_ = 0;
    int64_t publish_ns_;       // When next.
    int64_t publish_wait_ns_;  // After that.
    int64_t open_round_ns_;    // When next, with nobody to ask.
};

}  // namespace kit::announce
