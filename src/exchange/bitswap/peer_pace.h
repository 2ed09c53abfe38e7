// How fast a peer answers, from what it answered: its latency, its throughput, and so how much to
// have asked of it at a time and how long to wait.
#pragma once

#include <algorithm>
#include <cstdint>

#include "exchange/limits.h"

namespace kit::exchange::bitswap {

class PeerPace final {
public:
    // An answer that nothing could delay: a presence, or a block asked of an idle peer.
    void on_answer(int64_t took_ns) {
        latency_ns_ = latency_ns_ == 0 ? took_ns : (7 * latency_ns_ + took_ns) / 8;
    }
    // Bytes are awaited from an idle peer from now on.
    void on_busy(int64_t now_ns) {
        window_start_ns_ = now_ns;
        window_bytes_ = 0;
    }
    void on_bytes(size_t size_bytes, int64_t now_ns) {
        window_bytes_ += size_bytes;
        last_progress_ns_ = now_ns;
        const int64_t passed_ns = now_ns - window_start_ns_;
        if (passed_ns < measuring_ns) return;
        const double rate =
            static_cast<double>(window_bytes_) * 1e9 / static_cast<double>(passed_ns);
        bytes_per_s_ = bytes_per_s_ == 0 ? rate : (bytes_per_s_ + rate) / 2;
        on_busy(now_ns);
    }

    int64_t latency_ns() const { return latency_ns_ == 0 ? latency_unknown_ns : latency_ns_; }
    double bytes_per_s() const { return bytes_per_s_ == 0 ? bytes_per_s_unknown : bytes_per_s_; }
    int64_t last_progress_ns() const { return last_progress_ns_; }

    // Enough to keep the line full for the way there and back and the peer's own pauses.
    uint64_t window_bytes() const {
        const double seconds = static_cast<double>(2 * latency_ns() + pause_ns) / 1e9;
        const auto wanted = static_cast<uint64_t>(std::min(bytes_per_s() * seconds, 1e12));
        return std::clamp(wanted, limits::window_bytes_min, limits::window_bytes_max);
    }
    // How long a block may take behind `queued_bytes` of others.
    int64_t patience_ns(uint64_t queued_bytes) const {
        const double queue_s = static_cast<double>(queued_bytes) / bytes_per_s();
        const int64_t expected_ns =
            4 * latency_ns() + static_cast<int64_t>(std::min(4 * queue_s, 3600.0) * 1e9);
        return std::clamp(expected_ns, limits::patience_ns_min, limits::patience_ns_max);
    }
    int64_t presence_patience_ns() const {
        return std::clamp(8 * latency_ns(), limits::patience_ns_min, limits::patience_ns_max / 10);
    }

private:
    static constexpr int64_t measuring_ns = 50'000'000;
    static constexpr int64_t pause_ns = 200'000'000;
    static constexpr int64_t latency_unknown_ns = 200'000'000;
    static constexpr double bytes_per_s_unknown = double{1 << 20};

    int64_t latency_ns_ = 0;
    double bytes_per_s_ = 0;
    int64_t window_start_ns_ = 0;
    uint64_t window_bytes_ = 0;
    int64_t last_progress_ns_ = 0;
};

}  // namespace kit::exchange::bitswap
