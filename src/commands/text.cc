#include "commands/text.h"

#include <fmt/format.h>

#include <cstdint>
#include <ctime>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/go_text.h"

namespace kit::commands {
namespace {

struct Line {
    std::vector<std::string_view> cells;
};

size_t width_of(std::string_view cell) {
    size_t count = 0;
    for (const char byte : cell) {
        if ((static_cast<uint8_t>(byte) & 0xc0) != 0x80) ++count;  // UTF-8: one a character.
    }
    return count;
}

std::vector<Line> split(std::string_view rows) {
    std::vector<Line> lines;
    while (!rows.empty()) {
        const size_t end = rows.find('\n');
        std::string_view row = rows.substr(0, end);
        rows.remove_prefix(end == std::string_view::npos ? rows.size() : end + 1);
        Line line;
        for (size_t tab = row.find('\t'); tab != std::string_view::npos; tab = row.find('\t')) {
            line.cells.push_back(row.substr(0, tab));
            row.remove_prefix(tab + 1);
        }
        line.cells.push_back(row);
        lines.push_back(std::move(line));
    }
    return lines;
}

// go:text/tabwriter "A column block is a column of cells in consecutive lines".
class Aligner final {
public:
    Aligner(const std::vector<Line>& lines, size_t width_min, std::string& out)
        : lines_(lines), width_min_(width_min), out_(out) {}

    void format(size_t first, size_t end) {
        const size_t column = widths_.size();
        for (size_t at = first; at < end; ++at) {
            if (column + 1 >= lines_[at].cells.size()) continue;
            write(first, at);
            first = at;
            size_t width = width_min_;
            for (; at < end && column + 1 < lines_[at].cells.size(); ++at) {
                width = std::max(width, width_of(lines_[at].cells[column]) + 1);
            }
            widths_.push_back(width);
            format(first, at);
            widths_.pop_back();
            first = at;
            --at;
        }
        write(first, end);
    }

private:
    void write(size_t first, size_t end) {
        for (size_t at = first; at < end; ++at) {
            const Line& line = lines_[at];
            for (size_t i = 0; i < line.cells.size(); ++i) {
                out_ += line.cells[i];
                if (i + 1 < line.cells.size() && i < widths_.size()) {
                    out_.append(widths_[i] - width_of(line.cells[i]), ' ');
                }
            }
            out_ += '\n';
        }
    }

    const std::vector<Line>& lines_;
    const size_t width_min_;
    std::string& out_;
    std::vector<size_t> widths_;
};

}  // namespace

void print_strings(const nlohmann::ordered_json& record, const Request&, std::string& out) {
    for (const auto& text : record["Strings"]) {
        out += escape_unprintable(text.get_ref<const std::string&>()) + "\n";
    }
}

void align_columns(std::string_view rows, size_t width_min, std::string& out) {
    const std::vector<Line> lines = split(rows);
    Aligner(lines, width_min, out).format(0, lines.size());
}

namespace {

constexpr uint32_t go_directory = 1U << 31;
constexpr uint32_t go_symlink = 1U << 27;
constexpr uint32_t go_setuid = 1U << 23;
constexpr uint32_t go_setgid = 1U << 22;
constexpr uint32_t go_sticky = 1U << 20;

// One "rwx": `special` takes the place of x, in capitals where x is not set.
std::string triple(uint32_t bits, bool special, char letter) {
    std::string text = {(bits & 4) != 0 ? 'r' : '-', (bits & 2) != 0 ? 'w' : '-',
                        (bits & 1) != 0 ? 'x' : '-'};
    if (special) text[2] = (bits & 1) != 0 ? letter : static_cast<char>(letter - 'a' + 'A');
    return text;
}

}  // namespace

uint32_t go_mode(uint32_t permissions, int unixfs_type) {
    uint32_t mode = permissions & 0777;
    if ((permissions & 04000) != 0) mode |= go_setuid;
    if ((permissions & 02000) != 0) mode |= go_setgid;
    if ((permissions & 01000) != 0) mode |= go_sticky;
    if (unixfs_type == 1) mode |= go_directory;
    if (unixfs_type == 4) mode |= go_symlink;
    return mode;
}

std::string mode_text(uint32_t mode) {
    if (mode == 0) return "-";
    std::string text = (mode & go_directory) != 0 ? "d" : (mode & go_symlink) != 0 ? "l" : "-";
    text += triple(mode >> 6, (mode & go_setuid) != 0, 's');
    text += triple(mode >> 3, (mode & go_setgid) != 0, 's');
    text += triple(mode, (mode & go_sticky) != 0, 't');
    return text;
}

std::string go_time(int64_t seconds, uint32_t nanoseconds) {
    const std::time_t time = seconds;
    std::tm parts = {};
    if (::gmtime_r(&time, &parts) == nullptr) return "0001-01-01T00:00:00Z";
    std::string text =
        fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1,
                    parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
    if (nanoseconds != 0) {
        std::string fraction = fmt::format(".{:09}", nanoseconds);
        fraction.erase(fraction.find_last_not_of('0') + 1);
        text += fraction;
    }
    return text + "Z";
}

std::string listed_time(std::string_view text, int64_t now_s) {
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm parts = {};
    const std::string owned(text);
    if (::strptime(owned.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return "-";
    if (parts.tm_year == 1 - 1900) return "-";
    const std::time_t now = now_s;
    std::tm half_a_year_ago = {};
    ::gmtime_r(&now, &half_a_year_ago);
    half_a_year_ago.tm_mon -= 6;  // timegm() makes a real month of it.
    const std::time_t time = ::timegm(&parts);
    const std::string day = fmt::format("{} {:02}", months[parts.tm_mon], parts.tm_mday);
    if (time > ::timegm(&half_a_year_ago) && time < now + std::time_t{24} * 3600) {
        return fmt::format("{} {:02}:{:02}", day, parts.tm_hour, parts.tm_min);
    }
    return fmt::format("{}  {:04}", day, parts.tm_year + 1900);
}

}  // namespace kit::commands
