// How often something may happen: so many each second, and a few more at once after a pause.
#pragma once

#include <algorithm>
#include <cstdint>
#include <unordered_map>

#include "announce/limits.h"
#include "formats/peer_id.h"
#include "p2p/peer_id_hash.h"

namespace kit::announce {

struct Rate {
    double per_s;
    double at_once;
};

// A token bucket. One thread at a time.
class RateLimit final {
public:
    explicit RateLimit(Rate rate) : rate_(rate), left_(rate.at_once) {}

    // Whether it may happen now; then it counts.
    bool take(int64_t now_ns) {
        left_ = left_at(now_ns);
        last_ns_ = std::max(last_ns_, now_ns);
        if (left_ < 1) return false;
        left_ -= 1;
        return true;
    }
    // As if nothing had happened for long.
    bool is_idle(int64_t now_ns) const { return left_at(now_ns) >= rate_.at_once; }

private:
    double left_at(int64_t now_ns) const {
        const auto passed_ns = static_cast<double>(std::max<int64_t>(now_ns - last_ns_, 0));
        return std::min(rate_.at_once, left_ + rate_.per_s * passed_ns / 1e9);
    }

    Rate rate_;
    double left_;
    int64_t last_ns_ = 0;
};

// The same for each peer. One thread at a time.
class PeerRates final {
public:
    explicit PeerRates(Rate rate) : rate_(rate) {}

    bool take(const formats::PeerId& peer, int64_t now_ns) {
        auto known = peers_.find(peer);
        if (known == peers_.end()) {
            if (peers_.size() >= limits::rated_peers_count_max) {
                std::erase_if(peers_,
                              [&](const auto& entry) { return entry.second.is_idle(now_ns); });
            }
            // All of them are busy: a newcomer is one too many.
            if (peers_.size() >= limits::rated_peers_count_max) return false;
            known = peers_.emplace(peer, RateLimit(rate_)).first;
        }
        return known->second.take(now_ns);
    }

private:
    Rate rate_;
    std::unordered_map<formats::PeerId, RateLimit, p2p::PeerIdHash> peers_;
};

}  // namespace kit::announce
