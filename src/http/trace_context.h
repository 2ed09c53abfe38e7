// Which trace a request belongs to, as its client says by the field `traceparent`: W3C Trace
// Context, https://www.w3.org/TR/trace-context/
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace kit::http {

struct TraceContext {
    std::string trace_id;   // 32 digits of lower hex, not all zero.
    std::string parent_id;  // 16 such digits: the client's span.
    uint8_t flags = 0;      // 1: the client records it.

    bool operator==(const TraceContext&) const = default;
};

// Strict: what the recommendation calls invalid is nullopt, and is to be ignored as a whole.
std::optional<TraceContext> parse_traceparent(std::string_view text);

// Of a request; nullopt without the field, and with more than one of it.
std::optional<TraceContext> trace_context_of(const RequestHead& request);

}  // namespace kit::http
