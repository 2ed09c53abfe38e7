#include "doors/gateway/conditions.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include "base/ascii.h"

namespace kit::gateway {
namespace {

// More than any client wants, and few enough that their heads cost little.
constexpr size_t range_count_max = 256;

// The first ETag of a list, and what follows it; nullopt when there is none.
struct Scanned {
    std::string_view etag;
    std::string_view rest;
};
std::optional<Scanned> scan_etag(std::string_view text) {
    const size_t open = text.starts_with("W/") ? 2 : 0;
    if (text.size() < open + 2 || text[open] != '"') return std::nullopt;
    for (size_t i = open + 1; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte == '"') return Scanned{text.substr(0, i + 1), text.substr(i + 1)};
        if (byte < 0x21 || byte == 0x7f) return std::nullopt;
    }
    return std::nullopt;
}

template <typename Matches>
bool any_etag(std::string_view field, const Matches& matches) {
    for (;;) {
        field = trimmed(field);
        if (field.starts_with(',')) {
            field.remove_prefix(1);
            continue;
        }
        if (field.starts_with('*')) return true;
        const auto scanned = scan_etag(field);
        if (!scanned) return false;
        if (matches(scanned->etag)) return true;
        field = scanned->rest;
    }
}

std::string_view opaque(std::string_view etag) {
    return etag.starts_with("W/") ? etag.substr(2) : etag;
}

// Go's ParseInt of a number that is not negative.
std::optional<uint64_t> parse_number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    uint64_t number = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_whole = end == text.data() + text.size() && status == std::errc();
    if (!is_whole || text.empty() || number > INT64_MAX) return std::nullopt;
    return number;
}

// One of "0-9", "5-", "-5"; nullopt inside when it lies behind the body.
Result<std::optional<ByteRange>> parse_range(std::string_view text, uint64_t size_bytes) {
    const auto invalid = [] { return fail(Code::invalid_argument, "invalid range"); };
    const size_t dash = text.find('-');
    if (dash == std::string_view::npos) return invalid();
    const std::string_view first = trimmed(text.substr(0, dash));
    const std::string_view last = trimmed(text.substr(dash + 1));
    if (first.empty()) {
        const auto length = parse_number(last);
        if (!length) return invalid();
        const uint64_t count = std::min(*length, size_bytes);
        if (count == 0) return std::nullopt;
        return ByteRange{size_bytes - count, count};
    }
    const auto begin = parse_number(first);
    const auto end = last.empty() ? std::optional<uint64_t>(INT64_MAX) : parse_number(last);
    if (!begin || !end || *begin > *end) return invalid();
    if (*begin >= size_bytes) return std::nullopt;
    return ByteRange{*begin, std::min(*end, size_bytes - 1) - *begin + 1};
}

}  // namespace

bool lists_etag(std::string_view field, std::string_view etag) {
    return any_etag(field, [&](std::string_view each) { return opaque(each) == opaque(etag); });
}

bool lists_strong_etag(std::string_view field, std::string_view etag) {
    return any_etag(field,
                    [&](std::string_view each) { return each == etag && each.starts_with('"'); });
}

std::optional<int64_t> parse_date(std::string_view text) {
    static constexpr std::array<std::string_view, 12> months = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    // "Sun, 06 Nov 1994 08:49:37 GMT" and nothing else: the other two forms are long gone.
    if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT") {
        return std::nullopt;
    }
    const auto number = [&](size_t at, size_t size) {
        return parse_number(text.substr(at, size)).value_or(UINT64_MAX);
    };
    const auto month = std::ranges::find(months, text.substr(8, 3));
    const uint64_t day = number(5, 2);
    const uint64_t year = number(12, 4);
    const uint64_t hour = number(17, 2);
    const uint64_t minute = number(20, 2);
    const uint64_t second = number(23, 2);
    if (month == months.end() || day > 31 || year > 9999 || hour > 23 || minute > 59 ||
        second > 60) {
        return std::nullopt;
    }
    std::tm parts = {};
    parts.tm_year = static_cast<int>(year) - 1900;
    parts.tm_mon = static_cast<int>(month - months.begin());
    parts.tm_mday = static_cast<int>(day);
    parts.tm_hour = static_cast<int>(hour);
    parts.tm_min = static_cast<int>(minute);
    parts.tm_sec = static_cast<int>(second);
    return static_cast<int64_t>(::timegm(&parts));
}

Result<std::vector<ByteRange>> parse_ranges(std::string_view field, uint64_t size_bytes) {
    static constexpr std::string_view unit = "bytes=";
    std::vector<ByteRange> ranges;
    if (field.empty()) return ranges;
    if (!field.starts_with(unit)) return fail(Code::invalid_argument, "invalid range");
    field.remove_prefix(unit.size());
    bool none_overlaps = false;
    uint64_t sum_bytes = 0;
    while (!field.empty()) {
        const size_t comma = std::min(field.find(','), field.size());
        const std::string_view text = trimmed(field.substr(0, comma));
        field.remove_prefix(std::min(comma + 1, field.size()));
        if (text.empty()) continue;
        const auto range = TRY(parse_range(text, size_bytes));
        none_overlaps = none_overlaps || !range;
        if (!range) continue;
        ranges.push_back(*range);
        sum_bytes += range->length_bytes;
        // Who asks for more than there is, is served once and whole.
        if (sum_bytes > size_bytes || ranges.size() > range_count_max) {
            return std::vector<ByteRange>();
        }
    }
    if (none_overlaps && ranges.empty() && size_bytes > 0) {
        return fail(Code::not_found, "invalid range: failed to overlap");
    }
    return ranges;
}

std::string content_range(const ByteRange& range, uint64_t size_bytes) {
    return fmt::format("bytes {}-{}/{}", range.offset_bytes,
                       range.offset_bytes + range.length_bytes - 1, size_bytes);
}

}  // namespace kit::gateway
