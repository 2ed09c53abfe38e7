#include "p2p/send_budget.h"

#include <algorithm>
#include <cmath>

namespace kit::p2p {
namespace {

constexpr double kept_for_urgent = 0.1;
constexpr double second_ns = 1e9;

}  // namespace

int64_t TokenBucket::ready_ns(size_t size, double kept, int64_t now_ns) {
    const auto rate = static_cast<double>(bytes_per_s_);
    level_ = std::min(rate, level_ + rate * static_cast<double>(now_ns - filled_ns_) / second_ns);
    filled_ns_ = now_ns;
    // What is larger than the bucket waits until it is full.
    const double wanted = std::min(static_cast<double>(size) + kept * rate, rate);
    if (level_ >= wanted) return now_ns;
    return now_ns + static_cast<int64_t>(std::ceil((wanted - level_) / rate * second_ns)) + 1;
}

int64_t SendBudget::ask(const PeerId& peer, const std::string& protocol, size_t size,
                        int64_t now_ns) {
    struct Asked {
        TokenBucket* bucket;
        double kept;
    };
    std::vector<Asked> asked;
    if (limits_.bytes_per_s > 0) {
        if (!whole_) whole_.emplace(limits_.bytes_per_s, now_ns);
        const bool is_patient = std::ranges::any_of(
            limits_.patient, [&](const std::string& start) { return protocol.starts_with(start); });
        asked.push_back({&*whole_, is_patient ? kept_for_urgent : 0});
    }
    if (limits_.peer_bytes_per_s > 0) {
        const auto own = peers_.try_emplace(peer, limits_.peer_bytes_per_s, now_ns).first;
        asked.push_back({&own->second, 0});
    }
    for (const auto& [start, bytes_per_s] : limits_.protocol_bytes_per_s) {
        if (bytes_per_s == 0 || !protocol.starts_with(start)) continue;
        const auto shared = protocols_.try_emplace(start, bytes_per_s, now_ns).first;
        asked.push_back({&shared->second, 0});
    }
    int64_t ready_ns = now_ns;
    for (const Asked& one : asked) {
        ready_ns = std::max(ready_ns, one.bucket->ready_ns(size, one.kept, now_ns));
    }
    if (ready_ns > now_ns) return ready_ns;
    for (const Asked& one : asked) one.bucket->take(size);
    return now_ns;
}

}  // namespace kit::p2p
