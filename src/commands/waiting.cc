#include "commands/waiting.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace kit::commands {
namespace {

constexpr int64_t cancel_period_ns = 100'000'000;  // How late a cancel is seen.

}  // namespace

bool wait_until(const Context& context, int64_t until_monotonic_ns) {
    std::condition_variable unused;
    std::mutex mutex;
    std::unique_lock lock(mutex);
    const Clock& clock = context.env.clock;
    for (int64_t now_ns; (now_ns = clock.monotonic_ns()) < until_monotonic_ns;) {
        if (*context.cancel) return false;
        clock.wait(unused, lock, std::min(until_monotonic_ns, now_ns + cancel_period_ns));
    }
    return !*context.cancel;
}

}  // namespace kit::commands
