#include "http/message.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>

#include "base/ascii.h"

namespace kit::http {
namespace {

// What follows "http://authority" in an absolute target; the target itself otherwise.
std::string_view origin_form(std::string_view target) {
    if (target.empty() || target.front() == '/') return target;
    const size_t scheme_end = target.find("://");
    if (scheme_end == std::string_view::npos) return target;
    const size_t slash = target.find_first_of("/?", scheme_end + 3);
    return slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
}

}  // namespace

std::optional<std::string_view> Headers::find(std::string_view name) const {
    for (const Field& field : fields_) {
        if (equal_ignoring_case(field.name, name)) return field.value;
    }
    return std::nullopt;
}

std::vector<std::string_view> Headers::find_all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const Field& field : fields_) {
        if (equal_ignoring_case(field.name, name)) values.push_back(field.value);
    }
    return values;
}

bool Headers::lists(std::string_view name, std::string_view token) const {
    for (std::string_view rest : find_all(name)) {
        while (!rest.empty()) {
            const size_t comma = std::min(rest.find(','), rest.size());
            if (equal_ignoring_case(trimmed(rest.substr(0, comma)), token)) return true;
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
    }
    return false;
}

void Headers::add(std::string name, std::string value) {
    fields_.push_back({std::move(name), std::move(value)});
}

void Headers::set(std::string_view name, std::string value) {
    remove(name);
    add(std::string(name), std::move(value));
}

void Headers::remove(std::string_view name) {
    std::erase_if(fields_,
                  [&](const Field& field) { return equal_ignoring_case(field.name, name); });
}

std::string_view RequestHead::path() const {
    if (method == "CONNECT") return {};
    const std::string_view form = origin_form(target);
    const std::string_view path = form.substr(0, form.find('?'));
    return path.empty() ? "/" : path;
}

std::string_view RequestHead::query() const {
    const std::string_view form = origin_form(target);
    const size_t mark = form.find('?');
    return mark == std::string_view::npos ? std::string_view() : form.substr(mark + 1);
}

std::string_view RequestHead::host() const {
    if (method == "CONNECT") return target;
    const size_t scheme_end = target.find("://");
    if (target.starts_with('/') || scheme_end == std::string::npos) {
        return headers.find("Host").value_or(std::string_view());
    }
    const std::string_view rest = std::string_view(target).substr(scheme_end + 3);
    return rest.substr(0, rest.find_first_of("/?"));
}

std::string_view status_text(int status) {
    struct Known {
        int status;
        std::string_view text;
    };
    static constexpr Known known[] = {
        {100, "Continue"},
        {101, "Switching Protocols"},
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Request Entity Too Large"},
        {414, "Request URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Requested Range Not Satisfiable"},
        {417, "Expectation Failed"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {451, "Unavailable For Legal Reasons"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
        {507, "Insufficient Storage"},
    };
    for (const Known& each : known) {
        if (each.status == status) return each.text;
    }
    return "";
}

std::string date_text(int64_t unix_s) {
    static constexpr std::array<const char*, 7> days = {"Sun", "Mon", "Tue", "Wed",
                                                        "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> months = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto seconds = static_cast<time_t>(unix_s);
    std::tm parts = {};
    ::gmtime_r(&seconds, &parts);
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                       days[static_cast<size_t>(parts.tm_wday)], parts.tm_mday,
                       months[static_cast<size_t>(parts.tm_mon)], parts.tm_year + 1900,
                       parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string write_response_head(const ResponseHead& head, std::string_view date, bool chunked) {
    std::vector<const Headers::Field*> sorted;
    sorted.reserve(head.headers.fields().size());
    for (const Headers::Field& field : head.headers.fields()) sorted.push_back(&field);
    // Fields of one name keep their order, which is that of their addresses.
    std::ranges::sort(sorted, [](const auto* a, const auto* b) {
        return a->name != b->name ? a->name < b->name : a < b;
    });
    std::string out;
    out.reserve(512);
    const auto line = [&out](std::string_view name, std::string_view value) {
        out.append(name).append(": ");
        // A line break in a value would begin a header of somebody else's choosing.
        for (const char c : value) out.push_back(c == '\r' || c == '\n' ? ' ' : c);
        out.append("\r\n");
    };
    out.append("HTTP/1.1 ").append(std::to_string(head.status)).push_back(' ');
    out.append(status_text(head.status)).append("\r\n");
    for (const auto* field : sorted) line(field->name, field->value);
    if (!head.headers.has("Date")) line("Date", date);
    if (head.size_bytes && head.status >= 200 && head.status != 204) {
        line("Content-Length", std::to_string(*head.size_bytes));
    }
    if (head.close) line("Connection", "close");
    if (chunked) line("Transfer-Encoding", "chunked");
    out.append("\r\n");
    return out;
}

}  // namespace kit::http
