// ls: the entries of folders.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/go_text.h"
#include "commands/makers.h"
#include "commands/stores.h"
#include "commands/text.h"
#include "node/units.h"

namespace kit::commands {
namespace {

enum LinkType : int { unknown_type = 0, directory_type = 1, file_type = 2, symlink_type = 4 };

Json link_record(const Request& request, const unixfs::ListedEntry& entry) {
    int type = unknown_type;
    if (entry.type == unixfs::EntryType::file) type = file_type;
    if (entry.type == unixfs::EntryType::directory) type = directory_type;
    if (entry.type == unixfs::EntryType::symlink) type = symlink_type;
    std::string mtime = "0001-01-01T00:00:00Z";  // Go's zero time.
    if (entry.mtime) {
        mtime = go_time(entry.mtime->seconds, entry.mtime->nanoseconds.value_or(0));
    }
    return {{"Name", entry.name},
            {"Hash", request.cid_text(entry.cid)},
            {"Size", entry.size_bytes},
            {"Type", type},
            {"Target", entry.symlink_target},
            {"Mode", entry.mode ? go_mode(*entry.mode, type) : 0},
            {"ModTime", mtime}};
}

Json object_record(const std::string& argument, std::vector<Json> links) {
    return {{"Objects", Json::array({{{"Hash", argument}, {"Links", std::move(links)}}})}};
}

Result<void> check(const Context&, const Request& request) {
    if (!request.flag("sort-size")) return {};
    if (request.flag("stream")) {
        return fail(Code::invalid_argument, "cannot use --sort-size with --stream");
    }
    if (!request.flag("size")) {
        return fail(Code::invalid_argument, "cannot use --sort-size with --size=false");
    }
    return {};
}

Result<void> run(Context& context, const Request& request, Sink& sink) {
    const bool stream = request.flag("stream");
    const auto read_children = request.flag("resolve-type") || request.flag("size")
                                   ? unixfs::ReadChildren::yes
                                   : unixfs::ReadChildren::no;
    Json objects = Json::array();
    for (const std::string& argument : request.arguments) {
        const formats::Cid directory = TRY(context.node->resolve_to_cid(argument));
        std::vector<Json> links;
        // For people, an object without links stands where its heading belongs.
        if (stream && !request.wants_json) TRY(sink.record(object_record(argument, {})));
        TRY(context.node->list(directory, read_children,
                               [&](const unixfs::ListedEntry& entry) -> Result<bool> {
                                   Json record = link_record(request, entry);
                                   if (!stream) {
                                       links.push_back(std::move(record));
                                       return true;
                                   }
                                   TRY(sink.record(object_record(argument, {std::move(record)})));
                                   return true;
                               }));
        if (stream) continue;
        const bool by_size = request.flag("sort-size");
        std::ranges::stable_sort(links, [&](const Json& a, const Json& b) {
            if (by_size && a["Size"] != b["Size"]) {
                return a["Size"].get<uint64_t>() > b["Size"].get<uint64_t>();
            }
            return a["Name"].get_ref<const std::string&>() <
                   b["Name"].get_ref<const std::string&>();
        });
        objects.push_back({{"Hash", argument}, {"Links", std::move(links)}});
    }
    if (stream) return {};
    return sink.record({{"Objects", std::move(objects)}});
}

// kubo:core/commands/ls.go tabularOutput
std::string row_of(const Json& link, const Request& request) {
    const bool is_directory = link["Type"].get<int>() == directory_type;
    const std::string name =
        escape_unprintable(link["Name"].get_ref<const std::string&>()) + (is_directory ? "/" : "");
    const std::string& hash = link["Hash"].get_ref<const std::string&>();
    std::string size_cell;
    if (request.flag("size")) {
        const uint64_t size_bytes = link["Size"].get<uint64_t>();
        size_cell = is_directory            ? "-\t"
                    : request.flag("human") ? node::size_text(size_bytes) + "\t"
                                            : std::to_string(size_bytes) + "\t";
    }
    if (!request.flag("long")) return fmt::format("{}\t{}{}\n", hash, size_cell, name);
    return fmt::format(
        "{}\t{}\t{}{}\t{}\n", mode_text(link["Mode"].get<uint32_t>()), hash, size_cell,
        listed_time(link["ModTime"].get_ref<const std::string&>(), request.now_s), name);
}

void print(const Json& record, const Request& request, std::string& out) {
    std::string rows;
    const bool many = request.arguments.size() > 1;
    const bool size = request.flag("size");
    const bool stream = request.flag("stream");
    bool first = true;
    for (const Json& object : record["Objects"]) {
        const bool heading = !stream || object["Links"].empty();
        if (many && heading) {
            if (!first) rows += '\n';
            rows += object["Hash"].get_ref<const std::string&>() + ":\n";
        }
        first = false;
        if (request.flag("headers") && heading) {
            rows += fmt::format("{}Hash\t{}{}Name\n", request.flag("long") ? "Mode\t" : "",
                                size ? "Size\t" : "", request.flag("long") ? "ModTime\t" : "");
        }
        for (const Json& link : object["Links"]) rows += row_of(link, request);
    }
    align_columns(rows, stream ? 10 : 1, out);
}

}  // namespace

Command ls_command() {
    return {
        .path = "ls",
        .tagline = "List the entries of folders.",
        .description = "Prints the CID, the size in bytes (- for folders) and the name.",
        .examples = {{"ls CID", "What is in a folder."},
                     {"ls --long --human CID", "With modes, times and sizes for people."}},
        .arguments = {{.name = "ipfs-path",
                       .variadic = true,
                       .stdin_allowed = true,
                       .help = "The folders."}},
        .options =
            {{{"headers", "v"}, OptionType::flag, std::nullopt, "Print the names of the columns."},
             {{"resolve-type"}, OptionType::flag, true, "Look up what each entry is."},
             {{"size"}, OptionType::flag, true, "Look up how large each file is."},
             {{"stream", "s"}, OptionType::flag, std::nullopt, "Print entries as they are found."},
             {{"long", "l"}, OptionType::flag, std::nullopt, "With mode and time."},
             {{"human", "H"}, OptionType::flag, std::nullopt, "Sizes such as 1.2 MB."},
             {{"sort-size", "S"}, OptionType::flag, std::nullopt, "The largest first."}},
        .needs = Needs::read_store,
        .gives = Gives::record,
        .check = check,
        .run = run,
        .print = print,
        .always_text = true};
}

}  // namespace kit::commands
