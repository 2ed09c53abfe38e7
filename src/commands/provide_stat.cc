// provide stat: what announcing did and has before it, in Kubo's words and figures.
// kubo:core/commands/provide.go
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>

#include "commands/makers.h"
#include "commands/offline.h"
#include "commands/text.h"
#include "node/network.h"
#include "node/units.h"

namespace kit::commands {
namespace {

constexpr int64_t second_ns = 1'000'000'000;
constexpr int64_t few_workers_count = 2;  // So few left are told of without being asked for.

std::string time_json(int64_t unix_ns) {
    if (unix_ns == 0) return "0001-01-01T00:00:00Z";
    return go_time(unix_ns / second_ns, static_cast<uint32_t>(unix_ns % second_ns));
}

const char* status_text(routing::ProvideConnectivity status) {
    switch (status) {
        case routing::ProvideConnectivity::online:
            return "online";
        case routing::ProvideConnectivity::disconnected:
            return "disconnected";
        case routing::ProvideConnectivity::offline:
            return "offline";
    }
    return "";
}

Json sweep_record(const routing::ProvideStatistics& s) {
    return {{"closed", s.is_closed},
            {"connectivity",
             {{"status", status_text(s.connectivity.status)},
              {"since", time_json(s.connectivity.since_unix_ns)}}},
            {"queues",
             {{"pending_key_provides", s.queues.pending_key_provides},
              {"pending_region_provides", s.queues.pending_region_provides},
              {"pending_region_reprovides", s.queues.pending_region_reprovides}}},
            {"schedule",
             {{"keys", s.schedule.keys},
              {"regions", s.schedule.regions},
              {"avg_prefix_length", s.schedule.avg_prefix_length},
              {"next_reprovide_at", time_json(s.schedule.next_reprovide_at_unix_ns)},
              {"next_reprovide_prefix", s.schedule.next_reprovide_prefix}}},
            {"workers",
             {{"max", s.workers.max},
              {"active", s.workers.active},
              {"active_periodic", s.workers.active_periodic},
              {"active_burst", s.workers.active_burst},
              {"dedicated_periodic", s.workers.dedicated_periodic},
              {"dedicated_burst", s.workers.dedicated_burst},
              {"queued_periodic", s.workers.queued_periodic},
              {"queued_burst", s.workers.queued_burst},
              {"max_provide_conns_per_worker", s.workers.max_provide_conns_per_worker}}},
            {"timing",
             {{"uptime", s.timing.uptime_ns},
              {"reprovides_interval", s.timing.reprovides_interval_ns},
              {"cycle_start", time_json(s.timing.cycle_start_unix_ns)},
              {"current_time_offset", s.timing.current_time_offset_ns},
              {"max_reprovide_delay", s.timing.max_reprovide_delay_ns}}},
            {"operations",
             {{"ongoing",
               {{"region_provides", s.ongoing.region_provides},
                {"key_provides", s.ongoing.key_provides},
                {"region_reprovides", s.ongoing.region_reprovides},
                {"key_reprovides", s.ongoing.key_reprovides}}},
              {"past",
               {{"records_provided", s.past.records_provided},
                {"keys_provided", s.past.keys_provided},
                {"keys_failed", s.past.keys_failed},
                {"keys_provided_per_minute", s.past.keys_provided_per_minute},
                {"keys_reprovided_per_minute", s.past.keys_reprovided_per_minute},
                {"reprovide_duration", s.past.region_reprovide_duration_ns},
                {"avg_keys_per_reprovide", s.past.avg_keys_per_reprovide},
                {"regions_reprovided_last_cycle", s.past.regions_reprovided_last_cycle}}}}},
            {"network",
             {{"peers", s.network.peers},
              {"reachable", s.network.reachable},
              {"complete_keyspace_coverage", s.network.complete_keyspace_coverage},
              {"avg_region_size", s.network.avg_region_size},
              {"avg_holders", s.network.avg_holders},
              {"replication_factor", s.network.replication_factor}}}};
}

Result<void> run(Context& context, const Request& request, Sink& sink) {
    node::Network* const network = TRY(need_network(context));
    if (request.flag("compact") && !request.flag("all")) {
        return fail(Code::invalid_argument, "--compact requires --all flag");
    }
    if (request.flag("lan")) {
        return fail(Code::unsupported, "LAN stats only available for Sweep provider with Dual DHT");
    }
    if (network->provider() == nullptr) {
        return fail(Code::unsupported, "stats not available: nothing is announced by this node");
    }
    return sink.record({{"Sweep", sweep_record(network->provider()->statistics())},
                        {"Legacy", nullptr},
                        {"FullRT", false}});
}

// humanize.CommafWithDigits: cut, not rounded.
std::string full(double value, size_t decimals) {
    std::string text = fmt::format("{:f}", value);
    const size_t dot = text.find('.');
    std::string fraction = text.substr(dot + 1, decimals);
    while (fraction.ends_with('0')) fraction.pop_back();
    std::string whole = text.substr(0, dot);
    for (size_t at = whole.size(); at > 3;) {
        at -= 3;
        whole.insert(at, ",");
    }
    return fraction.empty() ? whole : whole + "." + fraction;
}

std::string short_number(double value, size_t decimals) {
    constexpr std::array<const char*, 6> units = {"", "k", "M", "G", "T", "P"};
    size_t unit = 0;
    while (value >= 1000 && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    return full(value, decimals) + units.at(unit);
}

std::string number(double value) {
    const std::string brief = short_number(value, 0);
    const std::string whole = full(value, 0);
    return brief == whole ? whole : fmt::format("{}\t({})", brief, whole);
}

std::string number_or_none(double value) {
    return value <= 0 ? "N/A" : number(value);
}

std::string real_or_none(double value) {
    return value <= 0 ? "N/A" : full(value, 1);
}

std::string duration(int64_t duration_ns) {
    const int64_t unit_ns = duration_ns > second_ns ? second_ns / 10 : 1000;
    return node::duration_text(duration_ns / unit_ns * unit_ns);
}

std::string duration_or_none(int64_t duration_ns) {
    return duration_ns <= 0 ? "N/A" : duration(duration_ns);
}

// An RFC 3339 time in UTC as the local time that Kubo shows.
std::string local_time(const std::string& text, const char* form) {
    std::tm parts = {};
    if (::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return "N/A";
    if (parts.tm_year == 1 - 1900) return "N/A";
    const std::time_t moment = ::timegm(&parts);
    if (::localtime_r(&moment, &parts) == nullptr) return "N/A";
    std::array<char, 32> shown{};
    const size_t size = std::strftime(shown.data(), shown.size(), form, &parts);
    return {shown.data(), size};
}

constexpr const char* moment_form = "%Y-%m-%d %H:%M:%S";

// The lines of one answer: in one column, or with --compact in two.
class Lines final {
public:
    Lines(const Json& sweep, const Request& request)
        : sweep_(sweep),
          request_(request),
          all_(request.flag("all")),
          compact_(all_ && request.flag("compact")) {
        size_t count = 0;
        for (const char* name : {"all", "connectivity", "queues", "schedule", "network", "timings",
                                 "operations", "workers"}) {
            if (request.flag(name)) ++count;
        }
        brief_ = count == 0;
        headings_ = count > 1 || all_;
        indent_ = brief_ || !headings_ ? "" : "  ";
    }

    void print(std::string& out) {
        connectivity();
        queues();
        schedule();
        timings();
        network();
        operations();
        workers();
        std::string rows;
        if (compact_) {
            print_columns(rows);
        } else {
            auto& lines = columns_[0];
            if (!brief_ && !lines.empty()) lines.pop_back();  // The last is blank.
            for (const std::string& each : lines) rows += each + "\n";
        }
        align_columns(rows, 1, out);
    }

private:
    double figure(const char* section, const char* name) const {
        return sweep_[section][name].get<double>();
    }
    bool shows(const char* section) const { return all_ || request_.flag(section); }

    void line(size_t column, std::string text) {
        if (compact_) {
            columns_.at(column).push_back(std::move(text));
            return;
        }
        if (const size_t at = text.find(": "); at != std::string::npos) text.replace(at, 2, ":\t");
        columns_[0].push_back(std::move(text));
    }
    // "a, b": its parts stand below each other.
    void pair(size_t column, const char* label, const std::string& a, const std::string& b) {
        line(column, fmt::format("{}{}: {},{}{}", indent_, label, a, compact_ ? " " : "\t", b));
    }
    void value(size_t column, const char* label, const std::string& text) {
        line(column, fmt::format("{}{}: {}", indent_, label, text));
    }
    void title(size_t column, const char* text) {
        if (!brief_ && headings_) line(column, fmt::format("{}:", text));
    }
    void blank(size_t column) {
        if (!brief_) line(column, "");
    }

    void connectivity() {
        const Json& section = sweep_["connectivity"];
        const auto& status = section["status"].get_ref<const std::string&>();
        if (!shows("connectivity") && !(brief_ && status != "online")) return;
        title(1, "Connectivity");
        const std::string since = local_time(section["since"].get<std::string>(), moment_form);
        value(1, "Status", since == "N/A" ? status : fmt::format("{} ({})", status, since));
        blank(1);
    }
    void queues() {
        if (!shows("queues") && !brief_) return;
        title(1, "Queues");
        pair(1, "Provide queue",
             short_number(figure("queues", "pending_key_provides"), 1) + " CIDs",
             short_number(figure("queues", "pending_region_provides"), 1) + " regions");
        value(1, "Reprovide queue",
              short_number(figure("queues", "pending_region_reprovides"), 1) + " regions");
        blank(1);
    }
    void schedule() {
        if (!shows("schedule") && !brief_) return;
        title(0, "Schedule");
        value(0, "CIDs scheduled", number(figure("schedule", "keys")));
        value(0, "Regions scheduled", number_or_none(figure("schedule", "regions")));
        if (!brief_) {
            const Json& section = sweep_["schedule"];
            value(0, "Avg prefix length", real_or_none(figure("schedule", "avg_prefix_length")));
            const auto prefix = section["next_reprovide_prefix"].get<std::string>();
            value(0, "Next region prefix", prefix.empty() ? "N/A" : prefix);
            value(0, "Next region reprovide",
                  local_time(section["next_reprovide_at"].get<std::string>(), "%H:%M:%S"));
        }
        blank(0);
    }
    void timings() {
        if (!shows("timings")) return;
        const Json& section = sweep_["timing"];
        title(1, "Timings");
        const auto uptime_ns = section["uptime"].get<int64_t>();
        const int64_t start_s = request_.now_s - uptime_ns / second_ns;
        value(1, "Uptime",
              fmt::format("{} ({})", duration(uptime_ns),
                          local_time(go_time(start_s, 0), moment_form)));
        value(1, "Current time offset", duration(section["current_time_offset"].get<int64_t>()));
        value(1, "Cycle started",
              local_time(section["cycle_start"].get<std::string>(), moment_form));
        value(1, "Reprovide interval", duration(section["reprovides_interval"].get<int64_t>()));
        blank(1);
    }
    void network() {
        if (!shows("network") && !brief_) return;
        title(0, "Network");
        value(0, "Avg record holders", real_or_none(figure("network", "avg_holders")));
        if (brief_) return;
        const double peers = figure("network", "peers");
        const double reachable = figure("network", "reachable");
        value(0, "Peers swept", full(peers, 0));
        value(0, "Full keyspace coverage",
              sweep_["network"]["complete_keyspace_coverage"].get<bool>() ? "true" : "false");
        std::string share;
        if (peers > 0) share = fmt::format(" ({}%)", number(std::floor(100 * reachable / peers)));
        value(0, "Reachable peers", full(reachable, 0) + share);
        value(0, "Avg region size", real_or_none(figure("network", "avg_region_size")));
        value(0, "Replication factor", number(figure("network", "replication_factor")));
        blank(0);
    }
    void operations() {
        if (!shows("operations") && !brief_) return;
        const Json& ongoing = sweep_["operations"]["ongoing"];
        const Json& past = sweep_["operations"]["past"];
        const auto count = [](const Json& section, const char* name) {
            return section[name].get<double>();
        };
        title(1, "Operations");
        pair(1, "Ongoing provides", short_number(count(ongoing, "key_provides"), 1) + " CIDs",
             short_number(count(ongoing, "region_provides"), 1) + " regions");
        pair(1, "Ongoing reprovides", short_number(count(ongoing, "key_reprovides"), 1) + " CIDs",
             short_number(count(ongoing, "region_reprovides"), 1) + " regions");
        value(1, "Total CIDs provided", number(count(past, "keys_provided")));
        if (brief_) return;
        value(1, "Total records provided", number(count(past, "records_provided")));
        value(1, "Total provide errors", number(count(past, "keys_failed")));
        value(1, "CIDs provided/min/worker", real_or_none(count(past, "keys_provided_per_minute")));
        value(1, "CIDs reprovided/min/worker",
              real_or_none(count(past, "keys_reprovided_per_minute")));
        value(1, "Region reprovide duration",
              duration_or_none(past["reprovide_duration"].get<int64_t>()));
        value(1, "Avg CIDs/reprovide", real_or_none(count(past, "avg_keys_per_reprovide")));
        value(1, "Regions reprovided (last cycle)",
              number(count(past, "regions_reprovided_last_cycle")));
        blank(1);
    }
    void workers();
    void print_columns(std::string& rows) const;

    const Json& sweep_;
    const Request& request_;
    const bool all_;
    const bool compact_;
    bool brief_ = false;
    bool headings_ = false;
    std::string indent_;
    std::array<std::vector<std::string>, 2> columns_;
};

void Lines::workers() {
    const auto count = [this](const char* name) { return sweep_["workers"][name].get<int64_t>(); };
    const int64_t free_count = std::max<int64_t>(
        0, count("max") - std::max(count("dedicated_burst"), count("active_burst")) -
               std::max(count("dedicated_periodic"), count("active_periodic")));
    const int64_t burst =
        free_count + std::max<int64_t>(0, count("dedicated_burst") - count("active_burst"));
    const int64_t periodic =
        free_count + std::max<int64_t>(0, count("dedicated_periodic") - count("active_periodic"));
    const bool are_few = burst <= few_workers_count || periodic <= few_workers_count;
    if (!shows("workers") && !(brief_ && are_few)) return;
    title(0, "Workers");
    const std::string word = compact_ ? "" : " workers";
    line(0, fmt::format("{}Active{}: {} / {} (max)", indent_, word, count("active"), count("max")));
    const char* const gap = compact_ ? " " : "\t";
    if (brief_) {
        line(0, fmt::format("{}Periodic{}: {} active,{}{} available, {} queued", indent_, word,
                            count("active_periodic"), gap, periodic, count("queued_periodic")));
        line(0, fmt::format("{}Burst{}: {} active,{}{} available, {} queued\n", indent_, word,
                            count("active_burst"), gap, burst, count("queued_burst")));
        return;
    }
    line(0, fmt::format("{}Free{}: {}", indent_, word, free_count));
    const auto row = [this](const char* label, const std::string& a, const std::string& b) {
        line(0, fmt::format("{}  {:<14} {:<9} {}", indent_, label, a, b));
    };
    row("Workers stats:", "Periodic", "Burst");
    const auto both = [&](const char* label, int64_t a, int64_t b) {
        row(label, std::to_string(a), std::to_string(b));
    };
    both("Active:", count("active_periodic"), count("active_burst"));
    both("Dedicated:", count("dedicated_periodic"), count("dedicated_burst"));
    both("Available:", periodic, burst);
    both("Queued:", count("queued_periodic"), count("queued_burst"));
    line(0, fmt::format("{}Max connections/worker: {}", indent_,
                        count("max_provide_conns_per_worker")));
    blank(0);
}

void Lines::print_columns(std::string& rows) const {
    size_t width = 0;
    for (const std::string& each : columns_[0]) width = std::max(width, each.size());
    const size_t count = std::max(columns_[0].size(), columns_[1].size());
    for (size_t i = 0; i + 1 < count; ++i) {  // The last line is blank.
        const std::string left = i < columns_[0].size() ? columns_[0][i] : "";
        const std::string right = i < columns_[1].size() ? columns_[1][i] : "";
        rows += fmt::format("{:<{}} {}\n", left, width + 2, right);
    }
}

void print(const Json& record, const Request& request, std::string& out) {
    const Json& sweep = record["Sweep"];
    if (sweep["closed"].get<bool>()) {
        out += "Provider is closed\n";
        return;
    }
    Lines(sweep, request).print(out);
}

}  // namespace

Command provide_stat_command() {
    return {.path = "provide/stat",
            .tagline = "Show figures of what is announced.",
            .description =
                "What waits, what is under way, and what the schedule holds. Needs "
                "the network.",
            .options = {{.names = {"lan"}, .help = "Of the local network's DHT alone."},
                        {.names = {"all", "a"}, .help = "Show every figure."},
                        {.names = {"compact"}, .help = "In two columns (with --all)."},
                        {.names = {"connectivity"}, .help = "Show whether the DHT is reached."},
                        {.names = {"network"}, .help = "Show peers and regions."},
                        {.names = {"schedule"}, .help = "Show what is due, and when."},
                        {.names = {"timings"}, .help = "Show how long it has run."},
                        {.names = {"workers"}, .help = "Show who is at work."},
                        {.names = {"operations"}, .help = "Show what was done, and failed."},
                        {.names = {"queues"}, .help = "Show how much waits."}},
            .needs = Needs::network,
            .gives = Gives::record,
            .status = Status::experimental,
            .run = run,
            .print = print};
}

}  // namespace kit::commands
