// A line in the log, and a span where they are asked for, for each request that the server has
// served: who wants to know what a client did here finds both by the client's trace number.
#pragma once

#include <memory>

#include "base/log.h"
#include "doors/daemon/span_file.h"
#include "http/server.h"

namespace kit::daemon {

// Any thread.
class RequestLog final {
public:
    // `log` must outlive it; `spans` may be null.
    RequestLog(Log& log, std::unique_ptr<SpanFile> spans)
        : logger_(log.logger("http")), spans_(std::move(spans)) {}

    // debug: what was answered. info: what had no HTTP in it, and clients that stalled. warn: what
    // the server could not do (from 500 on, and answers that never began).
    void tell(const http::Served& served) const;

private:
    Logger& logger_;
    const std::unique_ptr<SpanFile> spans_;
};

}  // namespace kit::daemon
