// What a running node tells about itself: lines with a level and a subsystem, in the form that
// Kubo's have. Nothing here is global: the daemon owns the Log and hands each part its Logger. A
// line that nobody wants costs one relaxed load.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "base/thread_annotations.h"

namespace kit {

// zap's, which Kubo shows: dpanic, panic and fatal are names that nothing here logs at.
enum class LogLevel : int8_t { debug = -1, info, warn, error, dpanic, panic, fatal };

// "warn", "WARN" and "warning" are one; "" is info. Fails with Kubo's sentence.
Result<LogLevel> log_level_from_text(std::string_view text);
std::string_view log_level_text(LogLevel level);

enum class LogFormat : uint8_t { plain, color, json };

// $GOLOG_LOG_LEVEL and $GOLOG_LOG_FMT (before them $IPFS_LOGGING and $IPFS_LOGGING_FMT).
struct LogSettings {
    std::string levels = {};  // "error,http=debug"
    std::string format = {};  // "color", "nocolor", "json"; "": colors when `is_terminal`.
    bool is_terminal = false;
};

// A name and what it is for this event: {"path", "/ipfs/..."}.
using LogField = std::pair<std::string_view, std::string>;
using LogFields = std::initializer_list<LogField>;

class Log;

// One subsystem's. Any thread.
class Logger final {
public:
    Logger(Log& log, std::string name, LogLevel level)
        : log_(log), name_(std::move(name)), level_(level) {}
    Logger(const Logger&) = delete;
    Logger& operator=(const Logger&) = delete;

    // Asked first where a line's fields cost something.
    bool is_on(LogLevel level) const { return level >= level_.load(std::memory_order_relaxed); }
    // `event` is a constant; what differs from time to time goes into the fields.
    void write(LogLevel level, std::string_view event, LogFields fields = {},
               std::source_location at = std::source_location::current());
    const std::string& name() const { return name_; }

private:
    friend class Log;
    Log& log_;
    const std::string name_;
    std::atomic<LogLevel> level_;
};

// Sees the lines from its making on, as JSON, one object a line. Those that nobody takes in time
// are dropped and counted. It must end before its Log.
class LogTail final {
public:
    static constexpr size_t line_count_max = 1024;

    LogTail(Log& log, LogLevel level);
    ~LogTail();
    LogTail(const LogTail&) = delete;
    LogTail& operator=(const LogTail&) = delete;

    // The next line with its newline; nullopt when none came before `until_ns` of the monotonic
    // clock.
    std::optional<std::string> next(int64_t until_ns);

private:
    friend class Log;
    void take(LogLevel level, const std::string& line);

    Log& log_;
    const LogLevel level_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> lines_ GUARDED_BY(mutex_);
    uint64_t dropped_count_ GUARDED_BY(mutex_) = 0;
};

// Any thread; must outlive its loggers' users and its tails.
class Log final {
public:
    static constexpr size_t name_count_max = 4096;  // Anybody may set levels of any name.

    // Takes one whole line with its newline; called by one thread at a time.
    using Output = std::function<void(std::string_view line)>;

    // What the settings say that makes no sense is told to `output` and otherwise ignored.
    Log(const Clock& clock, const LogSettings& settings, Output output);

    // The same one for the same name, as long as the Log lives.
    Logger& logger(std::string_view name);
    // Those that logger() was asked for.
    std::vector<std::string> subsystems() const;

    // "*" is all of them, and those to come. A name that nobody has is remembered until somebody
    // has it. Fails with invalid_argument on an unknown level.
    Result<void> set_level(std::string_view name, std::string_view level);
    LogLevel default_level() const;
    // Fails with not_found for a name that nobody has and that was never set.
    Result<LogLevel> level_of(std::string_view name) const;
    // No tail waits any more, nor will a new one: the daemon ends.
    void end_tails();
    bool tails_are_over() const { return tails_are_over_; }
    // All of them by name, without the default.
    std::vector<std::pair<std::string, LogLevel>> levels() const;

private:
    friend class Logger;
    friend class LogTail;
    struct Line;

    Logger& logger_locked(std::string_view name) REQUIRES(mutex_);
    void write(const Line& line);
    void apply(const LogSettings& settings);

    const Clock& clock_;
    const Output output_;
    LogFormat format_ = LogFormat::plain;  // Written by the constructor alone.
    mutable std::mutex mutex_;
    LogLevel default_level_ GUARDED_BY(mutex_) = LogLevel::error;
    std::map<std::string, std::unique_ptr<Logger>, std::less<>> loggers_ GUARDED_BY(mutex_);
    std::set<std::string, std::less<>> asked_ GUARDED_BY(mutex_);
    std::mutex output_mutex_;  // Lines come out whole, and tails see them in the same order.
    std::set<LogTail*> tails_ GUARDED_BY(output_mutex_);
    std::atomic<bool> tails_are_over_ = false;
};

}  // namespace kit
