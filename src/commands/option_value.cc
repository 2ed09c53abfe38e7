#include "commands/option_value.h"

#include <fmt/format.h>

#include <charconv>

#include "base/ascii.h"
#include "base/go_text.h"
#include "node/go_json.h"

namespace kit::commands {
namespace {

std::unexpected<Error> refused(std::string_view function, std::string_view text,
                               std::string_view why) {
    return fail(Code::invalid_argument, "strconv.{}: parsing {}: {}", function, go_quote(text),
                why);
}

struct Digits {
    std::string text;
    int base = 10;
};

// Base 0 of Go: 0x, 0o, 0b or a bare 0 before octal say the base, and `_` may part digits then.
// nullopt when the underscores are not where they may be.
std::optional<Digits> split_base(std::string_view text) {
    Digits digits;
    if (text.size() >= 3 && text[0] == '0') {
        const char letter = static_cast<char>(text[1] | 0x20);
        digits.base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 10;
    }
    if (digits.base != 10) {
        text.remove_prefix(2);
    } else if (text.size() > 1 && text[0] == '0') {
        digits.base = 8;
        text.remove_prefix(1);
    } else if (text.find('_') != std::string_view::npos) {
        return std::nullopt;  // Underscores need a prefix.
    }
    bool after_underscore = false;
    for (const char character : text) {
        if (character == '_' && after_underscore) return std::nullopt;
        after_underscore = character == '_';
        if (!after_underscore) digits.text += character;
    }
    if (after_underscore || digits.text.empty()) return std::nullopt;
    return digits;
}

Result<uint64_t> parse_magnitude(std::string_view function, std::string_view whole,
                                 std::string_view digits_text) {
    const auto digits = split_base(digits_text);
    if (!digits) return refused(function, whole, "invalid syntax");
    uint64_t value = 0;
    const char* begin = digits->text.data();
    const char* end = begin + digits->text.size();
    const auto [stop, error] = std::from_chars(begin, end, value, digits->base);
    if (error == std::errc::invalid_argument || stop != end) {
        return refused(function, whole, "invalid syntax");
    }
    if (error != std::errc()) return refused(function, whole, "value out of range");
    return value;
}

Result<OptionValue> parse_signed(std::string_view text, int bits) {
    std::string_view digits = text;
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) digits.remove_prefix(1);
    const uint64_t magnitude = TRY(parse_magnitude("ParseInt", text, digits));
    const uint64_t bound = uint64_t{1} << (bits - 1);
    if (magnitude > bound || (magnitude == bound && !negative)) {
        return refused("ParseInt", text, "value out of range");
    }
    return OptionValue(static_cast<int64_t>(negative ? 0 - magnitude : magnitude));
}

Result<OptionValue> parse_unsigned(std::string_view text, int bits) {
    const uint64_t value = TRY(parse_magnitude("ParseUint", text, text));
    if (bits < 64 && (value >> bits) != 0) {
        return refused("ParseUint", text, "value out of range");
    }
    return OptionValue(value);
}

Result<OptionValue> parse_flag(std::string_view text) {
    if (text.empty()) return OptionValue(true);
    const std::string lower = ascii_lower(text);
    if (lower == "1" || lower == "t" || lower == "true") return OptionValue(true);
    if (lower == "0" || lower == "f" || lower == "false") return OptionValue(false);
    return refused("ParseBool", lower, "invalid syntax");
}

Result<OptionValue> parse_real(std::string_view text) {
    double value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range) {
        return refused("ParseFloat", text, "value out of range");
    }
    if (error != std::errc() || stop != text.data() + text.size()) {
        return refused("ParseFloat", text, "invalid syntax");
    }
    return OptionValue(value);
}

OptionValue split_texts(const Option& option, std::string_view text) {
    std::vector<std::string> values;
    if (option.separator == '\0') return std::vector<std::string>{std::string(text)};
    while (true) {
        const size_t comma = text.find(option.separator);
        values.emplace_back(text.substr(0, comma));
        if (comma == std::string_view::npos) return values;
        text.remove_prefix(comma + 1);
    }
}

std::string preset_text(const OptionValue& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* integer = std::get_if<int64_t>(&value)) return fmt::format("{}", *integer);
    if (const auto* integer = std::get_if<uint64_t>(&value)) return fmt::format("{}", *integer);
    if (const auto* real = std::get_if<double>(&value)) return fmt::format("{}", *real);
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    std::string joined;
    for (const std::string& item : std::get<std::vector<std::string>>(value)) {
        if (!joined.empty()) joined += ' ';
        joined += item;
    }
    return "[" + joined + "]";
}

}  // namespace

Result<OptionValue> parse_option_value(const Option& option, std::string_view text) {
    switch (option.type) {
        case OptionType::flag:
            return parse_flag(text);
        case OptionType::integer:
            return parse_signed(text, 32);
        case OptionType::integer64:
            return parse_signed(text, 64);
        case OptionType::unsigned_integer:
            return parse_unsigned(text, 32);
        case OptionType::unsigned_integer64:
            return parse_unsigned(text, 64);
        case OptionType::real:
            return parse_real(text);
        case OptionType::text:
            return OptionValue(std::string(text));
        case OptionType::texts:
            return split_texts(option, text);
    }
    return fail(Code::internal, "option {} has no type", option.names.front());
}

std::string_view type_name(OptionType type) {
    switch (type) {
        case OptionType::flag:
            return "bool";
        case OptionType::integer:
            return "int";
        case OptionType::integer64:
            return "int64";
        case OptionType::unsigned_integer:
            return "uint";
        case OptionType::unsigned_integer64:
            return "uint64";
        case OptionType::real:
            return "float64";
        case OptionType::text:
            return "string";
        case OptionType::texts:
            return "array";
    }
    return "";
}

std::string shown_help(const Option& option) {
    std::string help = option.help;
    if (help.empty()) return help;
    if (!help.ends_with('.')) help += '.';
    if (option.preset) help += fmt::format(" Default: {}.", preset_text(*option.preset));
    return help;
}

}  // namespace kit::commands
