// The spans of requests as lines of JSON in a file, as Kubo's with OTEL_TRACES_EXPORTER=file: for
// who wants to see what a client's trace did here. Off unless asked for.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/env.h"
#include "base/result.h"
#include "base/thread_annotations.h"
#include "http/server.h"
#include "http/trace_context.h"

namespace kit::daemon {

// Any thread.
class SpanFile final {
public:
    static constexpr uint64_t size_bytes_max = 256 * MiB;  // Then no more is written.

    // Goes on behind what the file has. `env` must outlive it.
    static Result<std::unique_ptr<SpanFile>> open(Env& env, const Path& path);

    // Below the client's span, or as a trace of its own without a context. Returns the trace's
    // number. A span that cannot be written is lost.
    std::string write(const http::Served& served, const std::optional<http::TraceContext>& context);

private:
    SpanFile(Env& env, std::unique_ptr<File> file, uint64_t size_bytes)
        : env_(env), file_(std::move(file)), size_bytes_(size_bytes) {}

    Env& env_;
    std::mutex mutex_;
    const std::unique_ptr<File> file_ GUARDED_BY(mutex_);
    uint64_t size_bytes_ GUARDED_BY(mutex_) = 0;
};

// One span as a line, in the form of OpenTelemetry's stdout exporter. `parent` is the client's.
std::string span_line(const http::Served& served, const std::string& trace_id,
                      const std::string& span_id, const std::optional<http::TraceContext>& parent);

}  // namespace kit::daemon
