#include "node/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/ascii.h"

namespace kit::node {
namespace {

struct Unit {
    std::string_view name;
    uint64_t factor;
};

constexpr std::array duration_units = {
    Unit{"ns", 1},
    Unit{"us", 1'000},
    Unit{"µs", 1'000},
    Unit{"μs", 1'000},
    Unit{"ms", 1'000'000},
    Unit{"s", 1'000'000'000},
    Unit{"m", 60ULL * 1'000'000'000},
    Unit{"h", 3600ULL * 1'000'000'000},
};

std::optional<uint64_t> find_duration_factor(std::string_view name) {
    const auto unit = std::ranges::find(duration_units, name, &Unit::name);
    if (unit == duration_units.end()) return std::nullopt;
    return unit->factor;
}

// go-humanize's names in lower case: a letter for the power, "i" for powers of 1024, and "b" or
// not.
std::optional<uint64_t> find_size_factor(std::string_view name) {
    if (name.ends_with('b')) name.remove_suffix(1);
    if (name.empty()) return 1;
    constexpr std::string_view letters = "kmgtpe";
    const size_t power = letters.find(name.front());
    const bool is_binary = name.substr(1) == "i";
    if (power == std::string_view::npos || (name.size() > 1 && !is_binary)) return std::nullopt;
    uint64_t factor = 1;
    for (size_t i = 0; i <= power; ++i) factor *= is_binary ? 1024 : 1000;
    return factor;
}

bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

// The digits that `text` starts with; moves past them.
std::string_view take_digits(std::string_view& text) {
    size_t count = 0;
    while (count < text.size() && is_digit(text[count])) ++count;
    const std::string_view digits = text.substr(0, count);
    text.remove_prefix(count);
    return digits;
}

std::unexpected<Error> invalid_duration(std::string_view whole) {
    return fail(Code::invalid_argument, "time: invalid duration \"{}\"", whole);
}

// One "12.5h" off the front of `rest`, in nanoseconds.
Result<uint64_t> take_duration_part(std::string_view& rest, std::string_view whole) {
    const std::string_view integer = take_digits(rest);
    std::string_view fraction;
    const bool has_point = !rest.empty() && rest.front() == '.';
    if (has_point) {
        rest.remove_prefix(1);
        fraction = take_digits(rest);
    }
    if (integer.empty() && fraction.empty()) return invalid_duration(whole);
    size_t unit_size = 0;
    while (unit_size < rest.size() && !is_digit(rest[unit_size]) && rest[unit_size] != '.') {
        ++unit_size;
    }
    if (unit_size == 0) {
        return fail(Code::invalid_argument, "time: missing unit in duration \"{}\"", whole);
    }
    const std::string_view name = rest.substr(0, unit_size);
    rest.remove_prefix(unit_size);
    const auto factor = find_duration_factor(name);
    if (!factor) {
        return fail(Code::invalid_argument, "time: unknown unit \"{}\" in duration \"{}\"", name,
                    whole);
    }
    uint64_t value = 0;
    for (const char digit : integer) {
        if (value > (uint64_t{1} << 63) / 10) return invalid_duration(whole);
        value = value * 10 + static_cast<uint64_t>(digit - '0');
    }
    if (value > (uint64_t{1} << 63) / *factor) return invalid_duration(whole);
    value *= *factor;
    double scale = 1;
    double part = 0;
    for (const char digit : fraction) {
        part = part * 10 + (digit - '0');
        scale *= 10;
    }
    return value + static_cast<uint64_t>(part * (static_cast<double>(*factor) / scale));
}

// "1.5" of 1,500,000,000 ns in seconds: the fraction without trailing zeros.
std::string with_fraction(uint64_t value, uint64_t factor, std::string_view unit) {
    std::string text = fmt::format("{}", value / factor);
    uint64_t rest = value % factor;
    if (rest != 0) {
        text += '.';
        for (uint64_t place = factor / 10; rest != 0; place /= 10) {
            text += static_cast<char>('0' + rest / place);
            rest %= place;
        }
    }
    text += unit;
    return text;
}

}  // namespace

Result<int64_t> parse_duration_ns(std::string_view text) {
    std::string_view rest = text;
    bool negative = false;
    if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) {
        negative = rest.front() == '-';
        rest.remove_prefix(1);
    }
    if (rest == "0") return 0;
    if (rest.empty()) return invalid_duration(text);
    uint64_t sum = 0;
    constexpr uint64_t bound = uint64_t{1} << 63;
    while (!rest.empty()) {
        const uint64_t part = TRY(take_duration_part(rest, text));
        if (part > bound || sum > bound - part) return invalid_duration(text);
        sum += part;
    }
    if (negative) return sum == bound ? INT64_MIN : -static_cast<int64_t>(sum);
    if (sum == bound) return invalid_duration(text);
    return static_cast<int64_t>(sum);
}

std::string duration_text(int64_t duration_ns) {
    if (duration_ns == 0) return "0s";
    const bool negative = duration_ns < 0;
    const uint64_t value =
        negative ? 0 - static_cast<uint64_t>(duration_ns) : static_cast<uint64_t>(duration_ns);
    std::string text = negative ? "-" : "";
    constexpr uint64_t second = 1'000'000'000;
    if (value < 1'000) return text + fmt::format("{}ns", value);
    if (value < 1'000'000) return text + with_fraction(value, 1'000, "µs");
    if (value < second) return text + with_fraction(value, 1'000'000, "ms");
    const uint64_t minutes = value / (60 * second);
    if (minutes >= 60) text += fmt::format("{}h", minutes / 60);
    if (minutes >= 1) text += fmt::format("{}m", minutes % 60);
    return text + with_fraction(value % (60 * second), second, "s");
}

Result<uint64_t> parse_size_bytes(std::string_view text) {
    size_t number_size = 0;
    std::string number;
    bool fractional = false;
    while (number_size < text.size() &&
           (is_digit(text[number_size]) || text[number_size] == '.' || text[number_size] == ',')) {
        if (text[number_size] != ',') number += text[number_size];
        fractional = fractional || text[number_size] == '.';
        ++number_size;
    }
    std::string unit;
    for (const char character : text.substr(number_size)) {
        if (blanks.contains(character)) continue;
        unit += ascii_lower(character);
    }
    double value = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc() || end != number.data() + number.size()) {
        return fail(Code::invalid_argument, "strconv.ParseFloat: parsing \"{}\": invalid syntax",
                    number);
    }
    const auto factor = find_size_factor(unit);
    if (!factor) return fail(Code::invalid_argument, "unhandled size name: {}", unit);
    uint64_t whole = 0;
    const auto exact = std::from_chars(number.data(), number.data() + number.size(), whole);
    if (!fractional && exact.ec == std::errc() && whole <= UINT64_MAX / *factor) {
        return whole * *factor;
    }
    value *= static_cast<double>(*factor);
    if (value >= 18446744073709551615.0) {
        return fail(Code::too_large, "too large: {}", text);
    }
    return static_cast<uint64_t>(value);
}

std::string size_text(uint64_t size_bytes) {
    if (size_bytes < 10) return fmt::format("{} B", size_bytes);
    constexpr std::array<std::string_view, 7> names = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    const auto size = static_cast<double>(size_bytes);
    const auto exponent = static_cast<size_t>(std::floor(std::log(size) / std::log(1000.0)));
    const double value =
        std::floor(size / std::pow(1000.0, static_cast<double>(exponent)) * 10 + 0.5) / 10;
    if (value < 10) return fmt::format("{:.1f} {}", value, names[exponent]);
    return fmt::format("{:.0f} {}", value, names[exponent]);
}

}  // namespace kit::node
