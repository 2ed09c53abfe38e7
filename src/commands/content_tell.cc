// content/announce and content/request: what this node tells others, and asks of them.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/content_record.h"
#include "commands/makers.h"
#include "node/announcing.h"
#include "node/units.h"

namespace kit::commands {
namespace {

Result<void> run_announce(Context& context, const Request& request, Sink& sink) {
    announce::Announcements* const announcements = TRY(need_announcements(context));
    const std::string& text = request.arguments.at(0);
    announce::Announcement announcement{.cid = TRY(content_named(context, text)),
                                        .name = request.text("name"),
                                        .type = request.text("type"),
                                        .tags = request.texts("tag")};
    std::ranges::sort(announcement.tags);
    const auto twice = std::ranges::unique(announcement.tags);
    announcement.tags.erase(twice.begin(), twice.end());
    if (request.given("metadata")) {
        announcement.metadata = TRY(content_named(context, request.text("metadata")));
    }
    const auto session = context.node->session({.is_offline = true});
    if (!TRY(session->has_block(announcement.cid))) {
        return fail(Code::not_found,
                    "{} is not here, so it cannot be announced; 'content request' or 'pin add' "
                    "fetches it",
                    text);
    }
    TRY(announcements->announce(announcement));
    return sink.record({{"Cid", {{"/", request.cid_text(announcement.cid)}}}});
}

Result<node::RequestContentOptions> request_options(const Request& request) {
    node::RequestContentOptions options;
    const int64_t deadline_ns = TRY(node::parse_duration_ns(request.text("deadline")));
    if (deadline_ns <= 0) {
        return fail(Code::invalid_argument, "--deadline is \"{}\"; it must be more than nothing",
                    request.text("deadline"));
    }
    options.deadline = std::chrono::nanoseconds(deadline_ns);
    if (request.given("max-size")) {
        options.size_bytes_max = TRY(node::parse_size_bytes(request.text("max-size")));
    }
    return options;
}

Result<void> run_request(Context& context, const Request& request, Sink& sink) {
    const announce::Announcements* const announcements = TRY(need_announcements(context));
    const formats::Cid cid = TRY(content_named(context, request.arguments.at(0)));
    node::RequestContentOptions options = TRY(request_options(request));
    options.on_progress = [&](const node::RequestContentProgress& progress) -> Result<void> {
        Json record = {{"Cid", {{"/", request.cid_text(cid)}}}};
        if (progress.is_new_round) {
            record["Asked"] = Json::array();
            const auto known = announcements->peers(cid);
            for (const formats::PeerId& peer : progress.asked) {
                const auto report = std::ranges::find(known, peer, &announce::PeerReport::peer);
                record["Asked"].push_back(
                    {{"Peer", peer.to_text()},
                     {"Score", report == known.end() ? 0 : report->score.total}});
            }
        } else {
            record["Blocks"] = progress.block_count;
            record["Bytes"] = progress.size_bytes;
            record["Done"] = progress.is_done;
        }
        TRY(sink.record(record));
        return sink.flush();
    };
    options.cancel = context.cancel;
    return node::request_content(context.env.clock, *context.node, cid, options);
}

void print_request(const Json& record, const Request&, std::string& out) {
    if (record.contains("Asked")) {
        if (record["Asked"].empty()) {
            out += "asking whoever is connected\n";
            return;
        }
        for (const Json& asked : record["Asked"]) {
            out += fmt::format("asking {} (score {})\n", asked["Peer"].get<std::string>(),
                               asked["Score"].get<uint32_t>());
        }
        return;
    }
    out +=
        fmt::format("{} {}: {} blocks, {}\n", record["Done"].get<bool>() ? "received" : "receiving",
                    record["Cid"]["/"].get<std::string>(), record["Blocks"].get<uint64_t>(),
                    node::size_text(record["Bytes"].get<uint64_t>()));
}

}  // namespace

Command content_announce_command() {
    return {.path = "content/announce",
            .tagline = "Tell other nodes of content that is here.",
            .description =
                "Every node of this kind that listens hears of it, signed by this one. With "
                "Kit.Announcements.Automatic in the config what is added and pinned is announced "
                "by itself.",
            .examples = {{"content announce --name cat.jpg --type image/jpeg --tag cats CID",
                          "With words to find it by."}},
            .arguments = {{.name = "content", .help = "A CID, or a path to content."}},
            .options = {{.names = {"name"}, .type = OptionType::text, .help = "What it is called."},
                        {.names = {"type"},
                         .type = OptionType::text,
                         .help = "Its media type, as image/png."},
                        {.names = {"tag"},
                         .type = OptionType::texts,
                         .help = "A word to find it by; may be given several times."},
                        {.names = {"metadata"},
                         .type = OptionType::text,
                         .help = "A CID of content that says more about it."}},
            .needs = Needs::network,
            .gives = Gives::record,
            .run = run_announce,
            .print = [](const Json& record, const Request&, std::string& out) {
                out += fmt::format("announced {}\n", record["Cid"]["/"].get<std::string>());
            }};
}

Command content_request_command() {
    return {.path = "content/request",
            .tagline = "Fetch content from nodes that say they have it.",
            .description =
                "Asks all nodes of this kind who has it, and fetches all of it from those whose "
                "score is best: a mean of load, latency, past speed and distance, which 'content "
                "peers' shows. What came is kept until a collection: pin it to keep it longer.",
            .examples = {{"content request --deadline 2m CID", "With more patience."}},
            .arguments = {{.name = "content", .help = "A CID, or a path whose folders are here."}},
            .options = {{.names = {"deadline"},
                         .type = OptionType::text,
                         .preset = std::string("30s"),
                         .help = "When to give up, as \"1.5h\" or \"300ms\"."},
                        {.names = {"max-size"},
                         .type = OptionType::text,
                         .help = "Take no more than this, as \"10MB\"."}},
            .needs = Needs::network,
            .gives = Gives::records,
            .is_live = true,
            .run = run_request,
            .print = print_request};
}

}  // namespace kit::commands
