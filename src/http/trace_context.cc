#include "http/trace_context.h"

#include <algorithm>
#include <charconv>

namespace kit::http {
namespace {

// 2.2.2: version "-" trace-id "-" parent-id "-" trace-flags
constexpr size_t trace_id_at = 3;
constexpr size_t trace_id_size = 32;
constexpr size_t parent_id_at = trace_id_at + trace_id_size + 1;
constexpr size_t parent_id_size = 16;
constexpr size_t flags_at = parent_id_at + parent_id_size + 1;
constexpr size_t whole_size = flags_at + 2;

// 2.2.1: "HEXDIGLC = DIGIT / "a" / "b" / "c" / "d" / "e" / "f" ; lowercase hex character"
bool is_lower_hex(std::string_view text) {
    return std::ranges::all_of(
        text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) {
    return is_lower_hex(text) && std::ranges::any_of(text, [](char c) { return c != '0'; });
}

}  // namespace

std::optional<TraceContext> parse_traceparent(std::string_view text) {
    if (text.size() < whole_size) return std::nullopt;
    const std::string_view version = text.substr(0, 2);
    // "Version 255 is invalid."
    if (!is_lower_hex(version) || version == "ff") return std::nullopt;
    // 2.2.4: what a higher version adds comes after another dash, and is not looked at.
    if (text.size() > whole_size && (version == "00" || text[whole_size] != '-')) {
        return std::nullopt;
    }
    for (const size_t dash_at : {trace_id_at - 1, parent_id_at - 1, flags_at - 1}) {
        if (text[dash_at] != '-') return std::nullopt;
    }
    const std::string_view trace_id = text.substr(trace_id_at, trace_id_size);
    const std::string_view parent_id = text.substr(parent_id_at, parent_id_size);
    const std::string_view flags = text.substr(flags_at, 2);
    // "All bytes as zero is considered an invalid value."
    if (!is_id(trace_id) || !is_id(parent_id) || !is_lower_hex(flags)) return std::nullopt;
    TraceContext context = {.trace_id = std::string(trace_id), .parent_id = std::string(parent_id)};
    std::from_chars(flags.data(), flags.data() + flags.size(), context.flags, 16);
    return context;
}

std::optional<TraceContext> trace_context_of(const RequestHead& request) {
    const auto fields = request.headers.find_all("traceparent");
    return fields.size() == 1 ? parse_traceparent(fields.front()) : std::nullopt;
}

}  // namespace kit::http
