// diag/*: whether the node works, what it runs on, what it is being asked.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <nlohmann/json.hpp>

#include "base/go_text.h"
#include "base/task_pool.h"
#include "commands/makers.h"
#include "commands/offline.h"
#include "commands/text.h"
#include "node/go_json.h"
#include "node/units.h"
#include "node/version.h"

namespace kit::commands {
namespace {

constexpr int64_t second_ns = 1'000'000'000;
constexpr std::string_view empty_directory = "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn";

std::unexpected<Error> only_in_daemon(const char* words) {
    return fail(Code::offline, "command must be run on the daemon: [{}]", words);
}

// Options as Kubo writes them: an object of typed values.
Json options_json(const ServedRequest& request) {
    Json options = Json::object();
    for (const auto& [name, value] : request.options) {
        std::visit([&, &key = name](const auto& held) { options[key] = held; }, value);
    }
    if (!options.contains("encoding")) options["encoding"] = "json";
    return options;
}

std::string time_json(int64_t unix_ns) {
    if (unix_ns == 0) return "0001-01-01T00:00:00Z";
    return go_time(unix_ns / second_ns, static_cast<uint32_t>(unix_ns % second_ns));
}

Result<void> run_cmds(Context& context, const Request&, Sink& sink) {
    if (context.served == nullptr) return only_in_daemon("diag cmds");
    Json records = Json::array();
    for (const ServedRequest& request : context.served->report()) {
        records.push_back({{"StartTime", time_json(request.start_unix_ns)},
                           {"EndTime", time_json(request.end_unix_ns)},
                           {"Active", request.end_unix_ns == 0},
                           {"Command", request.command},
                           {"Options", options_json(request)},
                           {"Args", request.arguments},
                           {"ID", request.id}});
    }
    return sink.record(records);
}

// Nanoseconds since 1970 of an RFC 3339 time in UTC; 0 for Go's zero time.
int64_t unix_ns_of(const std::string& text) {
    std::tm parts = {};
    const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (rest == nullptr || parts.tm_year == 1 - 1900) return 0;
    int64_t nanoseconds = 0;
    if (*rest == '.') {
        std::string digits(rest + 1, std::strspn(rest + 1, "0123456789"));
        digits.resize(9, '0');
        nanoseconds = std::strtoll(digits.c_str(), nullptr, 10);
    }
    return ::timegm(&parts) * second_ns + nanoseconds;
}

// Go's time.Stamp.
std::string stamp_text(int64_t unix_ns) {
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t time = unix_ns / second_ns;
    std::tm parts = {};
    if (::gmtime_r(&time, &parts) == nullptr) return "-";
    return fmt::format("{} {:>2} {:02}:{:02}:{:02}", months[parts.tm_mon], parts.tm_mday,
                       parts.tm_hour, parts.tm_min, parts.tm_sec);
}

// Every cell ends in a blank of its own, so that columns are two apart.
void print_cmds(const Json& record, const Request& request, std::string& out) {
    const bool verbose = request.flag("verbose");
    std::string rows = verbose ? "ID \tCommand \tArguments \tOptions \t" : "Command \t";
    rows += "Active \tStartTime \tRunTime\n";
    for (const Json& each : record) {
        if (verbose) rows += fmt::format("{} \t", each["ID"].get<uint64_t>());
        rows += fmt::format("{} \t", each["Command"].get_ref<const std::string&>());
        if (verbose) {
            const auto words = each["Args"].get<std::vector<std::string>>();
            rows += fmt::format("[{}] \t[", fmt::join(words, " "));
            const Json options = node::sorted_by_key(each["Options"]);
            for (const auto& option : options.items()) {
                const Json& value = option.value();
                rows += fmt::format("{}={},", option.key(),
                                    value.is_string() ? value.get<std::string>() : value.dump());
            }
            rows += "] \t";
        }
        const bool active = each["Active"].get<bool>();
        const int64_t start_ns = unix_ns_of(each["StartTime"].get_ref<const std::string&>());
        const int64_t end_ns = active ? request.now_s * second_ns
                                      : unix_ns_of(each["EndTime"].get_ref<const std::string&>());
        rows += fmt::format("{} \t{} \t{}\n", active, stamp_text(start_ns),
                            node::duration_text(std::max<int64_t>(end_ns - start_ns, 0)));
    }
    align_columns(rows, 4, out);
}

Result<void> run_clear(Context& context, const Request&, Sink&) {
    if (context.served != nullptr) context.served->forget_done();
    return {};
}

Result<void> run_set_time(Context& context, const Request& request, Sink&) {
    const int64_t duration_ns = TRY(node::parse_duration_ns(request.arguments.front()));
    if (context.served != nullptr) context.served->keep_done(duration_ns);
    return {};
}

// Reads the block of the empty directory, which every repository has from its beginning.
Result<void> run_healthy(Context& context, const Request&, Sink& sink) {
    const auto cid = TRY(formats::Cid::from_text(empty_directory));
    const auto body = context.node->get_block(cid);
    if (!body) return fail_because(body.error(), "probe fetch");
    return sink.record("ok");
}

// A figure of Linux's /proc/self/status, which counts in kB; 0 where there is none.
uint64_t process_bytes(Disk& disk, std::string_view name) {
    const auto text = read_file(disk, "/proc/self/status");
    if (!text) return 0;
    const std::string_view lines = as_text(*text);
    const size_t at = lines.find(fmt::format("\n{}:", name));
    if (at == std::string_view::npos) return 0;
    return std::strtoull(lines.data() + at + name.size() + 2, nullptr, 10) * 1024;
}

Result<void> run_sys(Context& context, const Request&, Sink& sink) {
    TRY(load_config(context));
    Disk& disk = context.env.disk;
    const uint64_t free_bytes = TRY(disk.free_bytes(context.repo));
    return sink.record(
        {{"diskinfo", {{"free_space", free_bytes}}},
         {"environment", {{"IPFS_PATH", context.repo}}},
         {"ipfs_commit", ""},
         {"ipfs_version", node::version_text},
         {"memory",
          {{"swap", process_bytes(disk, "VmSwap")}, {"virt", process_bytes(disk, "VmSize")}}},
         {"net", {{"online", false}}},
         {"runtime",
          {{"arch", node::architecture_text},
           {"compiler", "c++"},
           {"numcpu", hardware_thread_count()},
           {"os", node::system_text},
           {"version", __VERSION__}}}});
}

Result<void> run_profile(Context& context, const Request&, Sink&) {
    if (context.daemon == nullptr) return only_in_daemon("diag profile");
    return fail(Code::unsupported,
                "Kubo's profiles are those of a Go program, and this is none; attach perf to the "
                "daemon's process");
}

// What only a daemon can answer, and without a record.
Command without_record(std::string path, const char* tagline, const char* description,
                       decltype(Command::run) run) {
    return {.path = std::move(path),
            .tagline = tagline,
            .description = description,
            .daemon_only = true,
            .run = std::move(run)};
}

}  // namespace

Command diag_command() {
    return {.path = "diag",
            .tagline = "Find out what is wrong.",
            .description = "Whether the node works, what it runs on and what it is being asked."};
}

Command diag_cmds_command() {
    return {.path = "diag/cmds",
            .tagline = "List what the daemon is being asked.",
            .description = "The requests that are being served, and some that are over.",
            .examples = {{"diag cmds -v", "With arguments and options."}},
            .options = {{.names = {"verbose", "v"}, .help = "Print arguments and options."}},
            .gives = Gives::record,
            .daemon_only = true,
            .run = run_cmds,
            .print = print_cmds};
}

Command diag_cmds_clear_command() {
    return without_record("diag/cmds/clear", "Forget requests that are over.",
                          "Those being served stay in the list.", run_clear);
}

Command diag_cmds_set_time_command() {
    Command command =
        without_record("diag/cmds/set-time", "Set how long requests that are over are listed.",
                       "A long-running daemon remembers some thousands at the most.", run_set_time);
    command.arguments = {{.name = "time", .help = "As \"30s\" or \"1h\"."}};
    return command;
}

Command diag_healthy_command() {
    return {.path = "diag/healthy",
            .tagline = "Say whether the node works.",
            .description =
                "Reads a block that every repository has. Ends with 0 when that works: "
                "made for the health checks of containers.",
            .needs = Needs::read_store,
            .gives = Gives::record,
            .run = run_healthy};
}

Command diag_sys_command() {
    return {.path = "diag/sys",
            .tagline = "Show what the node runs on.",
            .description = "System, memory and disk, to be shown to those who help.",
            .needs = Needs::config,
            .gives = Gives::record,
            .run = run_sys};
}

Command diag_profile_command() {
    Command command = without_record("diag/profile", "Collect profiles of the daemon.",
                                     "Kubo's are of its Go program: refused here.", run_profile);
    command.options = {
        {{"output", "o"}, OptionType::text, {}, "Where the archive is written."},
        {{"collectors"}, OptionType::texts, {}, "What to collect.", "", ','},
        {{"profile-time"}, OptionType::text, std::string("30s"), "How long to look."},
        {{"mutex-profile-fraction"}, OptionType::integer, int64_t{4}, "One lock in so many."},
        {{"block-profile-rate"}, OptionType::text, std::string("1ms"), "How often to look."}};
    return command;
}

}  // namespace kit::commands
