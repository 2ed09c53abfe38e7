#include "routing/router.h"

namespace kit::routing {

Wait wait_for(const Clock& clock, std::chrono::nanoseconds time, const std::atomic<bool>* cancel) {
    const int64_t now_ns = clock.monotonic_ns();
    const int64_t until_ns = time.count() > INT64_MAX - now_ns ? INT64_MAX : now_ns + time.count();
    return {.until_monotonic_ns = until_ns, .cancel = cancel};
}

Result<void> check(const Clock& clock, const Wait& wait) {
    if (wait.cancel != nullptr && wait.cancel->load(std::memory_order_relaxed)) {
        return fail(Code::cancelled, "canceled");
    }
    if (clock.monotonic_ns() >= wait.until_monotonic_ns) {
        return fail(Code::timeout,
                    "the search took longer than its time; try again later or give "
                    "it more");
    }
    return {};
}

bool PeerMerge::is_new(const PeerAddress& peer) {
    const bool has_some = !peer.addresses.empty();
    const auto [known, is_first] = has_addresses_.try_emplace(peer.peer, has_some);
    if (is_first) return true;
    if (known->second || !has_some) return false;
    known->second = true;
    return true;
}

}  // namespace kit::routing
