// content/heard, content/watch and content/peers: what other nodes told this one, and what it
// learnt of them.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "commands/content_record.h"
#include "commands/makers.h"
#include "node/units.h"

namespace kit::commands {
namespace {

constexpr int64_t watch_period_ns = 200'000'000;

Result<void> run_heard(Context& context, const Request& request, Sink& sink) {
    announce::Announcements* const announcements = TRY(need_announcements(context));
    announce::HeardFilter filter{.tag = request.text("tag"), .name = request.text("name")};
    if (request.given("since")) {
        const int64_t ago_ns = TRY(node::parse_duration_ns(request.text("since")));
        filter.since_unix_ns = context.env.clock.unix_ns() - ago_ns;
    }
    for (const announce::Heard& heard : announcements->heard(filter)) {
        TRY(sink.record(
            heard_record(request, heard.from, heard.announcement, heard.heard_unix_ns)));
    }
    return {};
}

Json news_record(const Request& request, const announce::News& news) {
    Json record;
    switch (news.kind) {
        case announce::NewsKind::content:
            record = heard_record(request, news.peer, *news.announcement, news.unix_ns);
            record["Kind"] = "content";
            return record;
        case announce::NewsKind::want:
            record["Kind"] = "want";
            break;
        case announce::NewsKind::offer:
            record["Kind"] = "offer";
            break;
    }
    record["Cid"] = {{"/", request.cid_text(news.cid)}};
    record["From"] = news.peer.to_text();
    return record;
}

Result<void> run_watch(Context& context, const Request& request, Sink& sink) {
    announce::Announcements* const announcements = TRY(need_announcements(context));
    uint64_t last = announcements->last_news();
    TRY(sink.flush());  // The client knows from here on that nothing escapes it.
    while (!*context.cancel) {
        const announce::Patience patience{
            .until_monotonic_ns = context.env.clock.monotonic_ns() + watch_period_ns,
            .cancel = context.cancel};
        const auto heard = announcements->next_news(last, patience);
        if (!heard && heard.error().code == Code::cancelled) return {};
        const std::vector<announce::News> all = TRY(Result<std::vector<announce::News>>(heard));
        for (const announce::News& news : all) {
            if (news.sequence > last + 1) {
                sink.note(fmt::format("{} went by too fast to be shown", news.sequence - last - 1));
            }
            last = news.sequence;
            TRY(sink.record(news_record(request, news)));
        }
        if (!all.empty()) TRY(sink.flush());
    }
    return {};
}

void print_watch(const Json& record, const Request&, std::string& out) {
    const std::string kind = record["Kind"].get<std::string>();
    if (kind == "content") {
        out += "content " + heard_line(record) + "\n";
        return;
    }
    out += fmt::format("{} {} {} {}\n", kind, record["Cid"]["/"].get<std::string>(),
                       kind == "want" ? "asked for by" : "offered by",
                       record["From"].get<std::string>());
}

Result<void> run_peers(Context& context, const Request& request, Sink& sink) {
    const announce::Announcements* const announcements = TRY(need_announcements(context));
    formats::Cid cid;
    if (!request.arguments.empty()) {
        cid = TRY(content_named(context, request.arguments.at(0)));
    }
    for (const announce::PeerReport& report : announcements->peers(cid)) {
        const announce::Score& score = report.score;
        const announce::PeerFacts& facts = report.facts;
        Json record = {{"Peer", report.peer.to_text()},
                       {"Score", score.total},
                       {"Parts",
                        {{"Load", score.load},
                         {"Latency", score.latency},
                         {"Speed", score.speed},
                         {"Distance", score.distance}}},
                       {"Failures", score.failures_count},
                       {"ReceivedBytes", facts.received_bytes}};
        if (facts.load_percent) record["Load"] = *facts.load_percent;
        if (facts.latency_ms) record["LatencyMs"] = std::llround(*facts.latency_ms);
        if (facts.bytes_per_s) record["BytesPerSecond"] = std::llround(*facts.bytes_per_s);
        TRY(sink.record(record));
    }
    return {};
}

void print_peer(const Json& record, const Request&, std::string& out) {
    const Json& parts = record["Parts"];
    const auto known = [&record](const char* name, const std::string& unit) {
        return record.contains(name) ? fmt::format(" ({}{})", record[name].get<int64_t>(), unit)
                                     : std::string(" (unknown)");
    };
    const std::string speed =
        record.contains("BytesPerSecond")
            ? fmt::format(" ({}/s)", node::size_text(record["BytesPerSecond"].get<uint64_t>()))
            : " (unknown)";
    out += fmt::format("{} score {}: load {}{}, latency {}{}, speed {}{}, distance {}",
                       record["Peer"].get<std::string>(), record["Score"].get<uint32_t>(),
                       parts["Load"].get<uint32_t>(), known("Load", " %"),
                       parts["Latency"].get<uint32_t>(), known("LatencyMs", " ms"),
                       parts["Speed"].get<uint32_t>(), speed, parts["Distance"].get<uint32_t>());
    const auto failures = record["Failures"].get<uint32_t>();
    if (failures > 0) out += fmt::format(", halved {} times for not sending", failures);
    out += '\n';
}

}  // namespace

Command content_command() {
    return {.path = "content",
            .tagline = "Tell other nodes of content, and ask them for some.",
            .description =
                "Nodes with Kit.Announcements.Enabled in their config tell each other what is "
                "new, who asks for what and who offers it. Other IPFS nodes take no part; they "
                "still give and get blocks as ever."};
}

Command content_heard_command() {
    return {
        .path = "content/heard",
        .tagline = "List what other nodes have announced.",
        .description =
            "For a day, and at most 256 of each peer; the newest is last. What a peer says of "
            "its content is its word alone.",
        .examples = {{"content heard --tag cats --since 1h", "The last hour's cats."}},
        .options = {{.names = {"tag"}, .type = OptionType::text, .help = "With this tag."},
                    {.names = {"name"}, .type = OptionType::text, .help = "With this in its name."},
                    {.names = {"since"},
                     .type = OptionType::text,
                     .help = "Heard no longer ago, as \"1.5h\" or \"300ms\"."}},
        .needs = Needs::network,
        .gives = Gives::records,
        .run = run_heard,
        .print = [](const Json& record, const Request&, std::string& out) {
            out += heard_line(record) + "\n";
        }};
}

Command content_watch_command() {
    return {.path = "content/watch",
            .tagline = "Print what nodes tell each other, as it comes.",
            .description =
                "Content that is announced, who asks for some, and who offers what this node "
                "requested, until it is stopped.",
            .needs = Needs::network,
            .gives = Gives::records,
            .is_live = true,
            .run = run_watch,
            .print = print_watch};
}

Command content_peers_command() {
    return {.path = "content/peers",
            .tagline = "Show how peers are ranked, and why.",
            .description =
                "A score is a weighted mean of four parts from 0 to 1000, halved for each promise "
                "in a row that was not kept; what is not known counts 500. The best is first.",
            .arguments = {{.name = "content",
                           .required = false,
                           .help = "A CID: the distance is to it."}},
            .needs = Needs::network,
            .gives = Gives::records,
            .run = run_peers,
            .print = print_peer};
}

}  // namespace kit::commands
