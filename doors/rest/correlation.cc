#include "doors/rest/correlation.h"

#include <algorithm>
#include <array>

namespace kit::rest {
namespace {

constexpr size_t id_size_max = 128;

bool is_digit_of_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool is_id(std::string_view text) {
    const auto is_allowed = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '-' || c == '_' || c == '.' || c == ':';
    };
    return !text.empty() && text.size() <= id_size_max && std::ranges::all_of(text, is_allowed);
}

// https://www.w3.org/TR/trace-context/#traceparent-header: version "-" trace-id "-" parent-id "-"
// flags, of 2, 32, 16 and 2 digits. "All bytes as zero is considered an invalid value." Later
// versions may have more behind it. "" when it is none.
std::string_view trace_of(std::string_view parent) {
    constexpr std::string_view shape = "00-00000000000000000000000000000000-0000000000000000-00";
    if (parent.size() < shape.size() || parent.starts_with("ff")) return {};
    for (size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] == '-' ? parent[i] != '-' : !is_digit_of_hex(parent[i])) return {};
    }
    const std::string_view rest = parent.substr(shape.size());
    if (!rest.empty() && (parent.starts_with("00") || rest[0] != '-')) return {};
    const std::string_view trace = parent.substr(3, 32);
    return trace.find_first_not_of('0') == std::string_view::npos ? std::string_view() : trace;
}

}  // namespace

std::string correlation_id(const http::RequestHead& request, Random& random) {
    const std::string_view named = request.headers.find(correlation_field).value_or("");
    if (is_id(named)) return std::string(named);
    const std::string_view trace = trace_of(request.headers.find("traceparent").value_or(""));
    if (!trace.empty()) return std::string(trace);
    std::array<uint8_t, 16> bytes = {};
    random.fill(bytes);
    return to_hex(bytes);
}

}  // namespace kit::rest
