// refs and resolve: what content links to, and where a path leads.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "commands/makers.h"
#include "commands/stores.h"

namespace kit::commands {
namespace {

void replace_all(std::string& text, std::string_view token, const std::string& with) {
    for (size_t at = text.find(token); at != std::string::npos;
         at = text.find(token, at + with.size())) {
        text.replace(at, token.size(), with);
    }
}

Result<void> run_refs(Context& context, const Request& request, Sink& sink) {
    const bool recursive = request.flag("recursive");
    std::string format = request.text("format");
    if (request.flag("edges")) {
        if (format != "<dst>") {
            return fail(Code::invalid_argument, "using format argument with edges is not allowed");
        }
        format = "<src> -> <dst>";
    }
    const node::Node::RefsOptions options{
        .unique = request.flag("unique"),
        .depth_max = recursive ? request.integer("max-depth") : 1};
    std::vector<formats::Cid> roots;
    roots.reserve(request.arguments.size());
    for (const std::string& argument : request.arguments) {
        roots.push_back(TRY(context.node->resolve_to_cid(argument)));
    }
    const auto done =
        context.node->refs(roots, options, [&](const node::Node::Ref& ref) -> Result<bool> {
            std::string text = format;
            replace_all(text, "<src>", request.cid_text(ref.from));
            replace_all(text, "<dst>", request.cid_text(ref.to));
            replace_all(text, "<linkname>", ref.link_name);
            TRY(sink.record({{"Ref", std::move(text)}, {"Err", ""}}));
            return true;
        });
    // Over RPC a failure of the walk is the last record.
    if (done || !request.is_remote || done.error().code == Code::cancelled) return done;
    return sink.record({{"Ref", ""}, {"Err", done.error().to_text()}});
}

Result<void> run_resolve(Context& context, const Request& request, Sink& sink) {
    const std::string& argument = request.arguments.at(0);
    const std::optional<formats::Base> base =
        request.given("cid-base") || argument.starts_with("/ipns/") ? std::nullopt
                                                                    : base_of_path(argument);
    const std::string text = TRY(context.node->resolve_text(
        argument, request.flag("recursive"), [&](const formats::Cid& cid) {
            return base ? cid.to_text(*base) : request.cid_text(cid);
        }));
    return sink.record({{"Path", text}});
}

}  // namespace

Command refs_command() {
    return {
        .path = "refs",
        .tagline = "List what content links to.",
        .description =
            "Prints the CIDs that an object links to; with --recursive everything below it.",
        .examples = {{"refs -r CID", "Everything below it."},
                     {"refs -r -u CID", "The same, each once."},
                     {"refs --format='<linkname>' CID", "The names in a folder."}},
        .arguments = {{.name = "ipfs-path",
                       .variadic = true,
                       .stdin_allowed = true,
                       .help = "Where to begin."}},
        .options = {{{"format"},
                     OptionType::text,
                     std::string("<dst>"),
                     "What to print; <src>, <dst> and <linkname> are replaced."},
                    {{"edges", "e"}, OptionType::flag, std::nullopt, "Print '<from> -> <to>'."},
                    {{"unique", "u"}, OptionType::flag, std::nullopt, "Print each CID once."},
                    {{"recursive", "r"}, OptionType::flag, std::nullopt, "Go on below the links."},
                    {{"max-depth"},
                     OptionType::integer,
                     int64_t{-1},
                     "With --recursive: no deeper than this."}},
        .needs = Needs::read_store,
        .gives = Gives::records,
        .run = run_refs,
        .print = [](const Json& record, const Request&, std::string& out) {
            out += record["Ref"].get_ref<const std::string&>();
            out += '\n';
        }};
}

Command resolve_command() {
    return {.path = "resolve",
            .tagline = "Print the path of the content that a name or a longer path leads to.",
            .description = "Prints the path that names the same content by its CID alone.",
            .examples = {{"resolve /ipfs/CID/docs/readme", "The file's own CID."}},
            .arguments = {{.name = "name", .stdin_allowed = true, .help = "The name or path."}},
            .options =
                {{{"recursive", "r"}, OptionType::flag, true, "Until it is content."},
                 {{"dht-record-count", "dhtrc"},
                  OptionType::integer,
                  {},
                  "How many records to ask the network for."},
                 {{"dht-timeout", "dhtt"}, OptionType::text, {}, "How long to ask the network."}},
            .needs = Needs::read_store,
            .gives = Gives::record,
            .run = run_resolve,
            .print = [](const Json& record, const Request&, std::string& out) {
                out += record["Path"].get_ref<const std::string&>();
                out += '\n';
            }};
}

}  // namespace kit::commands
