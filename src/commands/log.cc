// log/*: what the daemon tells about itself: how much of it, and as it comes. The words are Kubo's,
// the subsystems our own.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/log.h"
#include "commands/makers.h"

namespace kit::commands {
namespace {

constexpr int64_t tail_period_ns = 100'000'000;  // How soon a tail sees that its client left.
constexpr std::string_view default_level_name = "default";
constexpr const char* default_row = "(default)";

Result<Log*> log_of(const Context& context, const char* words) {
    if (context.daemon != nullptr) return &context.daemon->log();
    return fail(Code::offline, "command must be run on the daemon: [{}]", words);
}

Result<void> set_level(Log& log, const std::string& name, std::string level, Sink& sink) {
    if (level == default_level_name) level = log_level_text(log.default_level());
    TRY(log.set_level(name, level));
    const std::string text = fmt::format("Changed log level of '{}' to '{}'\n", name, level);
    log.logger("commands")
        .write(LogLevel::info, "log level changed", {{"subsystem", name}, {"level", level}});
    return sink.record({{"Message", text}});
}

Result<void> run_level(Context& context, const Request& request, Sink& sink) {
    Log* const daemon_log = TRY(log_of(context, "log level"));
    Log& log = *daemon_log;
    const auto& words = request.arguments;
    std::string name = words.empty() ? "" : words[0];
    if (name == "all") name = "*";
    if (words.size() > 1 && !words[1].empty()) return set_level(log, name, words[1], sink);
    Json levels = Json::object();
    if (name.empty()) {
        levels[""] = log_level_text(log.default_level());
    } else if (name == "*") {
        levels[default_row] = log_level_text(log.default_level());
        for (const auto& [each, level] : log.levels()) levels[each] = log_level_text(level);
    } else {
        const LogLevel level = TRY(log.level_of(name));
        levels[name] = log_level_text(level);
    }
    return sink.record({{"Levels", levels}});
}

// One level alone stands without its name.
void print_level(const Json& record, const Request&, std::string& out) {
    if (record.contains("Message")) {
        out += record["Message"].get_ref<const std::string&>();
        return;
    }
    const Json& levels = record["Levels"];
    std::vector<std::string> rows;
    for (const auto& [name, level] : levels.items()) {
        const std::string text = level.get<std::string>();
        rows.push_back(levels.size() > 1 ? fmt::format("{}: {}", name, text) : text);
    }
    std::ranges::sort(rows);
    for (const std::string& row : rows) out.append(row).append("\n");
}

Result<void> run_ls(Context& context, const Request&, Sink& sink) {
    const Log* const log = TRY(log_of(context, "log ls"));
    return sink.record({{"Strings", log->subsystems()}});
}

void print_ls(const Json& record, const Request&, std::string& out) {
    for (const Json& name : record["Strings"]) out += name.get<std::string>() + "\n";
}

Result<void> run_tail(Context& context, const Request& request, Sink& sink) {
    Log* const daemon_log = TRY(log_of(context, "log tail"));
    Log& log = *daemon_log;
    LogLevel level = LogLevel::debug;
    if (const std::string asked = request.text("log-level"); !asked.empty()) {
        auto parsed = log_level_from_text(asked);
        if (!parsed) {
            return fail(Code::invalid_argument, "setting log level {}: {}", asked,
                        parsed.error().message);
        }
        level = *parsed;
    }
    LogTail tail(log, level);
    TRY(sink.flush());  // The client knows from here on that nothing escapes it.
    while (!*context.cancel && !log.tails_are_over()) {
        const auto line = tail.next(context.env.clock.monotonic_ns() + tail_period_ns);
        if (!line) continue;
        TRY(sink.bytes(as_bytes(*line)));
        TRY(sink.flush());
    }
    return {};
}

}  // namespace

Command log_command() {
    return {.path = "log",
            .tagline = "Look at what the daemon logs.",
            .description =
                "What the daemon tells about itself goes to its standard error. GOLOG_LOG_LEVEL "
                "says how much at its start ('warn' or 'error,http=debug'), and GOLOG_LOG_FMT in "
                "which form: color, nocolor or json.",
            .examples = {{"log level http debug", "A line for each request."}}};
}

Command log_level_command() {
    return {.path = "log/level",
            .tagline = "Show or set how much is logged.",
            .description =
                "Without a level it shows the subsystem's; without a subsystem the default, which "
                "those have that nobody set. 'all' is every subsystem and the default.",
            .examples = {{"log level", "The default."},
                         {"log level all", "All of them."},
                         {"log level http debug", "A line for each request."},
                         {"log level all error", "As it is from the start."}},
            .arguments = {{.name = "subsystem", .required = false, .help = "Which, or \"all\"."},
                          {.name = "level",
                           .required = false,
                           .help = "One of debug, info, warn, error, dpanic, panic, fatal, "
                                   "default."}},
            .gives = Gives::record,
            .daemon_only = true,
            .run = run_level,
            .print = print_level};
}

Command log_ls_command() {
    return {.path = "log/ls",
            .tagline = "List the logging subsystems.",
            .description = "The names that 'log level' takes.",
            .gives = Gives::record,
            .daemon_only = true,
            .run = run_ls,
            .print = print_ls};
}

Command log_tail_command() {
    return {
        .path = "log/tail",
        .tagline = "Print what is logged, as it comes.",
        .description =
            "One JSON object a line, until it is stopped. Only what the levels of the "
            "daemon let through is there to be seen.",
        .examples = {{"log tail --log-level=info", "Without what is for debugging."}},
        .options = {{.names = {"log-level"},
                     .type = OptionType::text,
                     .help = "From this level on.",
                     .choices = {"debug", "info", "warn", "error", "dpanic", "panic", "fatal"}}},
        .gives = Gives::bytes,
        .status = Status::experimental,
        .daemon_only = true,
        .is_live = true,
        .run = run_tail};
}

}  // namespace kit::commands
