#include "doors/daemon/request_log.h"

#include <fmt/format.h>

#include "http/trace_context.h"

namespace kit::daemon {
namespace {

LogLevel level_of(const http::Served& served) {
    if (!served.refusal.empty() || served.has_stalled) return LogLevel::info;
    return served.status == 0 || served.status >= 500 ? LogLevel::warn : LogLevel::debug;
}

}  // namespace

void RequestLog::tell(const http::Served& served) const {
    const LogLevel level = level_of(served);
    if (!logger_.is_on(level) && !spans_) return;
    const auto context = http::trace_context_of(served.request);
    std::string trace_id = context ? context->trace_id : "";
    if (spans_ && served.refusal.empty()) trace_id = spans_->write(served, context);
    if (!served.refusal.empty()) {
        logger_.write(level, "request refused",
                      {{"peer", std::string(served.peer)},
                       {"status", std::to_string(served.status)},
                       {"reason", std::string(served.refusal)}});
        return;
    }
    logger_.write(level, served.has_stalled ? "slow client" : "request served",
                  {{"method", served.request.method},
                   {"target", served.request.target},
                   {"status", std::to_string(served.status)},
                   {"ms", fmt::format("{:.3f}", static_cast<double>(served.duration_ns) / 1e6)},
                   {"peer", std::string(served.peer)},
                   {"trace_id", trace_id}});
}

}  // namespace kit::daemon
