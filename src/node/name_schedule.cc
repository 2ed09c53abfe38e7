#include "node/name_schedule.h"

#include <algorithm>

#include "node/node.h"

namespace kit::node {
namespace {

constexpr int64_t minute_ns = 60 * int64_t{1'000'000'000};
constexpr int64_t period_ns_default = 240 * minute_ns;
constexpr int64_t period_ns_min = minute_ns;
constexpr int64_t period_ns_max = 1440 * minute_ns;
constexpr int64_t first_delay_ns = minute_ns;
constexpr int64_t retry_delay_ns = 5 * minute_ns;

}  // namespace

NameSchedule::NameSchedule(const Clock& clock, const Config& config)
    : clock_(clock),
      period_ns_(
          std::clamp(config.find_duration_ns("Ipns.RepublishPeriod").value_or(period_ns_default),
                     period_ns_min, period_ns_max)),
      due_ns_(clock.monotonic_ns() + std::min(first_delay_ns, period_ns_)) {}

void NameSchedule::finish(bool succeeded) {
    due_ns_ =
        clock_.monotonic_ns() + (succeeded ? period_ns_ : std::min(retry_delay_ns, period_ns_));
}

Result<void> NameSchedule::tend(Node& node) {
    if (!is_due()) return {};
    const auto done = node.republish_names();
    finish(done.has_value());
    TRY(Result<size_t>(done));
    return {};
}

}  // namespace kit::node
