// Times as text. https://www.rfc-editor.org/rfc/rfc3339
#include <charconv>

#include "formats/ipns_record.h"

namespace kit::formats {
namespace {

constexpr int64_t day_s = 86'400;

// Days since 1970 of a date of the Gregorian calendar, and back, by eras of 400 years.
// https://howardhinnant.github.io/date_algorithms.html
int64_t days_of(int64_t year, int64_t month, int64_t day) {
    year -= month <= 2 ? 1 : 0;
    const int64_t era = (year >= 0 ? year : year - 399) / 400;
    const int64_t year_of_era = year - era * 400;
    const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719'468;
}

struct Date {
    int64_t year, month, day;
};
Date date_of(int64_t days) {
    days += 719'468;
    const int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
    const int64_t day_of_era = days - era * 146'097;
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t shifted = (5 * day_of_year + 2) / 153;
    const int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
    return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
            day_of_year - (153 * shifted + 2) / 5 + 1};
}

// Takes digits and marks off the front of a text.
class Scanner final {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    int64_t number(size_t digits, int64_t max) {
        int64_t value = -1;
        const std::string_view text = rest_.substr(0, digits);
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
        is_good_ = is_good_ && text.size() == digits && problem == std::errc() &&
                   end == text.data() + digits && value >= 0 && value <= max;
        rest_.remove_prefix(text.size());
        return is_good_ ? value : 0;
    }
    bool take(char mark) {
        if (!rest_.starts_with(mark)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void expect(char mark) { is_good_ = take(mark) && is_good_; }
    // Digits beyond the ninth are dropped, as Go drops them.
    uint32_t fraction() {
        uint32_t value = 0;
        size_t count = 0;
        while (!rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9') {
            if (count < 9) value = value * 10 + static_cast<uint32_t>(rest_[0] - '0');
            ++count;
            rest_.remove_prefix(1);
        }
        is_good_ = is_good_ && count > 0;
        for (; count < 9; ++count) value *= 10;
        return value;
    }
    bool done() const { return is_good_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool is_good_ = true;
};

}  // namespace

std::string to_rfc3339(const Moment& moment) {
    const int64_t second = ((moment.seconds % day_s) + day_s) % day_s;
    const Date date = date_of((moment.seconds - second) / day_s);
    ASSERT(date.year >= 0 && date.year <= 9999);
    std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", date.year, date.month,
                                   date.day, second / 3600, second / 60 % 60, second % 60);
    if (moment.nanoseconds != 0) {
        text += fmt::format(".{:09}", moment.nanoseconds);
        while (text.back() == '0') text.pop_back();
    }
    return text + "Z";
}

Result<Moment> from_rfc3339(std::string_view text) {
    Scanner scanner(text);
    const int64_t year = scanner.number(4, 9999);
    scanner.expect('-');
    const int64_t month = scanner.number(2, 12);
    scanner.expect('-');
    const int64_t day = scanner.number(2, 31);
    scanner.expect('T');
    const int64_t hour = scanner.number(2, 23);
    scanner.expect(':');
    const int64_t minute = scanner.number(2, 59);
    scanner.expect(':');
    const int64_t second = scanner.number(2, 59);
    Moment moment;
    if (scanner.take('.')) moment.nanoseconds = scanner.fraction();
    int64_t offset_s = 0;
    if (!scanner.take('Z')) {
        const int64_t sign = scanner.take('-') ? -1 : 1;
        if (sign == 1) scanner.expect('+');
        const int64_t offset_hours = scanner.number(2, 23);
        scanner.expect(':');
        offset_s = sign * (offset_hours * 3600 + scanner.number(2, 59) * 60);
    }
    const int64_t days = days_of(year, month, day);
    const Date date = date_of(days);
    if (!scanner.done() || date.month != month || date.day != day) {
        return fail(Code::invalid_argument, "'{}' is no time such as 2006-01-02T15:04:05Z", text);
    }
    moment.seconds = days * day_s + hour * 3600 + minute * 60 + second - offset_s;
    return moment;
}

}  // namespace kit::formats
