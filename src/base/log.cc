#include "base/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/go_text.h"

namespace kit {
namespace {

constexpr std::array<std::string_view, 7> level_names = {"debug",  "info",  "warn", "error",
                                                         "dpanic", "panic", "fatal"};
constexpr std::string_view everything = "*";

std::string json_text(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// "2026-11-21T11:31:27.033Z", as zap's ISO8601TimeEncoder.
std::string time_text(int64_t unix_ns) {
    constexpr int64_t second_ns = 1'000'000'000;
    const std::time_t time = unix_ns / second_ns;
    std::tm parts = {};
    if (::gmtime_r(&time, &parts) == nullptr) return "-";
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                       unix_ns % second_ns / 1'000'000);
}

// "daemon/daemon.cc:120": the file and its folder, as zap's ShortCallerEncoder.
std::string place_text(const std::source_location& at) {
    std::string_view file = at.file_name();
    const size_t name = file.rfind('/');
    if (name != std::string_view::npos && name > 0) {
        const size_t folder = file.rfind('/', name - 1);
        if (folder != std::string_view::npos) file.remove_prefix(folder + 1);
    }
    return fmt::format("{}:{}", file, at.line());
}

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = static_cast<char>(c - ('a' - 'A'));  // Levels have no other letters.
    return out;
}

std::string colored(LogLevel level) {
    const int color = level == LogLevel::debug  ? 35
                      : level == LogLevel::info ? 34
                      : level == LogLevel::warn ? 33
                                                : 31;
    return fmt::format("\x1b[{}m{}\x1b[0m", color, upper(log_level_text(level)));
}

}  // namespace

Result<LogLevel> log_level_from_text(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    if (lower.empty()) return LogLevel::info;
    if (lower == "warning") return LogLevel::warn;
    const auto* const found = std::ranges::find(level_names, lower);
    if (found == level_names.end()) {
        return fail(Code::invalid_argument, "unrecognized level: {}", go_quote(text));
    }
    return static_cast<LogLevel>(found - level_names.begin() - 1);
}

std::string_view log_level_text(LogLevel level) {
    const int place = std::to_underlying(level) + 1;  // The least is -1.
    return level_names[static_cast<size_t>(place)];
}

struct Log::Line {
    LogLevel level;
    std::string_view subsystem;
    std::string_view event;
    LogFields fields;
    std::source_location at;
    int64_t unix_ns;

    // One object, without spaces, as zap's JSON encoder.
    std::string json() const {
        std::string out = fmt::format(
            R"({{"level":"{}","ts":"{}","logger":{},"caller":{},"msg":{})", log_level_text(level),
            time_text(unix_ns), json_text(subsystem), json_text(place_text(at)), json_text(event));
        for (const auto& [name, value] : fields) {
            out += fmt::format(",{}:{}", json_text(name), json_text(value));
        }
        return out + "}\n";
    }
    // Columns between tabs, as zap's console encoder.
    std::string columns(bool has_color) const {
        std::string out = fmt::format("{}\t{}\t{}\t{}\t{}", time_text(unix_ns),
                                      has_color ? colored(level) : upper(log_level_text(level)),
                                      subsystem, place_text(at), event);
        std::string_view before = "\t{";
        for (const auto& [name, value] : fields) {
            out += fmt::format("{}{}: {}", before, json_text(name), json_text(value));
            before = ", ";
        }
        return out + (fields.size() > 0 ? "}\n" : "\n");
    }
};

void Logger::write(LogLevel level, std::string_view event, LogFields fields,
                   std::source_location at) {
    if (!is_on(level)) return;
    log_.write({level, name_, event, fields, at, log_.clock_.unix_ns()});
}

Log::Log(const Clock& clock, const LogSettings& settings, Output output)
    : clock_(clock), output_(std::move(output)) {
    apply(settings);
}

void Log::apply(const LogSettings& settings) {
    if (settings.format == "json") {
        format_ = LogFormat::json;
    } else if (settings.format == "color") {
        format_ = LogFormat::color;
    } else if (settings.format != "nocolor") {
        format_ = settings.is_terminal ? LogFormat::color : LogFormat::plain;
        if (!settings.format.empty()) {
            output_(fmt::format("ignoring unrecognized log format '{}'\n", settings.format));
        }
    }
    const std::scoped_lock lock(mutex_);
    std::vector<std::pair<std::string, LogLevel>> named;
    for (std::string_view rest = settings.levels; !rest.empty();) {
        const std::string_view part = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        const size_t sign = part.find('=');
        const bool has_name = sign != std::string_view::npos;
        const auto level = log_level_from_text(has_name ? part.substr(sign + 1) : part);
        if (!level) {
            output_(fmt::format("error setting log level {}: {}\n", go_quote(part),
                                level.error().message));
        } else if (has_name) {
            named.emplace_back(part.substr(0, sign), *level);
        } else {
            default_level_ = *level;
        }
    }
    for (const auto& [name, level] : named) logger_locked(name).level_ = level;
}

Logger& Log::logger_locked(std::string_view name) {
    auto found = loggers_.find(name);
    if (found == loggers_.end()) {
        std::string owned(name);
        auto made = std::make_unique<Logger>(*this, owned, default_level_);
        found = loggers_.emplace(std::move(owned), std::move(made)).first;
    }
    return *found->second;
}

Logger& Log::logger(std::string_view name) {
    const std::scoped_lock lock(mutex_);
    asked_.emplace(name);
    return logger_locked(name);
}

std::vector<std::string> Log::subsystems() const {
    const std::scoped_lock lock(mutex_);
    return {asked_.begin(), asked_.end()};
}

Result<void> Log::set_level(std::string_view name, std::string_view level) {
    const LogLevel wanted = TRY(log_level_from_text(level));
    const std::scoped_lock lock(mutex_);
    if (name != everything) {
        if (loggers_.size() >= name_count_max && !loggers_.contains(name)) {
            return fail(Code::too_large, "levels of {} names are remembered already",
                        name_count_max);
        }
        logger_locked(name).level_ = wanted;
        return {};
    }
    default_level_ = wanted;
    for (const auto& [each, logger] : loggers_) logger->level_ = wanted;
    return {};
}

LogLevel Log::default_level() const {
    const std::scoped_lock lock(mutex_);
    return default_level_;
}

Result<LogLevel> Log::level_of(std::string_view name) const {
    const std::scoped_lock lock(mutex_);
    const auto found = loggers_.find(name);
    if (found == loggers_.end()) return fail(Code::not_found, "error: No such logger");
    return found->second->level_.load();
}

std::vector<std::pair<std::string, LogLevel>> Log::levels() const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::pair<std::string, LogLevel>> found;
    found.reserve(loggers_.size());
    for (const auto& [name, logger] : loggers_) found.emplace_back(name, logger->level_.load());
    return found;
}

void Log::write(const Line& line) {
    const std::string text =
        format_ == LogFormat::json ? line.json() : line.columns(format_ == LogFormat::color);
    const std::scoped_lock lock(output_mutex_);
    output_(text);
    if (tails_.empty()) return;
    const std::string json = line.json();
    for (LogTail* tail : tails_) tail->take(line.level, json);
}

void Log::end_tails() {
    const std::scoped_lock lock(output_mutex_);
    tails_are_over_ = true;
    for (LogTail* tail : tails_) {
        const std::scoped_lock tail_lock(tail->mutex_);
        tail->changed_.notify_all();
    }
}

LogTail::LogTail(Log& log, LogLevel level) : log_(log), level_(level) {
    const std::scoped_lock lock(log_.output_mutex_);
    log_.tails_.insert(this);
}

LogTail::~LogTail() {
    const std::scoped_lock lock(log_.output_mutex_);
    log_.tails_.erase(this);
}

void LogTail::take(LogLevel level, const std::string& line) {
    if (level < level_) return;
    const std::scoped_lock lock(mutex_);
    if (lines_.size() == line_count_max) {
        ++dropped_count_;
        return;
    }
    if (dropped_count_ > 0) {
        lines_.push_back(fmt::format(
            R"({{"level":"warn","logger":"log","msg":"lines were dropped","count":"{}"}})"
            "\n",
            std::exchange(dropped_count_, 0)));
    }
    lines_.push_back(line);
    changed_.notify_all();
}

std::optional<std::string> LogTail::next(int64_t until_ns) {
    std::unique_lock lock(mutex_);
    if (lines_.empty() && !log_.tails_are_over_) log_.clock_.wait(changed_, lock, until_ns);
    if (lines_.empty()) return std::nullopt;
    std::string line = std::move(lines_.front());
    lines_.pop_front();
    return line;
}

}  // namespace kit
