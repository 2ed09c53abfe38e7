// pin/add, pin/rm and pin/update: what collection must keep.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "commands/makers.h"
#include "commands/stores.h"
#include "commands/text.h"

namespace kit::commands {
namespace {

Result<std::vector<formats::Cid>> resolve_all(Context& context, const Request& request) {
    std::vector<formats::Cid> cids;
    cids.reserve(request.arguments.size());
    for (const std::string& argument : request.arguments) {
        cids.push_back(TRY(context.node->resolve_to_cid(argument)));
    }
    return cids;
}

Json texts_of(const Request& request, const std::vector<formats::Cid>& cids) {
    Json texts = Json::array();
    for (const formats::Cid& cid : cids) texts.push_back(request.cid_text(cid));
    return texts;
}

Result<void> run_add(Context& context, const Request& request, Sink& sink) {
    node::PinOptions options;
    options.recursive = request.flag("recursive");
    options.name = request.text("name");
    options.expires_in_s = TRY(expires_in_of(request));
    TRY(check_pin_name(options.name));
    const std::vector<formats::Cid> cids = TRY(resolve_all(context, request));
    std::function<void(uint64_t, uint64_t)> on_progress;
    Result<void> told;
    Json last;
    if (request.flag("progress")) {
        on_progress = [&](uint64_t nodes, uint64_t bytes) {
            last = {{"Progress", nodes}, {"Bytes", bytes}};
            if (told) told = sink.record(last);
        };
    }
    TRY(context.node->pin(cids, options, on_progress));
    TRY(std::move(told));
    return sink.record({{"Pins", texts_of(request, cids)}});
}

Result<void> run_rm(Context& context, const Request& request, Sink& sink) {
    const std::vector<formats::Cid> cids = TRY(resolve_all(context, request));
    TRY(context.node->unpin(cids, request.flag("recursive")));
    return sink.record({{"Pins", texts_of(request, cids)}});
}

Result<void> run_update(Context& context, const Request& request, Sink& sink) {
    const std::vector<formats::Cid> cids = TRY(resolve_all(context, request));
    TRY(context.node->update_pin(cids.at(0), cids.at(1), request.flag("unpin")));
    return sink.record({{"Pins", texts_of(request, cids)}});
}

void print_added(const Json& record, const Request& request, std::string& out) {
    if (!record.contains("Pins")) return;  // Progress is for the terminal, which the door owns.
    for (const Json& pin : record["Pins"]) {
        out += fmt::format("pinned {} {}\n", pin.get_ref<const std::string&>(),
                           request.flag("recursive") ? "recursively" : "directly");
    }
}

}  // namespace

Command pin_add_command() {
    return {.path = "pin/add",
            .tagline = "Keep content: what is pinned is never collected.",
            .description =
                "A recursive pin keeps everything that the content links to; --recursive=false "
                "keeps the one block. A second pin of the same content changes its name.",
            .examples = {{"pin add CID", "Keep a whole DAG."},
                         {"pin add --name=photos-2026 CID", "The same, with a name."},
                         {"pin add --expires-in=720h CID", "Keep it for thirty days."}},
            .arguments = {{.name = "ipfs-path",
                           .variadic = true,
                           .stdin_allowed = true,
                           .help = "What to pin."}},
            .options =
                std::vector<Option>{
                    {{"recursive", "r"}, OptionType::flag, true, "Keep what it links to as well."},
                    {{"name", "n"}, OptionType::text, {}, "A name for it."},
                    {{"progress"}, OptionType::flag, std::nullopt, "Show progress."},
                    expires_in_option()} +
                fast_provide_options(),
            .needs = Needs::write_store,
            .gives = Gives::record,
            .run = run_add,
            .print = print_added};
}

Command pin_rm_command() {
    return {
        .path = "pin/rm",
        .tagline = "Remove pins, so that collection may take the content.",
        .description = "What no other pin holds can be collected from then on; 'repo gc' does it.",
        .examples = {{"pin rm CID", "Let go of a recursive pin."}},
        .arguments = {{.name = "ipfs-path",
                       .variadic = true,
                       .stdin_allowed = true,
                       .help = "What to unpin."}},
        .options = {{{"recursive", "r"},
                     OptionType::flag,
                     true,
                     "Remove recursive pins; without it, direct ones."}},
        .needs = Needs::write_store,
        .gives = Gives::record,
        .run = run_rm,
        .print = [](const Json& record, const Request&, std::string& out) {
            for (const Json& pin : record["Pins"]) {
                out += fmt::format("unpinned {}\n", pin.get_ref<const std::string&>());
            }
        }};
}

Command pin_update_command() {
    return {
        .path = "pin/update",
        .tagline = "Move a recursive pin from one content to another.",
        .description = "Cheaper than pinning anew when the two have much in common.",
        .examples = {{"pin update OLD-CID NEW-CID", "Keep the new version, let the old go."}},
        .arguments = {{.name = "from-path", .help = "What is pinned now."},
                      {.name = "to-path", .help = "What is to be pinned instead."}},
        .options = std::vector<Option>{{{"unpin"}, OptionType::flag, true, "Remove the old pin."}} +
                   fast_provide_options(),
        .needs = Needs::write_store,
        .gives = Gives::record,
        .run = run_update,
        .print = [](const Json& record, const Request&, std::string& out) {
            const Json& pins = record["Pins"];
            out += fmt::format("updated {} to {}\n", pins[0].get_ref<const std::string&>(),
                               pins[1].get_ref<const std::string&>());
        }};
}

}  // namespace kit::commands
